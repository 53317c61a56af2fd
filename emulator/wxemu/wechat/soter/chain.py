"""The chain of keys: the ATTK signs the ASK, the ASK signs the AuthKey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxemu.wechat.soter.errors import AnotherAppError, AnotherDeviceError, ForeignSignatureError
from wxemu.wechat.soter.exported_key import ExportedKey
from wxemu.wechat.soter.signature import DEFAULT_SALT_LENGTH, sign, verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass(frozen=True, slots=True)
class SignedKey:
    """The JSON of an exported key, and the signature of the key above it in base64."""

    json_text: str
    signature: str


def sign_key(key: ExportedKey, *, signer: RSAPrivateKey) -> SignedKey:
    """Sign ``key`` with the key above it: an ASK with the ATTK, an AuthKey with the ASK.

    :raises SaltLengthError: ``key`` states a longer salt than the signer has room for.
    """
    text = key.to_json()
    salt_length = DEFAULT_SALT_LENGTH if key.salt_length is None else key.salt_length
    return SignedKey(text, sign(signer, text, salt_length))


def verify_chain(*, attk_public_key_pem: str, ask: SignedKey, auth_key: SignedKey) -> ExportedKey:
    """Verify both signatures, and return the AuthKey.

    The caller checks the counters: only the caller knows the last one of the device.

    :raises ForeignSignatureError: one of the two was not signed by the key above it.
    :raises AnotherDeviceError: they name different devices.
    :raises AnotherAppError: they name different apps.
    :raises KeyJsonError: the JSON of one of them is not an exported key's.
    :raises PemError: a public key of the chain is not an RSA key.
    """
    ask_key = _verify(ask, signer="ATTK", signed="ASK", public_key_pem=attk_public_key_pem)
    key = _verify(auth_key, signer="ASK", signed="AuthKey", public_key_pem=ask_key.pub_key)
    if key.cpu_id != ask_key.cpu_id:
        raise AnotherDeviceError(ask_key.cpu_id, key.cpu_id)
    if str(key.uid) != str(ask_key.uid):  # 10115 and "10115" are the same app
        raise AnotherAppError(ask_key.uid, key.uid)
    return key


def _verify(key: SignedKey, *, signer: str, signed: str, public_key_pem: str) -> ExportedKey:
    verdict = verify(public_key_pem=public_key_pem, json_string=key.json_text, json_signature=key.signature)
    if not verdict.is_genuine:
        raise ForeignSignatureError(signer, signed, verdict.reason.value)
    return ExportedKey.from_json(key.json_text)
