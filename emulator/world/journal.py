"""What happened: every exchange with its rid, credentials taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite3 import Row

    from emulator.world.world import World

KEPT_EXCHANGES: Final = 10_000
"""Exchanges kept in all, give or take a hundred."""
_FORGET_EVERY: Final = 100
RID_LIFE: Final = 7 * 24 * 3600
"""Seconds for which a rid can be asked about [doc]."""

_CREDENTIALS = (
    "secret|access_token|cloudbase_access_token|session_key|sessionKey|secret_key|refresh_token|wxCloudApiToken"
)
_IS_SUSPECT = re.compile(r"secret|_token|ApiToken|session_?[kK]ey")
_IN_QUERY = re.compile(rf"\b((?:{_CREDENTIALS})=)[^&\s]+")
# A value may hold escapes, as PHP's slashes, and may stand in JSON inside a JSON string, its quotes escaped.
_IN_JSON = re.compile(rf'((?:{_CREDENTIALS})\\*"\s*:\s*\\*")(?:[^"\\]|\\+[^"\\])*')


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    :param rid: the rid of the answer, or the request id of a function call.
    :param at: Unix seconds.
    :param face: which face was asked: ``wechat`` or ``phone``.
    :param name: the openapi's name, or the operation's.
    :param url: path and query, without credentials.
    :param remark: for our own eyes: the value that caused a failure.
    """

    rid: str
    at: float
    face: str
    name: str
    appid: str | None
    method: str
    url: str
    request_body: str
    response_body: str
    cost_in_ms: float
    client_ip: str
    remark: str | None = None


def new_rid(world: World) -> str:
    """Three groups of 8 hex digits, the first one the Unix time of the call [field]."""
    random = world.randomness.hex(16)
    return f"{int(world.clock.now()):08x}-{random[:8]}-{random[8:]}"


def without_credentials(text: str) -> str:
    """``text`` (a query or a JSON body) with secrets, tokens and session keys struck out."""
    if _IS_SUSPECT.search(text) is None:
        return text
    return _IN_JSON.sub(r"\1***", _IN_QUERY.sub(r"\1***", text))


def record(world: World, exchange: Exchange) -> None:
    """Keep one exchange; every hundredth time, forget all but the latest ``KEPT_EXCHANGES``."""
    row = world.store.row(
        "INSERT INTO exchanges VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        exchange.rid,
        exchange.at,
        exchange.face,
        exchange.name,
        exchange.appid,
        exchange.method,
        without_credentials(exchange.url),
        without_credentials(exchange.request_body),
        without_credentials(exchange.response_body),
        exchange.cost_in_ms,
        exchange.client_ip,
        exchange.remark,
    )
    if row is not None and row["number"] % _FORGET_EVERY == 0:
        world.store.run("DELETE FROM exchanges WHERE number <= ?", row["number"] - KEPT_EXCHANGES)


def find(world: World, rid: str) -> Exchange | None:
    """The exchange with this rid, or ``None``."""
    row = world.store.row("SELECT * FROM exchanges WHERE rid = ?", rid)
    return None if row is None else _exchange(row)


def recent(world: World, *, limit: int = 50, appid: str | None = None) -> list[Exchange]:
    """The latest exchanges, newest first."""
    rows = world.store.rows(
        "SELECT * FROM exchanges WHERE ?1 IS NULL OR appid = ?1 ORDER BY number DESC LIMIT ?2", appid, limit
    )
    return [_exchange(row) for row in rows]


def _exchange(row: Row) -> Exchange:
    return Exchange(**{field.name: row[field.name] for field in fields(Exchange)})
