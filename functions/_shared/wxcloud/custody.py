"""Session keys at rest: encrypted in every store that others can read.

`v1.<kid>.<nonce>.<ciphertext>`, base64url without padding: AES-256-GCM, whose associated data is appid, purpose and row
id, so that a row copied to another user does not decrypt. WX_STORE_KEY names the keys, the first of which encrypts:
`kid:key[,kid:key...]`, a key being base64url of 32 bytes. A new key is put in front; the old one stays while rows of it
are in use.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from typing import TYPE_CHECKING

from wxcloud.errors import InvalidSetting, StoreFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES, NONCE_BYTES = 32, 12
_MAKE = "import base64, os; print('k1:' + base64.urlsafe_b64encode(os.urandom(32)).decode())"
HOW_TO = (
    f'make one with `python3 -c "{_MAKE}"` and give the same to every function, '
    "or WX_STORE_KEY=none to keep session keys unencrypted"
)


class Custody:
    """Encrypts and decrypts texts for one appid and purpose; with no keys, leaves them as they are."""

    def __init__(self, keys: Mapping[str, bytes], *, appid: str, purpose: str) -> None:
        self._keys = keys
        self._appid = appid
        self._purpose = purpose

    def encrypt(self, text: str, *, row_id: str) -> str:
        """The text as it is to be kept in this row."""
        if not self._keys:
            return text
        kid, key = next(iter(self._keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = _cipher(key).encrypt(nonce, text.encode(), self._associated(row_id))
        return f"v1.{kid}.{_encode(nonce)}.{_encode(sealed)}"

    def decrypt(self, kept: str, *, row_id: str) -> str:
        """The text that was kept in this row.

        Raises StoreFailure: it was kept under a key that WX_STORE_KEY does not name any more, for another row, or
        was changed.
        """
        if not self._keys:
            return kept
        version, _, rest = kept.partition(".")
        kid, *parts = rest.split(".")
        key = self._keys.get(kid)
        if version != "v1" or key is None or len(parts) != 2:  # noqa: PLR2004 - nonce and ciphertext
            raise StoreFailure("a kept session cannot be read: WX_STORE_KEY does not name the key it was kept under")
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as `_cipher`

        try:
            nonce, sealed = map(_decode, parts)
            return bytes(_cipher(key).decrypt(nonce, sealed, self._associated(row_id))).decode()
        except (InvalidTag, ValueError):
            raise StoreFailure("a kept session cannot be read: it was kept for another row, or changed") from None

    def _associated(self, row_id: str) -> bytes:
        return f"{self._appid}\n{self._purpose}\n{row_id}".encode()


def read_keys(setting: str) -> dict[str, bytes]:
    """The keys of WX_STORE_KEY, by kid; none for `none`. Raises InvalidSetting, which quotes no key."""
    if not setting:
        raise InvalidSetting(f"WX_STORE_KEY is not set, and session keys lie in a shared store: {HOW_TO}")
    if setting == "none":
        return {}
    keys = {}
    for entry in setting.split(","):
        kid, _, text = entry.strip().partition(":")
        try:
            key = _decode(text)
        except (ValueError, binascii.Error):
            key = b""
        if re.fullmatch(r"[A-Za-z0-9_-]{1,32}", kid) is None or len(key) != KEY_BYTES or kid in keys:
            raise InvalidSetting(
                f"WX_STORE_KEY must be kid:key, the key being base64url of {KEY_BYTES} bytes; {HOW_TO}"
            )
        keys[kid] = key
    return keys


def _cipher(key: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202 - cryptography is not there for every function
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 6 ms, only where it is needed
    except ImportError:
        raise InvalidSetting(
            "WX_STORE_KEY needs the library cryptography: add it to the function's requirements.txt"
        ) from None
    return AESGCM(key)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
