"""`encryptedData` of wx.getUserInfo and its like: AES-128-CBC with PKCS#7, the session_key's 16 bytes as the key."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from wxcloud.errors import InvalidParameter, InvalidSetting

BLOCK_BYTES = 16
_OTHER_KEY = "encryptedData must be encrypted with this session_key, that of the user's latest login, and unchanged"


def decrypt(session_key: str, encrypted_data: str, iv: str, *, appid: str) -> dict[str, Any]:
    """The data, whose watermark names `appid`.

    Raises InvalidParameter for all that cannot be decrypted and InvalidSetting if the library is missing.
    """
    key, start = _block("session_key", session_key), _block("iv", iv)
    encrypted = _decode("encryptedData", encrypted_data)
    if not encrypted or len(encrypted) % BLOCK_BYTES:
        raise InvalidParameter(f"encryptedData must be base64 of blocks of {BLOCK_BYTES} bytes")
    data = _object(_unpad(_decrypt_blocks(key, start, encrypted)))
    watermark = data.get("watermark")
    if not isinstance(watermark, dict) or watermark.get("appid") != appid:
        raise InvalidParameter("encryptedData must be data of this app: its watermark names another appid")
    return data


def _block(name: str, text: str) -> bytes:
    block = _decode(name, text)
    if len(block) != BLOCK_BYTES:
        raise InvalidParameter(f"{name} must be base64 of {BLOCK_BYTES} bytes")
    return block


def _decode(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidParameter(f"{name} must be base64") from None


def _decrypt_blocks(key: bytes, iv: bytes, encrypted: bytes) -> bytes:
    try:
        # 10 ms, only where it is needed
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415
    except ImportError:
        raise InvalidSetting(
            "decrypt_data needs the library cryptography: add it to the function's requirements.txt"
        ) from None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return bytes(decryptor.update(encrypted) + decryptor.finalize())


def _unpad(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= BLOCK_BYTES or padded[-count:] != bytes([count]) * count:
        raise InvalidParameter(_OTHER_KEY)
    return padded[:-count]


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidParameter(_OTHER_KEY)
    return value
