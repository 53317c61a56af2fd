"""The world's tables as plain values, and back."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database import ejson
from wxemu.cloudbase.database.errors import InvalidValueError
from wxemu.core import apps, clock, journal, settings
from wxemu.core.messages import Message
from wxemu.core.store_errors import DamagedStoreError
from wxemu.core.text import describe_kind
from wxemu.phone import phones
from wxemu.scf import api_functions
from wxemu.state.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.core.store import Column
    from wxemu.core.world import World

Value = str | int | float | dict[str, str] | None
Rows = list[dict[str, Value]]
Tables = dict[str, Rows]

JOURNAL: Final = frozenset({"exchanges", "invocations"})
"""Tables that no rule reads: a state may come without them."""
NO_STATE: Final = frozenset({"saved_events", "snapshots"})
"""Tables that are not part of a state."""
LARGEST: Final = 2**62
"""Numbers of a state are smaller, so that there is always a next number for an exchange."""
_KINDS: Final[dict[str, tuple[type, ...]]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int), "BLOB": (bytes,)}


def tables(world: World, *, has_journal: bool = True) -> Tables:
    """Every table of the schema. Rows have a fixed order, and are objects; bytes are ``{"base64": text}``.

    :param has_journal: include the exchanges and the invocations' logs.
    """
    left_out = NO_STATE if has_journal else NO_STATE | JOURNAL
    with world.transaction():
        return {
            name: [write_row(row) for row in world.store.rows(_in_order(name, columns))]
            for name, columns in world.store.tables().items()
            if name not in left_out
        }


def _in_order(table: str, columns: Sequence[Column]) -> str:
    order = ", ".join(str(place) for place in range(1, len(columns) + 1))
    return f'SELECT * FROM "{table}" ORDER BY {order}'  # noqa: S608 - the name comes from the schema


def write_row(row: sqlite3.Row) -> dict[str, Value]:
    """A row as a JSON object."""
    return {name: _write_value(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values


def _write_value(value: Any) -> Value:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    plain: Value = value
    return plain


def sizes(world: World) -> dict[str, int]:
    """The number of rows of each table of the state that is not empty."""
    with world.transaction():
        counted = {
            name: world.store.row(f'SELECT count(*) AS rows FROM "{name}"')  # noqa: S608 - from the schema
            for name in world.store.tables()
            if name not in NO_STATE
        }
    return {name: row["rows"] for name, row in counted.items() if row is not None and row["rows"]}


def replace(world: World, wanted: object) -> None:
    """Replace all tables by ``wanted`` (see ``tables``), in one transaction.

    A missing journal becomes empty. Snapshots and saved events stay.

    :raises StateError: another form, or values that contradict each other or that the world cannot read.
    """
    with world.transaction():
        schema = {name: columns for name, columns in world.store.tables().items() if name not in NO_STATE}
        rows = _read(wanted, schema)
        try:
            for table, values in rows.items():
                world.store.fill(table, values)
        except (sqlite3.Error, UnicodeError) as error:
            raise _damaged(
                Message("its rows contradict each other ({error})", "各行互相矛盾（{error}）", error=str(error))
            ) from None
        _check(world)
        apps.refuse_kept_published_secrets(world)


def _read(wanted: object, schema: Mapping[str, Sequence[Column]]) -> dict[str, list[list[object]]]:
    if not isinstance(wanted, dict):
        raise _damaged(
            Message(
                "expected its tables by name, found {found}",
                "应为按名称排列的表，得到的是 {found}",
                found=describe_kind(wanted),
            )
        )
    unknown, missing = sorted(wanted.keys() - schema.keys()), sorted(schema.keys() - wanted.keys() - JOURNAL)
    if unknown or missing:
        lacks = Message("it has no {names}", "缺少 {names}", names=", ".join(missing))
        has_more = Message("{names} is not part of one", "{names} 不属于状态", names=", ".join(unknown))
        raise _damaged(
            Message(
                "{wrong}; export it anew, with an emulator of this version",
                "{wrong}；请用本版本的模拟器重新导出",
                wrong=lacks if missing else has_more,
            )
        )
    tables = {name: read_rows(name, wanted.get(name, []), columns) for name, columns in schema.items()}
    for name, rows in tables.items():
        _check_numbers(name, rows)
    return tables


def _check_numbers(table: str, rows: list[list[object]]) -> None:
    for number, row in enumerate(rows):
        for value in row:
            if isinstance(value, int | float) and not -LARGEST < value < LARGEST:
                raise _damaged(
                    Message(
                        "{where}: expected numbers below {limit}",
                        "{where}：数字应小于 {limit}",
                        where=f"{table}[{number}]",
                        limit=LARGEST,
                    )
                )


def read_rows(table: str, rows: object, columns: Sequence[Column]) -> list[list[object]]:
    """The values of rows from ``write_row``, in the order of the columns.

    :raises StateError: another form.
    """
    if not isinstance(rows, list):
        raise _damaged(
            Message(
                "{table}: expected a list of rows, found {found}",
                "{table}：应为行的列表，得到的是 {found}",
                table=table,
                found=describe_kind(rows),
            )
        )
    names = {column.name for column in columns}
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or row.keys() != names:
            raise _damaged(
                Message(
                    "{where}: expected a row of {names}",
                    "{where}：行应由 {names} 组成",
                    where=f"{table}[{number}]",
                    names=", ".join(sorted(names)),
                )
            )
    return [
        [_read_value(row[column.name], column, f"{table}[{number}].{column.name}") for column in columns]
        for number, row in enumerate(rows)
    ]


def _read_value(value: object, column: Column, where: str) -> object:
    if value is None and not column.is_required:
        return None
    if isinstance(value, dict) and value.keys() == {"base64"} and isinstance(value["base64"], str):
        try:
            value = base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, ValueError):
            raise _damaged(
                Message("{where}: expected base64, found something else", "{where}：应为 base64", where=where)
            ) from None
    if isinstance(value, bool) or not isinstance(value, _KINDS.get(column.kind, (str, int, float, bytes))):
        raise _damaged(
            Message(
                "{where}: expected {kind}, found {found}",
                "{where}：应为 {kind}，得到的是 {found}",
                where=where,
                kind=column.kind,
                found=describe_kind(value),
            )
        )
    return value


def _check(world: World) -> None:
    """Let the rules read the values that have a form of their own, so that none fails later.

    :raises StateError: a rule cannot read its values.
    """
    try:
        for row in world.store.rows("SELECT value FROM meta"):
            json.loads(row["value"])
        settings.change(settings.Settings(), dataclasses.asdict(world.settings))
        world.clock.agrees(0, within=0)
        phones.all_phones(world)
        for app in apps.all_apps(world):
            api_functions.list_changes(world, app.env)
        _check_documents(world)
        _check_journal(world)
    except (ValueError, TypeError, LookupError, AttributeError, InvalidValueError, DamagedStoreError) as error:
        raise _damaged(
            Message(
                "a rule cannot read its part of it ({error})",
                "其中有无法读取的部分（{error}）",
                error=type(error).__name__,
            )
        ) from None
    for row in world.store.rows("SELECT package, content FROM packages"):
        if hashlib.sha256(row["content"]).hexdigest() != row["package"]:
            raise _damaged(Message("the code of a function does not match its hash", "云函数的代码与其哈希不符"))


def _check_documents(world: World) -> None:
    """:raises InvalidValueError, LookupError, ValueError: a document that is no EJSON, or not that of its key."""
    for table in ("documents", "snapshot_documents", "transaction_documents"):
        for row in world.store.rows(f"SELECT key, document FROM {table} WHERE document IS NOT NULL"):  # noqa: S608 - of three names
            if ejson.key(ejson.parse("document", row["document"], now=0)["_id"]) != row["key"]:
                raise ValueError("key")


def _check_journal(world: World) -> None:
    """:raises ValueError: an unknown face, or a time that the clock cannot show."""
    faces = ", ".join("?" for _ in journal.FACES)
    wrong_face = f"SELECT at FROM exchanges WHERE face NOT IN ({faces})"  # noqa: S608 - question marks
    wrong_time = "SELECT at FROM {} WHERE at < 0 OR at >= ?"
    if world.store.row(wrong_face, *journal.FACES) is not None:
        raise ValueError("face")
    for table in ("exchanges", "invocations"):
        if world.store.row(wrong_time.format(table), clock.END) is not None:
            raise ValueError("at")


def _damaged(how: Message) -> StateError:
    return StateError(Message("the state is damaged: {how}", "状态已损坏：{how}", how=how))
