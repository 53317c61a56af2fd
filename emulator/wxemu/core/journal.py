"""What happened: every exchange with its rid and its outcome, credentials taken out."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.credentials import strike_out

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.world import World

KEPT_EXCHANGES: Final = 10_000
"""Exchanges kept in all, give or take a hundred."""
KEPT_CHARACTERS: Final = 64 * 1024
"""Of a body its beginning; what is longer is cut, and says so."""
SEARCHED_CHARACTERS: Final = 1000
"""Of a text that is looked for its beginning: nobody else decides meanwhile."""
IN_QUERY: Final = ""
"""In place of the parameters of an openapi: the query spells them as they are, and each once at least."""
FACES: Final = ("phone", "wechat", "cloudbase", "tencentcloud")
"""Who tells the journal, from left to right in the flow."""
_CUT: Final = re.compile(r"\n\[cut: \d+ characters in all\]\Z")
_HINT: Final = re.compile(r"(?:hint: \[|req_id: )([0-9a-f]{8})([0-9a-f]{8})\b")
_ID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{8}-[0-9a-f]{8}|[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")


@dataclass  # each request makes one, which frozen would take four times as long
class Exchange:
    """One request and its answer.

    :param rid: the rid of the answer; the invocation's request id where the request started one; else the request id
        of the answer.
    :param at: Unix seconds at which it began.
    :param face: which face was asked: ``wechat``, ``cloudbase``, ``tencentcloud`` or ``phone``.
    :param name: the operation, by the face's own name: ``soter.verifySignature``, ``wx.openApi``, ``wx.login``.
    :param url: path and query, without credentials.
    :param status: of HTTP.
    :param api: the openapi that was called, if it was one, by whichever way.
    :param errcode: as the answer has it, WeChat's number or CloudBase's word; ``None`` if it has none.
    :param request_id: of the invocation that made the call, where that is known.
    :param given: JSON of the openapi's parameters as the world saw them; ``None`` where the body is just that, and
        ``IN_QUERY`` where the query is.
    :param layers: JSON of what the face found inside a body that is no text, see ``wxemu.core.http.layers``.
    :param token_digest: of an access_token that was refused, see ``tokens.digest``.
    :param remark: for our own eyes: the value that caused a failure, the fault that was arranged.
    :param outcome: what came of it, in a word, and whether that is a failure: see ``core.outcome``.
    :param number: its place in the order of all exchanges, which goes on after a reset; 0 until it is kept.
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
    user_agent: str = ""
    status: int = 200
    api: str | None = None
    errcode: str | None = None
    request_id: str | None = None
    given: str | None = None
    layers: str | None = None
    token_digest: str | None = None
    remark: str | None = None
    outcome: str = "ok"
    is_failure: bool = False
    number: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        """What the openapi was given; empty where that is no JSON object."""
        if self.given == IN_QUERY:
            found: dict[str, Any] = {}
            for name, _, value in (pair.partition("=") for pair in self.url.partition("?")[2].split("&") if pair):
                found.setdefault(name, value)
            return found
        return json_object(self.request_body if self.given is None else self.given)

    @property
    def answer(self) -> dict[str, Any]:
        """The members of the answer; empty where that is no JSON object."""
        return json_object(self.response_body)

    @property
    def is_whole(self) -> bool:
        """Whether the request is kept as it came, but for its credentials."""
        return _CUT.search(self.request_body) is None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which exchanges are meant; what is ``None`` may be any.

    :param api: the openapi's name, or the operation's.
    :param request_id: of an invocation: what it made, and what started it.
    :param text: stands, in whatever case, in the rid, the address, a body, a parameter, a remark or the User-Agent.
    :param is_failure: whether the answer is a failure; a signature that is not genuine is one as well.
    :param since: Unix seconds.
    :param before: only what came before the exchange of this number.
    :param after: only what came after it.
    """

    appid: str | None = None
    api: str | None = None
    face: str | None = None
    errcode: str | None = None
    request_id: str | None = None
    text: str | None = None
    is_failure: bool | None = None
    since: float | None = None
    before: int | None = None
    after: int | None = None


EVERYTHING: Final = Choice()
_CONDITIONS: Final = {
    "appid": "appid = ?",
    "api": "? IN (api, name)",
    "face": "face = ?",
    "errcode": "errcode = ?",
    "request_id": "? IN (request_id, rid)",
    "text": "instr(lower(rid || ' ' || url || ' ' || name || ' ' || coalesce(api, '') || ' ' || request_body"
    " || ' ' || response_body || ' ' || coalesce(given, '') || ' ' || coalesce(remark, '')"
    " || ' ' || user_agent), lower(?)) > 0",
    "is_failure": "is_failure = ?",
    "since": "at >= ?",
    "before": "number < ?",
    "after": "number > ?",
}


def new_rid(world: World, at: float) -> str:
    """Three groups of 8 hex digits, the first one the Unix time of the call [field]."""
    random = world.randomness.hex(16)
    return f"{int(at):08x}-{random[:8]}-{random[8:]}"


def json_object(text: str) -> dict[str, Any]:
    """The members of a JSON object; none for any other text."""
    decoded = json_value(text)
    return decoded if isinstance(decoded, dict) else {}


def json_value(text: str) -> Any:
    """The value that JSON spells; ``None`` for any other text, such as with a number that JSON could not show again."""
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(written)
    return number


def record(world: World, exchange: Exchange) -> int:
    """Keep one exchange; its number. Every hundredth time, forget all but the latest ``KEPT_EXCHANGES``."""
    number = world.store.insert(
        "INSERT INTO exchanges VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        exchange.rid,
        exchange.at,
        exchange.face,
        exchange.name,
        exchange.appid,
        exchange.method,
        strike_out(exchange.url),
        _cut(exchange.request_body),
        _cut(exchange.response_body),
        exchange.cost_in_ms,
        exchange.client_ip,
        exchange.user_agent,
        exchange.status,
        exchange.api,
        exchange.errcode,
        exchange.request_id,
        None if exchange.given is None else _cut(exchange.given),
        None if exchange.layers is None else _cut(exchange.layers),
        exchange.token_digest,
        exchange.remark,
        exchange.outcome,
        exchange.is_failure,
    )
    world.store.keep_latest_numbers("exchanges", KEPT_EXCHANGES)
    return number


def _cut(body: str) -> str:
    if len(body) > KEPT_CHARACTERS:
        body = f"{body[:KEPT_CHARACTERS]}\n[cut: {len(body)} characters in all]"
    return strike_out(body)


def find(world: World, rid: str) -> Exchange | None:
    """The exchange with this rid, or ``None``."""
    row = world.store.row("SELECT * FROM exchanges WHERE rid = ? ORDER BY number DESC LIMIT 1", rid)
    return None if row is None else _exchange(row)


def find_by_number(world: World, number: int) -> Exchange | None:
    """The exchange with this number, or ``None``."""
    row = world.store.row("SELECT * FROM exchanges WHERE number = ?", number)
    return None if row is None else _exchange(row)


def look_up(world: World, text: str) -> Exchange | None:
    """The exchange that a text names: by a rid, a request id of an answer, or an errmsg with one in it."""
    for name in ids_in(text) or [text]:
        exchange = find(world, name) or _find_in_answers(world, name)
        if exchange is not None:
            return exchange
    return _find_by_hint(world, text)


def _find_in_answers(world: World, name: str) -> Exchange | None:
    """The latest whose answer has this id in it."""
    if _ID.fullmatch(name) is None:
        return None
    row = world.store.row("SELECT * FROM exchanges WHERE instr(response_body, ?) ORDER BY number DESC LIMIT 1", name)
    return None if row is None else _exchange(row)


def _find_by_hint(world: World, text: str) -> Exchange | None:
    """The latest whose rid ends in the 16 digits that stand in the older suffixes of an errmsg."""
    hint = _HINT.search(text)
    if hint is None:
        return None
    ending = f"%-{hint[1]}-{hint[2]}"
    row = world.store.row("SELECT * FROM exchanges WHERE rid LIKE ? ORDER BY number DESC LIMIT 1", ending)
    return None if row is None else _exchange(row)


def ids_in(text: str) -> list[str]:
    """The rids and request ids that stand in a text, each once."""
    return list(dict.fromkeys(_ID.findall(text)))


def without_ids(text: str) -> str:
    """The text but for the rids and request ids in it."""
    return _ID.sub("", text)


def list_latest(world: World, *, choice: Choice = EVERYTHING, limit: int = 50) -> list[Exchange]:
    """The latest exchanges of a choice, newest first."""
    return _select(world, choice, "DESC", limit)


def after(world: World, number: int, choice: Choice) -> list[Exchange]:
    """The exchanges of a choice that came after the one with this number, in their order."""
    return _select(world, Choice(**{**vars(choice), "after": number}), "ASC", -1)


def _select(world: World, choice: Choice, order: str, limit: int) -> list[Exchange]:
    wanted = {name: value for name, value in vars(choice).items() if value is not None}
    if "text" in wanted:
        wanted["text"] = wanted["text"][:SEARCHED_CHARACTERS]
    where = " AND ".join(_CONDITIONS[name] for name in wanted) or "TRUE"
    # What is put together here is this module's own.
    sql = f"SELECT * FROM exchanges WHERE {where} ORDER BY number {order} LIMIT ?"  # noqa: S608
    return [_exchange(row) for row in world.store.rows(sql, *wanted.values(), limit)]


def apis(world: World, *, appid: str | None = None) -> list[str]:
    """The openapis that were called, by name; with ``appid`` by this app only."""
    rows = world.store.rows(
        "SELECT DISTINCT api FROM exchanges WHERE api IS NOT NULL AND (?1 IS NULL OR appid = ?1) ORDER BY api", appid
    )
    return [row["api"] for row in rows]


def last_number(world: World) -> int:
    """The number of the latest exchange, 0 before any."""
    row = world.store.row("SELECT max(number) AS last FROM exchanges")
    return 0 if row is None or row["last"] is None else int(row["last"])


def _exchange(row: Row) -> Exchange:
    values = {field.name: row[field.name] for field in fields(Exchange)}
    return Exchange(**{**values, "is_failure": bool(row["is_failure"])})
