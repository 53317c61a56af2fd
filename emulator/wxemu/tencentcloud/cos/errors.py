"""What COS refuses: XML, with an HTTP status that says so [doc].

CosError
├── AccessDeniedError       403: no ticket, or none for this file
├── NoSuchUploadError       404: no upload in parts has this id and path
├── EntityTooLargeError     400: more bytes than a package may have
├── InvalidArgumentError    400: a query that no operation here has
└── InternalError           500: the emulator cannot serve just now
"""

from __future__ import annotations


class CosError(Exception):
    """A request that COS refuses."""

    status = 400
    code = "InvalidArgument"
    message = "The request is none of this bucket's."

    def __init__(self, message: str | None = None) -> None:
        self.message = self.message if message is None else message
        super().__init__(self.message)


class AccessDeniedError(CosError):
    """No ticket, or none for this file."""

    status = 403
    code = "AccessDenied"
    message = "Access Denied."


class NoSuchUploadError(CosError):
    """No upload in parts has this id and path."""

    status = 404
    code = "NoSuchUpload"
    message = "The specified multipart upload does not exist."


class EntityTooLargeError(CosError):
    """More bytes than a package may have."""

    code = "EntityTooLarge"
    message = "Your proposed upload exceeds the maximum allowed object size."


class InvalidArgumentError(CosError):
    """A query that no operation here has."""


class InternalError(CosError):
    """The emulator cannot serve just now."""

    status = 500
    code = "InternalError"
    message = "We encountered an internal error. Please try again."
