"""The source of random ids and keys; a random seed makes every draw repeatable."""

from __future__ import annotations

import functools
import hashlib
import secrets
import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.core.store import Store

_NOTE = "draws"
ALPHANUMERIC: Final = string.ascii_letters + string.digits
BASE64URL: Final = ALPHANUMERIC + "-_"


@functools.cache
def _table(alphabet: str) -> bytes:
    """The character of an alphabet for each byte."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def stream(seed: str) -> Callable[[int], bytes]:
    """An endless, repeatable stream of bytes; a call with ``n`` returns the next ``n`` of them."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms  # noqa: PLC0415 - for a random seed only

    keystream = Cipher(algorithms.ChaCha20(hashlib.sha256(seed.encode()).digest(), bytes(16)), mode=None).encryptor()
    return lambda count: keystream.update(bytes(count))


class Randomness:
    """The system's randomness, or with ``seed`` the same draws in every run; the store keeps the number of the draw."""

    def __init__(self, store: Store, seed: str | None = None) -> None:
        self._store = store
        self.seed = seed

    def draw(self, count: int) -> bytes:
        """``count`` random bytes."""
        if self.seed is None:
            return secrets.token_bytes(count)
        with self._store.transaction():
            number = (self._store.note(_NOTE) or 0) + 1
            self._store.keep_note(_NOTE, number)
        return stream(f"{self.seed}/{number}")(count)

    def hex(self, digits: int) -> str:
        """``digits`` lower-case hexadecimal digits."""
        return self.draw((digits + 1) // 2).hex()[:digits]

    def text(self, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """``length`` characters of ``alphabet``."""
        return self.draw(length).translate(_table(alphabet)).decode()

    def fraction(self) -> float:
        """A number from 0 to 1, without 1."""
        return int.from_bytes(self.draw(6), "big") / 2**48

    def uuid(self) -> str:
        """A version 4 UUID, like CloudBase's request ids."""
        digits = bytearray(self.draw(16))
        digits[6] = digits[6] & 0x0F | 0x40
        digits[8] = digits[8] & 0x3F | 0x80
        text = digits.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def start_over(self) -> None:
        """Restart the draws of the random seed, as a reset to the seed must."""
        self._store.keep_note(_NOTE, None)
