"""The one place where state lives: a SQLite file, or a private database in memory."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wxemu.core import migrations
from wxemu.core.messages import Message
from wxemu.core.store_errors import DamagedStoreError, RemovedStoreError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

Value = TypeVar("Value")

SCHEMA_VERSION: Final = 3
FORGET_EVERY: Final = 100
KEPT_BY_RESET: Final = frozenset({"meta", "rsa_keys", "snapshots", "saved_events"})
LONGEST_WAIT: Final = 5.0
"""Seconds that a transaction waits for another process which has locked the file."""
SHORT_WAIT: Final = 0.1
"""The same, after one has waited in vain: nobody else decides meanwhile."""
_LOOK_SECONDS: Final = 1.0
_INNER: Final = nullcontext()
"""A transaction within another one, of which a request has many."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    :param kind: ``TEXT``, ``INTEGER``, ``REAL`` or ``BLOB``.
    :param is_required: it takes no NULL.
    """

    name: str
    kind: str
    is_required: bool


class _Block:
    """A block that is entered over and over. As a generator it would take each request as long as its statements."""

    def __init__(self, enter: Callable[[], None], leave: Callable[[BaseException | None], None]) -> None:
        self._enter = enter
        self._leave = leave

    def __enter__(self) -> None:
        self._enter()

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._leave(error)


class Store:
    """SQLite behind one lock: one transaction at a time.

    :param path: the database file (its folder must exist), or ``None`` for a database that ends with the process.
    :raises StoreError: the file was written by another version, or is no database.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._owner: int | None = None  # the thread whose transaction goes on
        self._is_hasty = False
        self._looked_at = 0.0
        self._notes: dict[str, str | None] = {}
        self._made: dict[tuple[str, Callable[[Any], Any]], tuple[str | None, Any]] = {}
        self._is_together = False
        self._failure: BaseException | None = None
        self._outermost = _Block(self._enter, self._leave)
        self._added: Counter[str] = Counter()
        self._known_columns: dict[str, tuple[Column, ...]] = {}
        try:
            if path is not None:
                _make_private(path)
            # Every use is under the lock, so one connection serves all threads.
            self._connection = sqlite3.connect(
                path or ":memory:",
                check_same_thread=False,
                isolation_level=None,
                timeout=LONGEST_WAIT,
                cached_statements=256,
            )
            self._connection.row_factory = sqlite3.Row
            # WAL with no fsync a commit: outlives a kill of the process, which is what clients that cache tokens need.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = OFF")
            self._file = None if path is None else _identity(path)
            self._create_or_check(path)
            self._tables = set(self._names())
        except sqlite3.OperationalError as error:
            raise StoreError(
                Message(
                    "{path} cannot be used ({reason}); name another folder with --state",
                    "{path} 无法使用（{reason}）；请用 --state 指定另一个文件夹",
                    path=path,
                    reason=str(error),
                )
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                Message(
                    "{path} is not a state of this emulator ({reason}); name another folder with --state",
                    "{path} 不是本模拟器的状态（{reason}）；请用 --state 指定另一个文件夹",
                    path=path,
                    reason=str(error),
                )
            ) from error

    def _create_or_check(self, path: Path | None) -> None:
        with self.transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._create_tables("schema.sql", *migrations.NEW_FILES)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version == migrations.FORMER_VERSION:
                migrations.migrate(self._connection)
                self._create_tables(*migrations.NEW_FILES)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                defect, remedy = migrations.of_another_version(path, version, SCHEMA_VERSION)
                raise StoreError(Message("{defect}; {remedy}", "{defect}；{remedy}", defect=defect, remedy=remedy))

    def _create_tables(self, *files: str) -> None:
        for file in files:
            for statement in Path(__file__).with_name(file).read_text(encoding="utf-8").split(";"):
                self._connection.execute(statement)

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the lock and keep all that is written inside, or none of it if an exception leaves the block.

        Blocks may nest; the outermost one commits.
        """
        return _INNER if self._owner == threading.get_ident() else self._outermost

    def _enter(self) -> None:
        self._lock.acquire()
        self._owner = threading.get_ident()
        try:
            self._check_parts() if self._is_together else self._begin()
        except BaseException:
            self._let_go()
            raise

    def _check_parts(self) -> None:
        if self._failure is not None:  # which may have ended the transaction: what followed would be kept by itself
            raise self._failure

    def _leave(self, error: BaseException | None) -> None:
        try:
            if not self._is_together:
                self._end(error)
            elif error is not None:
                self._failure = error
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._owner = None
        self._lock.release()

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        """Commit at once what several transactions in the block write, which spares each half of its time.

        All are kept at the end of the block, or none: a part that could be taken back by itself would need a savepoint,
        whose copies of pages take as long as what is written. The block gets what raises the failure of a part so far.

        :raises Exception: what left one of them, such as that it could not be written; then none is kept.
        """
        with self._lock:
            self._begin()
            self._is_together, self._failure = True, None
            try:
                yield self._check_parts
            except BaseException as error:
                self._failure = error
                raise
            finally:
                self._is_together = False
                self._end(self._failure)
            self._check_parts()

    def _end(self, error: BaseException | None) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:  # some failures have ended it already
                self._connection.execute("ROLLBACK")

    def _begin(self) -> None:
        self._look_for_file()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self._wait_at_most(SHORT_WAIT)
            raise
        self._notes.clear()
        if self._is_hasty:
            self._wait_at_most(LONGEST_WAIT)

    def _wait_at_most(self, seconds: float) -> None:
        self._is_hasty = seconds < LONGEST_WAIT
        self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _look_for_file(self) -> None:
        """Notice, within a second, that what is written is lost with this process.

        :raises RemovedStoreError: the file is gone.
        """
        now = time.monotonic()
        if self._path is None or now < self._looked_at + _LOOK_SECONDS:
            return
        if _identity(self._path) != self._file:
            raise RemovedStoreError
        self._looked_at = now

    def probe(self) -> None:
        """Write what is there already, to learn whether the state can be written; and look for its tables.

        :raises StoreError: the file, or a table of it, is gone.
        :raises sqlite3.Error: it cannot be written.
        """
        with self._lock:
            self._looked_at = 0.0
            with self.transaction():
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                missing = self._tables - set(self._names())
        if missing:
            raise DamagedStoreError(
                Message("it has no {tables} any more", "其中不再有 {tables}", tables=sorted(missing))
            )

    def run(self, sql: str, *values: object) -> int:
        """Execute one statement inside a transaction; the number of rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: object) -> int:
        """Insert one row into a table whose rows are numbered, inside a transaction; its number."""
        with self._lock:
            return self._connection.execute(sql, values).lastrowid or 0

    def keep_latest(self, table: str, by: str, kept: int) -> None:
        """Forget all but the latest ``kept`` rows of a table, by an indexed column; called with every row added.

        The first call of a process does it, and every hundredth after it, so that there may be a hundred more. Rows of
        the same time go together.
        """
        first = f"(SELECT {by} FROM {table} ORDER BY {by} DESC LIMIT 1 OFFSET ?)"  # noqa: S608 - names of the schema
        self._forget(table, f"{by} < {first}", kept - 1)

    def keep_latest_numbers(self, table: str, kept: int) -> None:
        """The same for a table whose rows are numbered, which need not be counted to find the first that is kept."""
        self._forget(table, f"number <= (SELECT max(number) FROM {table}) - ?", kept)  # noqa: S608 - as above

    def _forget(self, table: str, condition: str, value: int) -> None:
        with self._lock:
            if self._added[table] % FORGET_EVERY == 0:
                self.run(f"DELETE FROM {table} WHERE {condition}", value)  # noqa: S608 - as above
            self._added[table] += 1

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or ``None``."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def writes(self) -> tuple[int, int]:
        """A mark that differs once anything was written, by this process or another."""
        with self._lock:
            (by_others,) = self._connection.execute("PRAGMA data_version").fetchone()
            return self._connection.total_changes, by_others

    def note(self, name: str) -> Any:
        """The JSON value kept under ``name``, or ``None``; not to be changed in place."""
        return self.note_as(name, _as_it_is)

    def note_as(self, name: str, make: Callable[[Any], Value]) -> Value:
        """What ``make`` makes of the JSON value kept under ``name``; made again only if another value was kept.

        :param make: may raise TypeError for a value that is none of ours.
        """
        with self._lock:
            # Nobody else writes during a transaction, which may ask for the time and the settings over and over.
            if name not in self._notes or not (self._owner or self._is_together):
                row = self.row("SELECT value FROM meta WHERE name = ?", name)
                self._notes[name] = None if row is None else row["value"]
            kept = self._notes[name]
            known = self._made.get((name, make))
            if known is None or known[0] != kept:
                try:
                    known = kept, make(None if kept is None else json.loads(kept))
                except (ValueError, TypeError):
                    raise DamagedStoreError(
                        Message(
                            "what it keeps as {name} is none of ours", "其中 {name} 的内容不是模拟器写的", name=name
                        )
                    ) from None
                self._made[name, make] = known
            made: Value = known[1]
            return made

    def keep_note(self, name: str, value: object) -> None:
        """Keep a JSON value under ``name``; ``None`` forgets it."""
        self._notes.pop(name, None)
        if value is None:
            self.run("DELETE FROM meta WHERE name = ?", name)
        else:
            self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, json.dumps(value))

    def empty(self) -> None:
        """Forget every tenant and all that hangs under it; notes, RSA keys, snapshots and saved events stay."""
        for table in self._names():
            if table not in KEPT_BY_RESET:
                self._clear(table)

    def tables(self) -> dict[str, tuple[Column, ...]]:
        """The columns of every table, by its name."""
        return {name: self._columns(name) for name in self._names()}

    def _names(self) -> list[str]:
        names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
        return [row["name"] for row in names]

    def _columns(self, table: str) -> tuple[Column, ...]:
        if table not in self._known_columns:
            found = self.rows('SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid', table)
            columns = tuple(Column(row["name"], row["type"], bool(row["notnull"])) for row in found)
            self._known_columns[table] = columns  # an open file keeps its schema
        return self._known_columns[table]

    def fill(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Put ``rows`` (values in the order of the columns) in the place of all that a table of the schema holds."""
        with self._lock:
            self._clear(table)
            self.add(table, rows)

    def _clear(self, table: str) -> None:
        with self._lock:
            self._notes.clear()
            self._connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - the name comes from the schema

    def add(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Add ``rows`` to a table of the schema."""
        with self._lock:
            places = ", ".join("?" * len(self._columns(table)))
            self._connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)  # noqa: S608 - as above

    def close(self) -> None:
        """Close the file; a transaction that goes on is finished first."""
        with self._lock:
            self._connection.close()


def _as_it_is(value: Any) -> Any:
    return value


def _make_private(path: Path) -> None:
    """Make the file, if it is not there, for its owner's eyes only: session keys are in it."""
    with suppress(OSError):  # SQLite will say what is in the way
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that takes its place; ``None`` if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path, before a decision
    except OSError:
        return None
    return found.st_dev, found.st_ino
