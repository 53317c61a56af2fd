"""The signature of SOTER: SHA256withRSA/PSS with MGF1-SHA256."""

from __future__ import annotations

import enum
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256

from wxemu.wechat.soter import device_json
from wxemu.wechat.soter.errors import SaltLengthError, UnsignableTextError
from wxemu.wechat.soter.pem import load_public_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

DEFAULT_SALT_LENGTH: Final = 20
"""Bytes of salt if the JSON states none; smaller stated lengths count as this one (Tencent's Java demo) [src]."""

_SHA256: Final = SHA256()


class Reason(enum.Enum):
    """Why a confirmation is genuine or not."""

    GENUINE = "genuine"
    SIGNATURE_NOT_BASE64 = "the signature is not standard base64"
    SIGNATURE_LENGTH = "the signature has not as many bytes as the key"
    TEXT_NOT_UTF8 = "the text has a lone surrogate and so no UTF-8 form"
    SALT_TOO_LONG = "the text states a salt that the key has no room for"
    MISMATCH = "this key did not sign this text with this salt length"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of ``verify``.

    :param salt_length: the bytes of salt that it expected.
    """

    reason: Reason
    salt_length: int

    @property
    def is_genuine(self) -> bool:
        """Whether the key signed exactly this text."""
        return self.reason is Reason.GENUINE

    def __bool__(self) -> bool:
        # A forgotten ``.is_genuine`` must not make a forgery true.
        return self.is_genuine


def sign(private_key: RSAPrivateKey, text: str, salt_length: int = DEFAULT_SALT_LENGTH) -> str:
    """Sign the UTF-8 bytes of ``text``; return base64 without line ends (Android's NO_WRAP).

    :param salt_length: in bytes. OpenSSL draws the salt itself and cannot be given one.
    :raises UnsignableTextError: ``text`` has a lone surrogate.
    :raises SaltLengthError: the key has no room for the salt.
    """
    longest = _longest_salt(private_key)
    if not 0 <= salt_length <= longest:
        raise SaltLengthError(salt_length, longest)
    try:
        signed = text.encode()
    except UnicodeEncodeError as error:
        raise UnsignableTextError(error.start) from None
    return b64encode(private_key.sign(signed, _pss(salt_length), _SHA256)).decode()


def verify(*, public_key_pem: str, json_string: str, json_signature: str) -> Verdict:
    """Whether the AuthKey signed exactly these characters. Never raises because of a text or a signature.

    :param public_key_pem: the registered AuthKey, an RSA public key.
    :param json_string: the resultJSON verbatim; it may state the salt length as ``rsa_pss_saltlen``.
    :param json_signature: canonical standard base64. It is unknown whether the live server takes line ends, missing
        padding or stray bits in the last character; here all of them fail [inferred].
    :raises PemError: ``public_key_pem`` is no RSA public key.
    """
    key = load_public_key(public_key_pem)
    salt_length = stated_salt_length(json_string)
    signature = _from_canonical_base64(json_signature)
    if signature is None:
        return Verdict(Reason.SIGNATURE_NOT_BASE64, salt_length)
    if len(signature) != (key.key_size + 7) // 8:  # RFC 8017, 8.1.2; OpenSSL accepts a missing leading zero
        return Verdict(Reason.SIGNATURE_LENGTH, salt_length)
    try:
        signed = json_string.encode()
    except UnicodeEncodeError:
        return Verdict(Reason.TEXT_NOT_UTF8, salt_length)
    if salt_length > _longest_salt(key):
        return Verdict(Reason.SALT_TOO_LONG, salt_length)
    is_signed = _is_signed(key, signature, signed, _pss(salt_length))
    return Verdict(Reason.GENUINE if is_signed else Reason.MISMATCH, salt_length)


def actual_salt_length(*, public_key_pem: str, text: str, signature: str) -> int | None:
    """The salt length in bytes that the key used for the text, not the one stated; ``None`` if it did not sign it.

    :param signature: canonical base64, as in ``verify``.
    :raises PemError: ``public_key_pem`` is no RSA public key.
    """
    key, decoded = load_public_key(public_key_pem), _from_canonical_base64(signature)
    if decoded is None:
        return None
    signed = text.encode(errors="surrogatepass")
    if not _is_signed(key, decoded, signed, PSS(MGF1(_SHA256), PSS.AUTO)):
        return None
    return next(length for length in range(_longest_salt(key) + 1) if _is_signed(key, decoded, signed, _pss(length)))


def _is_signed(key: RSAPublicKey, signature: bytes, signed: bytes, padding: PSS) -> bool:
    try:
        key.verify(signature, signed, padding, _SHA256)
    except InvalidSignature:
        return False
    return True


def _from_canonical_base64(text: str) -> bytes | None:
    try:
        decoded = b64decode(text)
    except ValueError:
        return None
    # The decoder skips other characters, so only encoding it again proves the form.
    return decoded if b64encode(decoded).decode() == text else None


def stated_salt_length(json_string: str) -> int:
    """Salt length in bytes: the integer ``rsa_pss_saltlen`` of the text, else the default [field, soter #68].

    The default also holds for a value of another type, and for a text that is not a JSON object [inferred].
    """
    stated = (device_json.read(json_string) or {}).get("rsa_pss_saltlen")
    return max(stated, DEFAULT_SALT_LENGTH) if isinstance(stated, int) else DEFAULT_SALT_LENGTH


def _longest_salt(key: RSAPublicKey | RSAPrivateKey) -> int:
    encoded_bytes = (key.key_size + 6) // 8  # RFC 8017, 9.1.1: the modulus less one bit, rounded up
    return encoded_bytes - _SHA256.digest_size - 2


@lru_cache(maxsize=256)
def _pss(salt_length: int) -> PSS:
    return PSS(MGF1(_SHA256), salt_length)
