"""The store of session keys: one SQLite file, which any number of processes may share."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import StoreFailure

if TYPE_CHECKING:
    from pathlib import Path

    from wxcloud.settings import Settings

LOCK_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class StoredSession:
    """A user's latest session; `updated_at` is the Unix time in seconds when it was stored."""

    appid: str
    openid: str
    session_key: str = field(repr=False)
    updated_at: float


class Sessions:
    """The latest session_key of each user of this appid.

    Only its owner may read the file (mode 0600). Each use opens it anew, so threads and processes may share it freely.
    Every method raises StoreFailure when the file cannot be used.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock

    def keep(self, openid: str, session_key: str) -> None:
        """Store this session_key in place of the user's earlier one."""
        # Not "ON CONFLICT ... DO UPDATE": the SQLite of SCF's CentOS 7 may be older than that.
        self._execute(
            "INSERT OR REPLACE INTO sessions (appid, openid, session_key, updated_at) VALUES (?, ?, ?, ?)",
            (self._settings.appid, openid, session_key, self._clock()),
        )

    def find(self, openid: str) -> StoredSession | None:
        """The user's latest session, or None."""
        rows = self._execute(
            "SELECT appid, openid, session_key, updated_at FROM sessions WHERE appid = ? AND openid = ?",
            (self._settings.appid, openid),
        )
        return StoredSession(*rows[0]) if rows else None

    def _execute(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        path = self._settings.session_store
        try:
            _make_private(path)
            with closing(sqlite3.connect(path, timeout=LOCK_WAIT_SECONDS)) as database, database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS sessions (appid TEXT, openid TEXT, session_key TEXT NOT NULL, "
                    "updated_at REAL NOT NULL, PRIMARY KEY (appid, openid))"
                )
                return database.execute(statement, values).fetchall()
        except (OSError, sqlite3.Error, UnicodeError) as error:
            raise StoreFailure(f"the session store (WX_SESSION_STORE) cannot be used: {type(error).__name__}") from None


def _make_private(path: Path) -> None:
    """Make the file if need be, and make sure that it is ours and that nobody else can read it.

    The default is in a folder that others may write to: a link, or another user's file, is refused.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError("the file belongs to another user")
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
