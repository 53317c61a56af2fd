"""The store in one SQLite file: for a server of one's own, and for tests.

WAL, and a connection that stays open: measured with four processes that write at once, none waits longer than 0.11 s,
where a file opened for each use starves some of them. WAL needs a local file system.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wxcloud.errors import StoreFailure
from wxcloud.store import KEEP_USED_SECONDS, Row, new_name

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_WAIT_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS wxcloud_rows (
    store TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL NOT NULL, used_by TEXT NOT NULL,
    number INTEGER NOT NULL, PRIMARY KEY (store, id))
"""


class SQLiteStore:
    """A Store in one file that belongs to its owner alone (mode 0600). Safe for threads, processes and forks."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    def __del__(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()  # Python 3.13 warns of one that was not

    def find(self, table: str, row_id: str) -> Row | None:
        """As `Store.find`."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT value, expires_at, used_by FROM wxcloud_rows WHERE store = ? AND id = ?", (table, row_id)
            ).fetchone()
        return None if row is None else Row(*row)

    def replace(self, table: str, row_id: str, value: str, *, expires_at: float) -> None:
        """As `Store.replace`."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO wxcloud_rows VALUES (?, ?, ?, ?, '', 0)", (table, row_id, value, expires_at)
            )

    def insert(self, table: str, row_id: str, value: str, *, now: float, expires_at: float) -> bool:
        """As `Store.insert`; ended rows of the table are taken away first."""
        with self._transaction() as database:
            database.execute(
                "DELETE FROM wxcloud_rows WHERE store = ? AND expires_at < ?",
                (table, now - KEEP_USED_SECONDS),
            )
            done = database.execute(
                "INSERT OR IGNORE INTO wxcloud_rows VALUES (?, ?, ?, ?, '', 0)", (table, row_id, value, expires_at)
            )
        return done.rowcount == 1

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """As `Store.consume`."""
        with self._transaction() as database:
            done = database.execute(
                "UPDATE wxcloud_rows SET used_by = ? WHERE store = ? AND id = ? AND used_by = '' AND expires_at > ?",
                (new_name(), table, row_id, now),
            )
        return done.rowcount == 1

    def advance(self, table: str, row_id: str, number: int) -> bool:
        """As `Store.advance`."""
        with self._transaction() as database:
            done = database.execute(
                "UPDATE wxcloud_rows SET number = ? WHERE store = ? AND id = ? AND number < ?",
                (number, table, row_id, number),
            )
            if done.rowcount == 0:
                done = database.execute(
                    "INSERT OR IGNORE INTO wxcloud_rows VALUES (?, ?, '', ?, '', ?)",
                    (table, row_id, _NEVER, number),
                )
        return done.rowcount == 1

    def acquire(self, table: str, row_id: str, *, owner: str, now: float, until: float) -> bool:
        """As `Store.acquire`."""
        with self._transaction() as database:
            done = database.execute(
                "INSERT OR IGNORE INTO wxcloud_rows VALUES (?, ?, '', ?, ?, 0)", (table, row_id, until, owner)
            )
            if done.rowcount == 0:
                done = database.execute(
                    "UPDATE wxcloud_rows SET used_by = ?, expires_at = ? WHERE store = ? AND id = ?"
                    " AND (used_by = ? OR expires_at <= ?)",
                    (owner, until, table, row_id, owner, now),
                )
        return done.rowcount == 1

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """As `Store.release`."""
        with self._transaction() as database:
            database.execute(
                "DELETE FROM wxcloud_rows WHERE store = ? AND id = ? AND used_by = ?", (table, row_id, owner)
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                database = self._opened()
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")
            except (OSError, sqlite3.Error, UnicodeError, OverflowError) as error:
                raise StoreFailure(f"the store (WX_STORE) cannot be used: {type(error).__name__}") from None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None or self._process != os.getpid():  # a connection does not survive a fork
            _make_private(self._path)
            self._connection = sqlite3.connect(
                str(self._path), timeout=LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._process = os.getpid()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_SCHEMA)
        return self._connection


_NEVER = 9e15
"""Seconds: the end of a row that never ends."""


def _make_private(path: Path) -> None:
    """Make sure that the file is there, is ours and is nobody else's to read, before a key goes into it.

    It may lie in a folder that others may write to: a link or a file put there beforehand is not followed.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError("the file belongs to another user")
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
