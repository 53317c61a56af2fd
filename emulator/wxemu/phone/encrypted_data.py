"""Data that only a server with the session_key can read: ``encryptedData`` and its ``iv``."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wxemu.core.messages import Message
from wxemu.phone.errors import InvalidPhoneError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

BLOCK: Final = 16
"""Bytes of a block of AES, of its iv, and of a key of AES-128."""


def encrypt(world: World, data: Mapping[str, Any], *, appid: str, session_key: str) -> tuple[str, str]:
    """Data with a watermark as encryptedData and iv: AES-128-CBC, PKCS#7, key and iv base64-decoded [doc].

    :raises InvalidPhoneError: the session_key is no base64 of 16 bytes, as one of a seed may be.
    """
    marked = {**data, "watermark": {"timestamp": int(world.clock.now()), "appid": appid}}
    iv = world.randomness.draw(BLOCK)
    padder = padding.PKCS7(8 * BLOCK).padder()
    padded = padder.update(compact_json(marked).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(_key(session_key)), modes.CBC(iv)).encryptor()
    encrypted = encryptor.update(padded) + encryptor.finalize()
    return base64.b64encode(encrypted).decode(), base64.b64encode(iv).decode()


def _key(session_key: str) -> bytes:
    try:
        key = base64.b64decode(session_key, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BLOCK:
        raise InvalidPhoneError(
            Message(
                "nothing can be encrypted with the user's session_key: it is no base64 of 16 bytes",
                "无法用该用户的 session_key 加密：它不是 16 字节的 base64",
            )
        )
    return key


def compact_json(value: object) -> str:
    """JSON as JSON.stringify writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
