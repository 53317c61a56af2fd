"""The errors of SOTER.

SoterError
├── UnsupportedModeError     the phone cannot recognise its user that way
├── UnsignableTextError      the text has a lone surrogate
├── SaltLengthError          the salt is too long for the key
├── PemError                 not the PEM text of an RSA key
├── KeyJsonError             not the JSON of an exported key
└── BrokenChainError         the chain of keys is broken
    ├── ForeignSignatureError   another key signed the JSON, or it was changed since
    ├── AnotherDeviceError      ASK and AuthKey name different devices
    └── AnotherAppError         ASK and AuthKey name different apps

A wrong signature on a confirmation is no error: ``verify`` returns the reason.
"""

from __future__ import annotations


class SoterError(Exception):
    """Root of the tree."""


class UnsupportedModeError(SoterError):
    """The phone cannot recognise its user in this mode."""

    def __init__(self, profile: str, mode: str, supported: tuple[str, ...]) -> None:
        self.mode = mode
        self.supported = supported
        super().__init__(
            f"expected a mode of profile {profile} ({', '.join(supported) or 'it has none'}), found {mode!r}"
        )


class UnsignableTextError(SoterError):
    """The text has a lone surrogate and so no UTF-8 form to sign."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"expected text with a UTF-8 form, found a lone surrogate at character {position}")


class SaltLengthError(SoterError):
    """The salt is too long for the key: RSA-PSS has no room for it beside the digest."""

    def __init__(self, salt_length: int, longest: int) -> None:
        self.salt_length = salt_length
        self.longest = longest
        super().__init__(f"expected a salt of 0 to {longest} bytes for this key, found {salt_length}")


class PemError(SoterError):
    """Not the PEM text of an RSA key. The message leaves the text out: it may be a private key."""

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected the PEM text of {expected}, found something else")


class KeyJsonError(SoterError):
    """Not the JSON of an exported key."""

    def __init__(self, field: str, expected: str, actual: str) -> None:
        self.field = field
        super().__init__(f"{field}: expected {expected}, found {actual}")


class BlobError(SoterError):
    """Not what a keystore exports."""


class BlobTruncatedError(BlobError):
    """The blob ends before its length prefix or its JSON does."""

    def __init__(self, expected: int, actual: int) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(f"expected at least {expected} bytes, found {actual}")


class BlobTooLongError(BlobError):
    """The JSON is longer than the client SDK accepts."""

    def __init__(self, limit: int, actual: int) -> None:
        self.limit = limit
        self.actual = actual
        super().__init__(f"expected at most {limit} bytes of JSON, found {actual}")


class BlobUnsignedError(BlobError):
    """Nothing follows the JSON."""

    def __init__(self) -> None:
        super().__init__("expected a signature after the JSON, found the end of the blob")


class BlobNotUtf8Error(BlobError):
    """The JSON part is no UTF-8 text."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"expected JSON in UTF-8, found another byte at {position} of the JSON part")


class BlobNotBase64Error(BlobError):
    """The text form of a blob is not base64 on one line."""

    def __init__(self) -> None:
        super().__init__("expected standard base64 on one line, found something else")


class BrokenChainError(SoterError):
    """The chain of keys is broken."""


class ForeignSignatureError(BrokenChainError):
    """The key above did not sign this JSON."""

    def __init__(self, signer: str, signed: str, reason: str) -> None:
        self.signer = signer
        self.signed = signed
        super().__init__(f"expected the {signed} JSON signed by the {signer}, found: {reason}")


class AnotherDeviceError(BrokenChainError):
    """ASK and AuthKey name different devices."""

    def __init__(self, ask: str, auth_key: str) -> None:
        super().__init__(f"expected cpu_id {ask!r} as in the ASK, the AuthKey says {auth_key!r}")


class AnotherAppError(BrokenChainError):
    """ASK and AuthKey name different apps."""

    def __init__(self, ask: str | int, auth_key: str | int) -> None:
        super().__init__(f"expected uid {ask!r} as in the ASK, the AuthKey says {auth_key!r}")
