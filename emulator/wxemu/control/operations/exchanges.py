"""What was asked and answered, decoded, explained, as it comes, and once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypedDict

from wxemu.control.operations.limit import Limit
from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import JSON_LINES, Operation
from wxemu.core.messages import Language, Message

Number = Annotated[int, Takes(minimum=0, expected=Message("a whole number", "整数"))]


class Choice(TypedDict, total=False):
    appid: str | None
    api: Annotated[str | None, Takes("An openapi or operation: soter.verifySignature, wx.login")]
    face: str | None
    errcode: str | None
    request_id: str | None
    q: Annotated[str | None, Takes("In which this text stands: an openid, a rid, a part of a body")]
    failed: bool
    since: Number
    before: Number
    limit: Limit


class NamedExchange(TypedDict):
    rid: str


class ExplainedExchange(NamedExchange, total=False):
    lang: Annotated[Language, Takes("The language of the explanation; English without it")]


class Exchange(TypedDict):
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
    user_agent: str
    status: int
    api: str | None
    function: str | None
    errcode: str | None
    request_id: str | None
    given: Mapping[str, Any] | None
    remark: str | None
    outcome: str
    is_failure: bool
    number: int


class Exchanges(TypedDict):
    exchanges: list[Exchange]


class Layer(TypedDict):
    direction: str
    form: str
    place: str
    content: Any


class DecodedExchange(Exchange):
    layers: list[Layer]


class Finding(TypedDict):
    name: str
    tried: str
    is_cause: bool
    result: str
    advice: str


class Explanation(TypedDict):
    rid: str
    verdict: str
    findings: list[Finding]
    evidence: list[str]
    causes: list[str]


class Difference(TypedDict):
    place: str
    before: Any
    now: Any


class Replay(TypedDict):
    exchange: Exchange
    replayed: Exchange
    differences: list[Difference]


_EXCHANGES: Final = "/emulator/v1/exchanges"
_EXCHANGE: Final = f"{_EXCHANGES}/{{rid}}"

LIST: Final = Operation(
    "exchanges.list", "GET", _EXCHANGES, Choice, Exchanges, "What was asked and answered, newest first"
)
FOLLOW: Final = Operation(
    "exchanges.follow",
    "GET",
    f"{_EXCHANGES}/stream",
    Choice,
    Exchange,
    "The exchanges as they come: lines of JSON",
    content_type=JSON_LINES,
)
SHOW: Final = Operation(
    "exchanges.show", "GET", _EXCHANGE, NamedExchange, DecodedExchange, "One exchange, with its layers"
)
EXPLAIN: Final = Operation(
    "exchanges.explain",
    "GET",
    f"{_EXCHANGE}/explanation",
    ExplainedExchange,
    Explanation,
    "Why it was answered so: what was tried, what was found, what to do",
)
REPLAY: Final = Operation(
    "exchanges.replay",
    "POST",
    f"{_EXCHANGE}/replay",
    NamedExchange,
    Replay,
    "Send it again with the credentials of now; what differs",
)
