"""Which of many digests a signature is, and how it was written."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, unquote_to_bytes

from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wxemu.core.journal import Exchange

    Mistakes = dict[str, Message]  # names, each with how it shows
    Way = tuple[bytes, Mistakes]  # a digest, and what is wrong with how it is made


@dataclass(frozen=True)
class Written:
    """A signature as it came: its text, and the bytes that stand percent-encoded in the query."""

    text: str
    raw: bytes

    def simplest(self, ways: Iterable[Way]) -> Mistakes | None:
        """What is wrong, if it is one of these digests; the fewest mistakes that lead to it."""
        decoded = _from_base64(self.text)
        matches = [{**made, **form} for digest, made in ways for form in self._forms(digest, decoded)]
        return min(matches, key=len, default=None)

    def _forms(self, digest: bytes, decoded: bytes) -> Iterator[Mistakes]:
        digits = digest.hex()
        if self.text == digits:
            yield {}
        elif self.text == digits.upper():
            yield {"digest_in_upper_case": Message("in small letters it is right", "改为小写就正确")}
        elif decoded == digest:
            yield {"digest_in_base64": Message("read as base64 it is the digest", "按 base64 读取就是正确的摘要")}
        elif decoded.lower() == digits.encode():
            yield {
                "digest_hex_in_base64": Message(
                    "read as base64 it is the digest's hex", "按 base64 读取就是十六进制的摘要"
                )
            }
        elif self.raw == digest:
            yield {"digest_as_raw_bytes": Message("its bytes are those of the digest", "它的字节就是摘要的字节")}


def written(exchange: Exchange, name: str) -> Written:
    """The signature of this name: among the parameters, or in the query beside them."""
    query = exchange.url.partition("?")[2].split("&")
    encoded = next((pair.partition("=")[2] for pair in query if pair.startswith(f"{name}=")), "")
    text = exchange.parameters.get(name)
    return Written(unquote_plus(encoded) if text is None else str(text), unquote_to_bytes(encoded))


def _from_base64(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4))
    except ValueError:
        return b""
