"""What a keystore hands out: a JSON text and the signature over it, in one piece of bytes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final, Self

from wxemu.wechat.soter.errors import (
    BlobNotBase64Error,
    BlobNotUtf8Error,
    BlobTooLongError,
    BlobTruncatedError,
    BlobUnsignedError,
    UnsignableTextError,
)

_PREFIX_BYTES: Final = 4
_LONGEST_JSON: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """4 bytes of length (little-endian), that many bytes of JSON, then the raw signature.

    Source: SoterCore.convertFromBytesToSignatureResult of the client SDK [src].
    """

    json_text: str
    signature: bytes

    @property
    def signature_base64(self) -> str:
        """The signature as clients send it: base64 without line ends (Android's NO_WRAP)."""
        return b64encode(self.signature).decode()

    def pack(self) -> bytes:
        """The bytes of the blob.

        :raises UnsignableTextError: the JSON has a lone surrogate.
        :raises BlobTooLongError: the JSON is over 1 MiB.
        :raises BlobUnsignedError: the signature is empty.
        """
        try:
            json_bytes = self.json_text.encode()
        except UnicodeEncodeError as error:
            raise UnsignableTextError(error.start) from None
        _check_length(len(json_bytes))
        if not self.signature:
            raise BlobUnsignedError
        return len(json_bytes).to_bytes(_PREFIX_BYTES, "little") + json_bytes + self.signature

    @classmethod
    def unpack(cls, blob: bytes) -> Self:
        """The two parts of ``blob``.

        :raises BlobTruncatedError: it ends before its length prefix or its JSON does.
        :raises BlobTooLongError: the JSON would be over 1 MiB.
        :raises BlobUnsignedError: nothing follows the JSON.
        :raises BlobNotUtf8Error: the JSON is no text.
        """
        if len(blob) < _PREFIX_BYTES:
            raise BlobTruncatedError(_PREFIX_BYTES, len(blob))
        json_length = int.from_bytes(blob[:_PREFIX_BYTES], "little")
        _check_length(json_length)
        json_end = _PREFIX_BYTES + json_length
        if len(blob) < json_end:
            raise BlobTruncatedError(json_end, len(blob))
        if len(blob) == json_end:
            raise BlobUnsignedError
        try:
            json_text = blob[_PREFIX_BYTES:json_end].decode()
        except UnicodeDecodeError as error:
            raise BlobNotUtf8Error(error.start) from None
        return cls(json_text, blob[json_end:])

    def to_base64(self) -> str:
        """The packed blob as text on one line; raises as ``pack`` does."""
        return b64encode(self.pack()).decode()

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """The blob in ``text``; raises as ``unpack`` does, and

        :raises BlobNotBase64Error: not standard base64 on one line.
        """
        try:
            blob = b64decode(text, validate=True)
        except ValueError:
            raise BlobNotBase64Error from None
        return cls.unpack(blob)


def _check_length(json_length: int) -> None:
    if json_length > _LONGEST_JSON:
        raise BlobTooLongError(_LONGEST_JSON, json_length)
