"""Forms with files: what a body of multipart/form-data holds.

Not Flask's own parser: it decodes a part without a filename as text, which ends any binary.

FormError
    The body is no such form.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from multipart import MultipartError, MultipartSegment, PushMultipartParser

MULTIPART: Final = "multipart/form-data"
MOST_PARTS: Final = 64


class FormError(ValueError):
    """The body is no such form."""


@dataclass(frozen=True)
class Part:
    """One part of a form, or one file that came by another way.

    :param content_type: as it was labelled; empty if it was not.
    :param filename: empty where there is none.
    """

    content: bytes = field(repr=False)
    content_type: str = ""
    filename: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the sender means a file: form libraries give a filename or a type to files and none to strings."""
        return bool(self.content_type or self.filename)

    @property
    def text(self) -> str:
        """What a part says that is no file.

        :raises FormError: it is no UTF-8.
        """
        try:
            return self.content.decode()
        except ValueError as error:
            raise FormError(f"no multipart form ({error})") from None

    def document(self) -> dict[str, Any]:
        """As the journal shows a file."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {
            "contentType": self.content_type,
            "fileName": self.filename,
            "bytes": len(self.content),
            "sha256": digest,
        }


def parts(boundary: str, body: bytes) -> dict[str, Part]:
    """A form's parts by name; of several with one name the last.

    :raises FormError: the body is no form with this boundary.
    """
    found: dict[str, Part] = {}
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    segment, chunks = event, list[bytes]()
                elif event is not None:
                    chunks.append(event)
                else:
                    content = b"".join(chunks)
                    found[segment.name or ""] = Part(content, segment.content_type or "", segment.filename or "")
    except (MultipartError, ValueError) as error:
        raise FormError(f"no multipart form ({error})") from None
    return found
