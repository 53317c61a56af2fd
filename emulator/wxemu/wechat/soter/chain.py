"""ATTK vouches for ASK, ASK vouches for AuthKey."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from wxemu.wechat.soter.blob import Blob
from wxemu.wechat.soter.errors import AnotherAppError, AnotherDeviceError, ForeignSignatureError
from wxemu.wechat.soter.exported_key import ExportedKey
from wxemu.wechat.soter.signature import DEFAULT_SALT_LENGTH, sign, verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


def attest(key: ExportedKey, *, signer: RSAPrivateKey) -> Blob:
    """Have the key above vouch for ``key``: the ATTK for an ASK, the ASK for an AuthKey.

    :raises SaltLengthError: ``key`` states a salt that the signer has no room for.
    """
    text = key.to_json()
    salt_length = DEFAULT_SALT_LENGTH if key.salt_length is None else key.salt_length
    return Blob(text, b64decode(sign(signer, text, salt_length)))


def verify_chain(*, attk_public_key_pem: str, ask: Blob, auth_key: Blob) -> ExportedKey:
    """The AuthKey, if an unbroken chain leads from it to the factory's ATTK.

    The counters are left to the caller, who alone knows the last one seen of the device.

    :raises ForeignSignatureError: one of the two was not signed by the key above it.
    :raises AnotherDeviceError: they name different devices.
    :raises AnotherAppError: they name different apps.
    :raises KeyJsonError: the JSON of one of them is not an exported key's.
    :raises PemError: a public key of the chain is no RSA key.
    """
    ask_key = _vouched_for(ask, signer="ATTK", signed="ASK", public_key_pem=attk_public_key_pem)
    key = _vouched_for(auth_key, signer="ASK", signed="AuthKey", public_key_pem=ask_key.pub_key)
    if key.cpu_id != ask_key.cpu_id:
        raise AnotherDeviceError(ask_key.cpu_id, key.cpu_id)
    if str(key.uid) != str(ask_key.uid):  # 10115 and "10115" are the same app
        raise AnotherAppError(ask_key.uid, key.uid)
    return key


def _vouched_for(blob: Blob, *, signer: str, signed: str, public_key_pem: str) -> ExportedKey:
    verdict = verify(public_key_pem=public_key_pem, json_string=blob.json_text, json_signature=blob.signature_base64)
    if not verdict.is_genuine:
        raise ForeignSignatureError(signer, signed, verdict.reason.value)
    return ExportedKey.from_json(blob.json_text)
