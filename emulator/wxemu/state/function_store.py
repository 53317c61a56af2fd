"""The functions' own store, the SQLite file that WX_SESSION_STORE names, as plain rows and back.

Its schema belongs to the functions. Only a column ``appid`` has a meaning here: the app that a row belongs to.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.store import Column
from wxemu.state.tables import StateError, read_rows, write_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOCK_WAIT_SECONDS: Final = 10.0
_CREATE: Final = re.compile(r"CREATE TABLE\s", re.IGNORECASE)


class FunctionStore:
    """The file at ``path``, which may be missing. Functions may have it open at the same time.

    Every method raises StateError if it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def tables(self) -> dict[str, dict[str, Any]]:
        """Every table by its name: ``{"create": its CREATE TABLE statement, "rows": [...]}``."""
        if not self._path.exists():
            return {}
        with self._open() as database:
            return {
                name: {"create": create, "rows": [write_row(row) for row in _rows(database, name)]}
                for name, create in _present(database).items()
            }

    def replace(self, wanted: Mapping[str, Any], *, appid: str | None = None) -> None:
        """Replace all tables by ``wanted`` (see ``tables``), in one transaction.

        :param appid: replace the rows of this app only.
        """
        if not wanted and not self._path.exists():
            return
        with self._open() as database:
            for name in _present(database):
                if appid is None:
                    database.execute(f"DROP TABLE {_quoted(name)}")
                elif "appid" in _names(database, name):
                    database.execute(f"DELETE FROM {_quoted(name)} WHERE appid = ?", (appid,))  # noqa: S608 - quoted
            for name, table in wanted.items():
                _restore(database, name, table, appid)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._make()
            with closing(sqlite3.connect(self._path, timeout=LOCK_WAIT_SECONDS, isolation_level=None)) as database:
                database.row_factory = sqlite3.Row
                database.execute("BEGIN IMMEDIATE")
                yield database  # closing without a commit is a rollback
                database.execute("COMMIT")
        except (OSError, sqlite3.Error, OverflowError, UnicodeError) as error:
            raise StateError(f"the functions' session store cannot be used ({error})") from None

    def _make(self) -> None:
        """Make the file if it is missing, for whoever the folder's owner is: root's functions are not root."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)  # session keys are in it
        try:
            if os.geteuid() == 0:
                folder = self._path.parent.stat()
                os.fchown(file, folder.st_uid, folder.st_gid)
        finally:
            os.close(file)


def _restore(database: sqlite3.Connection, name: str, table: Any, appid: str | None) -> None:
    if not isinstance(table, dict) or table.keys() != {"create", "rows"}:
        raise StateError(f"the state is damaged: functions.{name}: expected create and rows")
    if name not in _present(database):
        if not isinstance(table["create"], str) or _CREATE.match(table["create"]) is None:
            raise StateError(f"the state is damaged: functions.{name}.create: expected a statement CREATE TABLE")
        database.set_authorizer(_refuse_select)
        database.execute(table["create"])
        database.set_authorizer(None)
        if name not in _present(database):
            raise StateError(f"the state is damaged: functions.{name}.create: it creates another table")
    columns = _columns(database, name)
    rows = read_rows(f"functions.{name}", table["rows"], columns)
    if appid is not None:
        places = [place for place, column in enumerate(columns) if column.name == "appid"]
        rows = [row for row in rows for place in places if row[place] == appid]
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)  # noqa: S608 - quoted


def _refuse_select(action: int, *_: object) -> int:
    """Refuse CREATE TABLE ... AS SELECT: the query might never end."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_OK


def _present(database: sqlite3.Connection) -> dict[str, str]:
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {row["name"]: row["sql"] for row in sorted(rows, key=lambda row: str(row["name"]))}


def _columns(database: sqlite3.Connection, table: str) -> list[Column]:
    rows = database.execute('SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid', (table,))
    return [Column(row["name"], row["type"], bool(row["notnull"])) for row in rows]


def _names(database: sqlite3.Connection, table: str) -> set[str]:
    return {column.name for column in _columns(database, table)}


def _rows(database: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    order = ", ".join(str(place) for place in range(1, len(_columns(database, table)) + 1))
    return database.execute(f"SELECT * FROM {_quoted(table)} ORDER BY {order}").fetchall()  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
