from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxemu.wechat.soter import (
    Blob,
    BlobError,
    BlobNotBase64Error,
    BlobNotUtf8Error,
    BlobTooLongError,
    BlobTruncatedError,
    BlobUnsignedError,
    UnsignableTextError,
)

BLOBS = st.builds(Blob, json_text=st.text(), signature=st.binary(min_size=1, max_size=256))
MEBIBYTE = 1024 * 1024


def test_a_blob_is_a_little_endian_length_the_json_and_the_raw_signature():
    blob = Blob('{"raw":"支付"}', b"\x01\x02")

    assert blob.pack() == b"\x10\x00\x00\x00" + '{"raw":"支付"}'.encode() + b"\x01\x02"
    assert Blob.unpack(blob.pack()) == blob


def test_the_signature_is_told_in_base64_without_line_ends():
    assert Blob("{}", bytes(256)).signature_base64 == "A" * 342 + "=="


@settings(deadline=None)
@given(BLOBS)
def test_what_was_packed_unpacks_to_the_same(blob):
    assert Blob.unpack(blob.pack()) == blob
    assert Blob.from_base64(blob.to_base64()) == blob
    assert "\n" not in blob.to_base64()


@settings(deadline=None)
@given(BLOBS, st.data())
def test_a_blob_cut_before_its_json_ends_is_truncated(blob, data):
    packed = blob.pack()
    json_end = len(packed) - len(blob.signature)
    cut = data.draw(st.integers(0, json_end - 1))

    with pytest.raises(BlobTruncatedError) as refused:
        Blob.unpack(packed[:cut])
    assert refused.value.actual == cut
    assert refused.value.expected == (4 if cut < 4 else json_end)


@settings(deadline=None)
@given(BLOBS)
def test_a_blob_that_ends_after_its_json_is_unsigned(blob):
    with pytest.raises(BlobUnsignedError):
        Blob.unpack(blob.pack()[: -len(blob.signature)])


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_any_bytes_are_a_blob_or_no_blob(raw):
    with suppress(BlobError):
        assert Blob.unpack(raw).pack() == raw


def test_a_length_over_one_mebibyte_is_refused_before_anything_is_read():
    with pytest.raises(BlobTooLongError) as refused:
        Blob.unpack(b"\xff\xff\xff\xff")
    assert (refused.value.limit, refused.value.actual) == (MEBIBYTE, 0xFFFFFFFF)


def test_a_json_of_one_mebibyte_passes_and_one_byte_more_does_not():
    assert Blob.unpack(Blob("a" * MEBIBYTE, b"s").pack()).json_text == "a" * MEBIBYTE
    with pytest.raises(BlobTooLongError):
        Blob("a" * (MEBIBYTE + 1), b"s").pack()


def test_a_blob_without_signature_is_not_packed():
    with pytest.raises(BlobUnsignedError):
        Blob("{}", b"").pack()


def test_a_json_with_a_lone_surrogate_is_not_packed():
    with pytest.raises(UnsignableTextError):
        Blob("\ud800", b"s").pack()


def test_a_json_part_that_is_no_utf_8_is_refused():
    with pytest.raises(BlobNotUtf8Error) as refused:
        Blob.unpack(b"\x02\x00\x00\x00{\xffs")
    assert refused.value.position == 1


@pytest.mark.parametrize(
    "text",
    [
        b64encode(b"\x02\x00\x00\x00{}s").decode() + "\n",
        b64encode(b"\x02\x00\x00\x00{}s").decode().rstrip("="),
        urlsafe_b64encode(b"\x02\x00\x00\x00{}\xff\xff\xff").decode(),
        "签名",
    ],
    ids=["line end", "no padding", "url-safe", "Chinese"],
)
def test_a_text_that_is_no_standard_base64_is_refused(text):
    with pytest.raises(BlobNotBase64Error):
        Blob.from_base64(text)
