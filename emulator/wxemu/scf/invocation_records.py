"""Records of the invocations that have ended, with their logs, without credentials."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from wxemu.core.credentials import strike_out

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.world import World

KEPT_INVOCATIONS: Final = 2_000
"""Invocations kept in all, give or take a hundred."""
KEPT_CHARACTERS: Final = 32 * 1024
"""Of a log its end, of a result its beginning: what is longer is cut [inferred]."""


@dataclass(frozen=True)
class Record:
    """One invocation that has ended.

    :param at: Unix seconds of its start.
    :param duration_ms: of the handler.
    :param memory_bytes: the most that the instance used; 0 where nobody measured it.
    :param log: its lines, from START to Report.
    :param result: JSON of what it returned, or of the failure.
    :param number: its place in the order of all ends, which goes on after a reset; 0 until it is kept.
    """

    request_id: str
    env: str
    function: str
    at: float
    duration_ms: float
    memory_bytes: int
    is_ok: bool
    log: str
    result: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which invocations are meant; ``None`` stands for any."""

    env: str | None = None
    function: str | None = None
    request_id: str | None = None


def save(world: World, done: Record) -> None:
    """Keep one invocation; every hundredth time, forget all but the latest ``KEPT_INVOCATIONS``."""
    world.store.run(
        "INSERT INTO invocations VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        done.request_id,
        done.env,
        done.function,
        done.at,
        done.duration_ms,
        done.memory_bytes,
        done.is_ok,
        _storable(strike_out(done.log))[-KEPT_CHARACTERS:],
        _storable(strike_out(done.result))[:KEPT_CHARACTERS],
    )
    world.store.keep_latest_numbers("invocations", KEPT_INVOCATIONS)


def find(world: World, env: str, request_id: str) -> Record | None:
    """The environment's invocation with this request id, or ``None``."""
    row = world.store.row("SELECT * FROM invocations WHERE env = ? AND request_id = ?", env, request_id)
    return None if row is None else _record(row)


def list_between(
    world: World, env: str, function: str, *, since: float, until: float, limit: int, offset: int = 0
) -> list[Record]:
    """Invocations of a function that began in a span of time, newest first.

    :param since: Unix seconds, that second counted.
    :param until: Unix seconds, the whole of that second counted.
    """
    rows = world.store.rows(
        "SELECT * FROM invocations WHERE env = ? AND function = ? AND at >= ? AND at < ?"
        " ORDER BY at DESC, number DESC LIMIT ? OFFSET ?",
        env,
        function,
        since,
        until + 1,
        limit,
        offset,
    )
    return [_record(row) for row in rows]


def list_latest(world: World, choice: Choice, *, limit: int) -> list[Record]:
    """The invocations of a choice that ended last, newest first."""
    rows = world.store.rows(
        "SELECT * FROM invocations WHERE (?1 IS NULL OR env = ?1) AND (?2 IS NULL OR function = ?2)"
        " AND (?3 IS NULL OR request_id = ?3) ORDER BY number DESC LIMIT ?4",
        choice.env,
        choice.function,
        choice.request_id,
        limit,
    )
    return [_record(row) for row in rows]


def list_after(world: World, number: int, choice: Choice) -> list[Record]:
    """The invocations of a choice that ended after the one with this number, in the order of their ends."""
    rows = world.store.rows(
        "SELECT * FROM invocations WHERE (?1 IS NULL OR env = ?1) AND (?2 IS NULL OR function = ?2)"
        " AND (?3 IS NULL OR request_id = ?3) AND number > ?4 ORDER BY number",
        choice.env,
        choice.function,
        choice.request_id,
        number,
    )
    return [_record(row) for row in rows]


def find_last_number(world: World) -> int:
    """The number of the invocation that ended last, 0 before any did."""
    row = world.store.row("SELECT max(number) AS last FROM invocations")
    return 0 if row is None or row["last"] is None else int(row["last"])


def _storable(text: str) -> str:
    """Text with a UTF-8 form: a function may print or return a lone surrogate."""
    return text.encode(errors="backslashreplace").decode()


def _record(row: Row) -> Record:
    members = {field.name: row[field.name] for field in fields(Record)}
    return Record(**{**members, "is_ok": bool(members["is_ok"])})
