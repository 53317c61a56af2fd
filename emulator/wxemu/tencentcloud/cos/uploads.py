"""Code on its way to a function: files in COS's temporary bucket, sent whole or in parts.

UploadError
├── UnknownUploadError     no upload of this app has this id and path
└── UploadTooLargeError    more bytes than a package may have
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.world import World

LIFE: Final = 3600
"""Seconds after which a temporary file is gone; the real bucket's are not known [inferred]."""
LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a package, zipped [doc]."""
MOST_PARTS: Final = 10_000
"""The highest number of a part [doc]."""


class UploadError(Exception):
    """A file that is not taken."""


class UnknownUploadError(UploadError):
    """No upload of this app has this id and path."""


class UploadTooLargeError(UploadError):
    """More bytes than a package may have."""


def start(world: World, *, appid: str, path: str) -> str:
    """Begin to send a file in parts; the upload's id. What is older than ``LIFE`` is forgotten."""
    now = world.clock.now()
    _forget(world, "SELECT upload_id FROM uploads WHERE started_at <= ?", now - LIFE)
    upload_id = f"{int(now)}{world.randomness.hex(32)}"
    world.store.run("INSERT INTO uploads VALUES (?, ?, ?, ?, 0)", upload_id, appid, path, now)
    return upload_id


def add_part(world: World, upload_id: str, *, appid: str, path: str, number: int, content: bytes) -> None:
    """Take one part, or take it again.

    :raises UploadError: as the tree above.
    """
    _require(world, upload_id, appid=appid, path=path)
    row = world.store.row(
        "SELECT coalesce(sum(length(content)), 0) AS size FROM upload_parts WHERE upload_id = ? AND number != ?",
        upload_id,
        number,
    )
    if row is None or row["size"] + len(content) > LARGEST:
        raise UploadTooLargeError(path)
    world.store.run(
        "INSERT OR REPLACE INTO upload_parts (number, upload_id, content) VALUES (?, ?, ?)", number, upload_id, content
    )


def complete(world: World, upload_id: str, *, appid: str, path: str) -> None:
    """Make a file of the parts that have come, in the order of their numbers.

    :raises UnknownUploadError: there is no such upload.
    """
    _require(world, upload_id, appid=appid, path=path)
    _forget(world, "SELECT upload_id FROM uploads WHERE appid = ? AND path = ? AND is_complete", appid, path)
    world.store.run("UPDATE uploads SET is_complete = 1 WHERE upload_id = ?", upload_id)


def put(world: World, *, appid: str, path: str, content: bytes) -> None:
    """Take a file in one piece.

    :raises UploadTooLargeError: it is larger than a package may be.
    """
    upload_id = start(world, appid=appid, path=path)
    add_part(world, upload_id, appid=appid, path=path, number=1, content=content)
    complete(world, upload_id, appid=appid, path=path)


def find_content(world: World, *, appid: str, path: str) -> bytes | None:
    """The file that the app sent last under this path, or ``None``."""
    parts = world.store.rows(
        "SELECT content FROM upload_parts JOIN uploads USING (upload_id)"
        " WHERE appid = ? AND path = ? AND is_complete AND started_at > ? ORDER BY number",
        appid,
        path,
        world.clock.now() - LIFE,
    )
    return b"".join(part["content"] for part in parts) if parts else None


def _require(world: World, upload_id: str, *, appid: str, path: str) -> None:
    row = world.store.row(
        "SELECT 1 FROM uploads WHERE upload_id = ? AND appid = ? AND path = ? AND NOT is_complete AND started_at > ?",
        upload_id,
        appid,
        path,
        world.clock.now() - LIFE,
    )
    if row is None:
        raise UnknownUploadError(upload_id)


def _forget(world: World, uploads: str, *values: object) -> None:
    """Forget those that a query finds; it is one of this module's own."""
    world.store.run(f"DELETE FROM upload_parts WHERE upload_id IN ({uploads})", *values)  # noqa: S608
    world.store.run(f"DELETE FROM uploads WHERE upload_id IN ({uploads})", *values)  # noqa: S608
