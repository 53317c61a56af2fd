"""SOTER: the chain of keys on a phone, and whether a confirmation is genuine.

The factory's ATTK signs an app's ASK, the ASK signs an AuthKey, and the AuthKey signs a resultJSON after the user was
recognised. This package keeps no state and reads no clock: keys, counters and random bytes are arguments.

Source: github.com/Tencent/soter and its server guide [doc]; our own choices are marked [inferred].
"""

from wxemu.wechat.soter.chain import SignedKey, sign_key, verify_chain
from wxemu.wechat.soter.errors import (
    AnotherAppError,
    AnotherDeviceError,
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
    "SignedKey",
    "SoterError",
    "UnsignableTextError",
    "UnsupportedModeError",
    "Verdict",
    "actual_salt_length",
    "fingerprint",
    "load_private_key",
    "load_public_key",
    "public_key_pem",
    "result_json",
    "sign",
    "sign_key",
    "stated_salt_length",
    "verify",
    "verify_chain",
]
