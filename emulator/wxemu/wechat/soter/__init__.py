"""SOTER: the keys of a phone, what they vouch for, and whether a confirmation is genuine.

The factory's ATTK vouches for an app's ASK, the ASK for an AuthKey, and the AuthKey signs a resultJSON once the user
was recognised. Nothing here keeps state or knows the time: keys, counters and random bytes are arguments.

Source: github.com/Tencent/soter and its server guide [doc]; where a form is our own choice, it says [inferred].
"""

from wxemu.wechat.soter.blob import Blob
from wxemu.wechat.soter.chain import attest, verify_chain
from wxemu.wechat.soter.errors import (
    AnotherAppError,
    AnotherDeviceError,
    BlobError,
    BlobNotBase64Error,
    BlobNotUtf8Error,
    BlobTooLongError,
    BlobTruncatedError,
    BlobUnsignedError,
    BrokenChainError,
    ForeignSignatureError,
    KeyJsonError,
    PemError,
    SaltLengthError,
    SoterError,
    UnsignableTextError,
    UnsupportedModeError,
)
from wxemu.wechat.soter.exported_key import ExportedKey
from wxemu.wechat.soter.pem import fingerprint, load_private_key, load_public_key, public_key_pem
from wxemu.wechat.soter.profiles import PROFILES, AuthMode, Hardware, Profile, RandomBytes
from wxemu.wechat.soter.result import result_json
from wxemu.wechat.soter.signature import (
    DEFAULT_SALT_LENGTH,
    Reason,
    Verdict,
    actual_salt_length,
    sign,
    stated_salt_length,
    verify,
)

__all__ = [
    "DEFAULT_SALT_LENGTH",
    "PROFILES",
    "AnotherAppError",
    "AnotherDeviceError",
    "AuthMode",
    "Blob",
    "BlobError",
    "BlobNotBase64Error",
    "BlobNotUtf8Error",
    "BlobTooLongError",
    "BlobTruncatedError",
    "BlobUnsignedError",
    "BrokenChainError",
    "ExportedKey",
    "ForeignSignatureError",
    "Hardware",
    "KeyJsonError",
    "PemError",
    "Profile",
    "RandomBytes",
    "Reason",
    "SaltLengthError",
    "SoterError",
    "UnsignableTextError",
    "UnsupportedModeError",
    "Verdict",
    "actual_salt_length",
    "attest",
    "fingerprint",
    "load_private_key",
    "load_public_key",
    "public_key_pem",
    "result_json",
    "sign",
    "stated_salt_length",
    "verify",
    "verify_chain",
]
