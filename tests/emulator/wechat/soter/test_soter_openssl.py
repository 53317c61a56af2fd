"""Known answers: the openssl command and this package must agree, in both directions."""

from __future__ import annotations

import hashlib
import json
import subprocess
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import pytest

from wxemu.wechat.soter import PROFILES, fingerprint, load_private_key, result_json, sign, verify

if TYPE_CHECKING:
    from pathlib import Path

FACTS = {"raw": 'order/2024 支付\n"一"', "fid": "2", "counter": 246, "cpu_id": "0f00/26", "uid": "10206"}

TEXTS = {
    "android": (result_json(PROFILES["android"], **FACTS, mode="fingerPrint"), 20),
    "ios": (result_json(PROFILES["ios"], **FACTS, mode="facial"), 20),
    "huawei by finger": (result_json(PROFILES["huawei"], **FACTS, mode="fingerPrint"), 32),
    "huawei by face": (result_json(PROFILES["huawei"], **FACTS, mode="facial"), 32),
    "spaces as in the server guide": ('{ "raw":"a" , "fid":"3" , "counter":246 , "uid":"10206" }', 20),
    "escaped slashes": (r'{"raw":"a\/b\/\/c","counter":1}', 20),
    "Chinese as it is": ('{"raw":"请用指纹解锁","counter":1}', 20),
    "Chinese escaped": (r'{"raw":"\u8bf7\u7528","counter":1}', 20),
    "beyond the basic plane": ('{"raw":"😀","counter":1,"rsa_pss_saltlen":32}', 32),
    "line ends in both styles": ('{\r\n"raw":"a",\n"counter":1\r\n}\n', 20),
    "stated salt of 20": ('{"raw":"a","rsa_pss_saltlen":20}', 20),
    "stated salt below 20 counts as 20": ('{"raw":"a","rsa_pss_saltlen":8}', 20),
    "stated salt below zero counts as 20": ('{"raw":"a","rsa_pss_saltlen":-1}', 20),
    "the longest salt of RSA-2048": ('{"raw":"a","rsa_pss_saltlen":222}', 222),
    "the last of two salts counts": ('{"rsa_pss_saltlen":20,"rsa_pss_saltlen":32}', 32),
    "the salt's name escaped": (r'{"rsa_pss\u005fsaltlen":32}', 32),
    "a salt in an inner object is not stated": ('{"raw":{"rsa_pss_saltlen":32}}', 20),
    "a salt in a list is not stated": ('[{"rsa_pss_saltlen":32}]', 20),
    "a salt of true": ('{"rsa_pss_saltlen":true}', 20),
    "a salt of null": ('{"rsa_pss_saltlen":null}', 20),
    "a salt as a string": ('{"rsa_pss_saltlen":"32"}', 20),
    "a salt with a fraction": ('{"rsa_pss_saltlen":32.0}', 20),
    "a salt that is no number": ('{"rsa_pss_saltlen":NaN}', 20),
    "no JSON at all": ("rsa_pss_saltlen 32", 20),
    "JSON that breaks off": ('{"rsa_pss_saltlen":32', 20),
    "a bare number": ("32", 20),
    "an empty text": ("", 20),
    "an empty object": ("{}", 20),
    "brackets without end": ("[" * 100_000, 20),
    "an object in an object, 50,000 times": ('{"a":' * 50_000, 20),
    "a number of 5,000 digits beside the salt": ('{"raw":' + "9" * 5_000 + ',"rsa_pss_saltlen":32}', 32),
    "infinities beside the salt": ('{"a":Infinity,"b":-Infinity,"c":1e999999,"rsa_pss_saltlen":32}', 32),
}


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("openssl")
    _openssl(folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
    _openssl(folder, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    return folder


def _openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def _pss(salt_length: int) -> list[str]:
    return ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{salt_length}"]


def _signed_by_openssl(key_folder: Path, work: Path, text: str, salt_length: int) -> str:
    (work / "result.json").write_bytes(text.encode())
    key = str(key_folder / "key.pem")
    _openssl(work, "dgst", *_pss(salt_length), "-sign", key, "-out", "signature.bin", "result.json")
    return b64encode((work / "signature.bin").read_bytes()).decode()


@pytest.mark.parametrize(("text", "salt_length"), TEXTS.values(), ids=TEXTS)
def test_what_openssl_signs_is_genuine(key_folder, tmp_path, text, salt_length):
    signature = _signed_by_openssl(key_folder, tmp_path, text, salt_length)

    verdict = verify(public_key_pem=(key_folder / "public.pem").read_text(), json_string=text, json_signature=signature)

    assert (verdict.reason.name, verdict.salt_length) == ("GENUINE", salt_length)


@pytest.mark.parametrize(("text", "salt_length"), TEXTS.values(), ids=TEXTS)
def test_what_openssl_signs_with_another_salt_length_is_not_genuine(key_folder, tmp_path, text, salt_length):
    signature = _signed_by_openssl(key_folder, tmp_path, text, {20: 32}.get(salt_length, 20))

    verdict = verify(public_key_pem=(key_folder / "public.pem").read_text(), json_string=text, json_signature=signature)

    assert (verdict.reason.name, verdict.salt_length) == ("MISMATCH", salt_length)


@pytest.mark.parametrize("salt_length", [0, 20, 32, 222])
@pytest.mark.parametrize("name", ["android", "ios", "huawei by face", "Chinese as it is", "an empty text"])
def test_openssl_verifies_what_we_sign(key_folder, tmp_path, name, salt_length):
    text, _ = TEXTS[name]
    signature = sign(load_private_key((key_folder / "key.pem").read_text()), text, salt_length)
    (tmp_path / "result.json").write_bytes(text.encode())
    (tmp_path / "signature.bin").write_bytes(b64decode(signature, validate=True))

    public_key = str(key_folder / "public.pem")
    said = _openssl(
        tmp_path, "dgst", *_pss(salt_length), "-verify", public_key, "-signature", "signature.bin", "result.json"
    )

    assert said == "Verified OK\n"


def test_a_public_key_on_one_line_of_base64_is_read(key_folder, tmp_path):
    """Some Huawei phones write the PEM so [field]."""
    pem = (key_folder / "public.pem").read_text()
    head, *body, foot = pem.splitlines()
    signature = _signed_by_openssl(key_folder, tmp_path, "{}", 20)

    assert verify(
        public_key_pem="\n".join([head, "".join(body), foot]), json_string="{}", json_signature=signature
    ).is_genuine


@pytest.mark.parametrize(
    "dump",
    [
        json.dumps,
        lambda members: json.dumps(members, ensure_ascii=False),
        lambda members: json.dumps(members, ensure_ascii=False, separators=(",", ":")),
        lambda members: json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        lambda members: json.dumps(members, indent=2),
    ],
    ids=["default", "characters kept", "compact", "sorted", "indented"],
)
@pytest.mark.parametrize("name", ["android", "ios", "huawei by finger", "huawei by face"])
def test_a_text_read_and_written_again_is_not_genuine(key_folder, tmp_path, name, dump):
    text, salt_length = TEXTS[name]
    signature = _signed_by_openssl(key_folder, tmp_path, text, salt_length)

    verdict = verify(
        public_key_pem=(key_folder / "public.pem").read_text(),
        json_string=dump(json.loads(text)),
        json_signature=signature,
    )

    assert verdict.reason.name == "MISMATCH"


def test_a_key_has_the_fingerprint_of_its_der_form(key_folder: Path) -> None:
    _openssl(key_folder, "pkey", "-pubin", "-in", "public.pem", "-outform", "DER", "-out", "public.der")

    der = (key_folder / "public.der").read_bytes()
    assert fingerprint((key_folder / "public.pem").read_text()) == hashlib.sha256(der).hexdigest()
