"""What became of each invocation of a function: what its log shows, credentials taken out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from emulator.world.journal import without_credentials

if TYPE_CHECKING:
    from sqlite3 import Row

    from emulator.world.world import World

KEPT_INVOCATIONS: Final = 2_000
"""Invocations kept in all, give or take a hundred."""
KEPT_CHARACTERS: Final = 32 * 1024
"""Of a log its end, of a result its beginning: what is longer is cut [inferred]."""
_FORGET_EVERY: Final = 100


@dataclass(frozen=True)
class Record:
    """One invocation that has ended.

    :param at: Unix seconds of its start.
    :param duration_ms: of the handler.
    :param memory_bytes: the most that the instance used; 0 as long as nobody measures it.
    :param log: its lines, from START to Report.
    :param result: JSON of what it returned, or of the failure.
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


def record(world: World, done: Record) -> None:
    """Keep one invocation; every hundredth time, forget all but the latest ``KEPT_INVOCATIONS``."""
    row = world.store.row(
        "INSERT INTO invocations VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        done.request_id,
        done.env,
        done.function,
        done.at,
        done.duration_ms,
        done.memory_bytes,
        done.is_ok,
        _storable(without_credentials(done.log))[-KEPT_CHARACTERS:],
        _storable(without_credentials(done.result))[:KEPT_CHARACTERS],
    )
    if row is not None and row["number"] % _FORGET_EVERY == 0:
        world.store.run("DELETE FROM invocations WHERE number <= ?", row["number"] - KEPT_INVOCATIONS)


def find(world: World, env: str, request_id: str) -> Record | None:
    """The environment's invocation with this request id, or ``None``."""
    row = world.store.row("SELECT * FROM invocations WHERE env = ? AND request_id = ?", env, request_id)
    return None if row is None else _record(row)


def recent(
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


def _storable(text: str) -> str:
    """Text with a UTF-8 form: a function may print or return half a surrogate pair."""
    return text.encode(errors="backslashreplace").decode()


def _record(row: Row) -> Record:
    found = {field.name: row[field.name] for field in fields(Record)}
    return Record(**{**found, "is_ok": bool(found["is_ok"])})
