"""The header of TC3, and the chain of keys that Tencent Cloud documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.http import tc3 as signatures
from wxemu.core.http.tc3 import Authorization, MalformedSignatureError, SignatureError

HEADER = (
    "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=ab12"
)


def test_the_documented_example_has_the_documented_signature():
    """The page on API v3's signature lists the instances of CVM, with a key of its own for the example [doc]."""
    payload = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    canonical = (
        "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\ncontent-type;host\n"
        f"{signatures.sha256(payload)}"
    )
    assert signatures.sha256(canonical.encode()) == "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    assert (
        signatures.sign("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", canonical, at=1551113065, service="cvm")
        == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_a_header_is_read():
    assert Authorization.parse(HEADER) == Authorization(
        "AKIDEXAMPLE", "2019-02-25", "cvm", ("content-type", "host"), (), "ab12"
    )


def test_cloudbases_header_names_the_signed_parameters_too():
    read = Authorization.parse(HEADER.replace(" SignedHeaders", " SignedParams=action;envname, SignedHeaders"))
    assert read.signed_params == ("action", "envname")


def test_a_signature_is_not_shown():
    assert "ab12" not in repr(Authorization.parse(HEADER))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer token",
        HEADER.replace("TC3", "TC4"),
        HEADER.replace("2019-02-25", "today"),
        HEADER.replace("/tc3_request", ""),
        HEADER.replace(", Signature=ab12", ""),
        HEADER.replace("SignedHeaders=content-type;host, ", ""),
        HEADER + ", More=1",
    ],
)
def test_another_header_is_refused(header):
    with pytest.raises(MalformedSignatureError, match="expected Authorization: TC3-HMAC-SHA256"):
        Authorization.parse(header)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "12345678901", "١٢٣", " 1"])
def test_what_is_no_timestamp_is_refused(text):
    with pytest.raises(MalformedSignatureError, match="expected a timestamp in Unix seconds"):
        signatures.timestamp(text)


@given(st.text())
def test_any_text_is_a_header_or_refused(text):
    for read in (Authorization.parse, signatures.timestamp):
        with pytest.raises(SignatureError):
            read(f"{text}!")
