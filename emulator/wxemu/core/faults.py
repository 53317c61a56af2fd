"""Faults: what goes wrong on purpose, at WeChat's openapis or in functions, and answers that were programmed.

A programmed answer is a fault with a ``reply`` that is met once. A call meets the oldest fault that fits it, and one
only; so several programmed answers are a queue. The names of openapis and the errcodes are WeChat's own rules, see
``wechat.openapi_faults``.

FaultError
    A fault that cannot be; the text says what was expected.
UnknownFaultError
    There is no fault of this number.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable  # noqa: TC003 - in a type that is read
from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, TypedDict, get_args

from wxemu.core import apps
from wxemu.core.http.inputs import Takes
from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from sqlite3 import Row

    from wxemu.core.world import World

ANY: Final = "*"
"""In place of a name: every openapi, or every function."""
OF_OPENAPIS: Final = ("errcode", "reply", "status", "abort")
OF_FUNCTIONS: Final = ("fail", "reply")
"""The effects that a fault of either can have, by the names that our interfaces give them."""
Failure: TypeAlias = Literal["timeout", "memory", "error", "exit"]
FAILURES: Final[tuple[str, ...]] = get_args(Failure)
"""How a function can be made to fail: its time or memory runs out, its code raises, its process ends."""
LONGEST_MS: Final = 600_000
FIRST_STATUS: Final = 200
LAST_STATUS: Final = 599
MOST_TIMES: Final = 10**9
MOST_LATE: Final = 400
"""Answers that are late at one time: each holds a thread of the server, and further ones come at once, so that there
is one left to take the fault away."""
_LATE: Final = threading.BoundedSemaphore(MOST_LATE)
DELAY: Final[ContextVar[Callable[[float], object] | None]] = ContextVar("DELAY", default=None)
"""What takes the seconds by which the answer to the present request goes out later; without it they pass here."""


class FaultError(MessageError, ValueError):
    """A fault that cannot be."""


class UnknownFaultError(MessageError):
    """There is no fault of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Message(
                "there is no fault {number}; one that was met as often as it should be is gone",
                "没有编号为 {number} 的故障；达到次数的故障会自动移除",
                number=number,
            )
        )


class FaultRequest(TypedDict, total=False):
    """A fault as it is asked for in JSON, by the options of ``wxemu fault add`` and in the console's form."""

    api: Annotated[str | None, Takes("The openapi: soter.verifySignature, auth.code2Session, ...; * is all of them.")]
    function: Annotated[str | None, Takes("The function, instead of an openapi; * is all of them.")]
    appid: Annotated[str | None, Takes("Calls of this app only. [default: of every app]")]
    errcode: Annotated[
        int | None,
        Takes(
            "WeChat's refusal; for cloud calls also the gateway's: -604101, -501003, ...",
            minimum=-MOST_TIMES,
            maximum=MOST_TIMES,
        ),
    ]
    errmsg: Annotated[str | None, Takes("The text to it. [default: WeChat's]")]
    reply: Annotated[Any, Takes("JSON or @FILE: the members of the reply, or the function's result.")]
    status: Annotated[
        int | None,
        Takes(
            "HTTP status of a proxy that answers instead of WeChat, as 502.",
            minimum=FIRST_STATUS,
            maximum=LAST_STATUS,
        ),
    ]
    body: Annotated[str | None, Takes("What the proxy answers. [default: a small HTML page]")]
    fail: Annotated[Failure | None, Takes("How the function fails: timeout, memory, error or exit.")]
    latencyMs: Annotated[
        float,
        Takes(
            "How late the answer comes: 300ms, 1.5s; alone or besides.",
            minimum=0,
            maximum=LONGEST_MS,
            expected=Message("0 to {most} milliseconds", "0 到 {most} 毫秒", most=LONGEST_MS),
        ),
    ]
    abort: Annotated[bool, Takes("Cut the connection without an answer.")]
    times: Annotated[
        int | None,
        Takes("For so many calls, then it is gone. [default: until removed]", minimum=1, maximum=MOST_TIMES),
    ]
    probability: Annotated[float, Takes("Of each call that fits. [default: 1]", above=0, maximum=1)]


@dataclass(frozen=True)
class Fault:
    """Who meets it, what happens then, and how often. Of the effects one, and a latency besides or alone.

    :param number: its id; 0 before it is added.
    :param api: the openapi's name in THE TABLE, or ``*``; ``None`` for a fault of functions.
    :param function: the function's name, or ``*``; ``None`` for a fault of openapis.
    :param appid: of the only app that meets it; ``None`` for all.
    :param errcode: WeChat refuses with it, or the gateway of cloud calls if it is one of its own.
    :param errmsg: the text to it, by default that of the table of errors.
    :param reply: JSON text: the members of the openapi's reply, or the function's result.
    :param status: the HTTP status of a proxy that stands before WeChat and answers in its place, with ``body``.
    :param failure: one of ``FAILURES``.
    :param latency_ms: milliseconds by which the answer comes late.
    :param is_abort: whether the connection is cut without an answer.
    :param times: how many more calls meet it before it is gone; ``None`` for no end.
    :param probability: with which a call that fits meets it, above 0 and up to 1.
    :param hits: how many calls have met it.
    """

    number: int = 0
    api: str | None = None
    function: str | None = None
    appid: str | None = None
    errcode: int | None = None
    errmsg: str | None = None
    reply: str | None = None
    status: int | None = None
    body: str | None = None
    failure: str | None = None
    latency_ms: float = 0.0
    is_abort: bool = False
    times: int | None = None
    probability: float = 1.0
    hits: int = 0

    @property
    def effects(self) -> list[str]:
        """Its effects by name, latency left out."""
        named = {"errcode": self.errcode, "reply": self.reply, "status": self.status, "fail": self.failure}
        return [name for name, value in named.items() if value is not None] + ["abort"] * self.is_abort

    @property
    def only_delays(self) -> bool:
        """Whether the call is decided as ever, and only its answer is late."""
        return not self.effects

    @property
    def is_outage(self) -> bool:
        """Whether the caller gets no answer of WeChat's or the gateway's at all."""
        return self.is_abort or self.status is not None

    @property
    def remark(self) -> str:
        """What the journal says of a call that met it."""
        return f"fault {self.number}"


def add(world: World, fault: Fault) -> Fault:
    """Have ``fault``, which was checked, wait for the calls that fit it. ``wechat.openapi_faults.add`` does both."""
    names = [field.name for field in fields(Fault)]
    row = world.store.row(
        f"INSERT INTO faults ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) RETURNING number",  # noqa: S608
        None,
        *astuple(fault)[1:],
    )
    return replace(fault, number=0 if row is None else row["number"])


def list_faults(world: World, *, appid: str | None = None) -> list[Fault]:
    """The faults that were added and are not gone, oldest first; with ``appid`` those of this app only."""
    rows = world.store.rows("SELECT * FROM faults WHERE ?1 IS NULL OR appid = ?1 ORDER BY number", appid)
    return [_fault(row) for row in rows]


def remove(world: World, number: int) -> None:
    """Take one fault away.

    :raises UnknownFaultError: there is none of this number.
    """
    if world.store.run("DELETE FROM faults WHERE number = ?", number) == 0:
        raise UnknownFaultError(number)


def remove_all(world: World, *, appid: str | None = None) -> int:
    """Take all faults away, or with ``appid`` those of this app only; how many there were."""
    return world.store.run("DELETE FROM faults WHERE ?1 IS NULL OR appid = ?1", appid)


def take_for_call(world: World, *, apis: Sequence[str], appid: str | None, spared: Container[int] = ()) -> Fault | None:
    """The fault that this call of an openapi meets, or ``None``; to be asked once a call, in its transaction.

    :param apis: the openapi's name, and those that the call does not tell from it.
    :param spared: errcodes of faults that a call of this kind cannot meet.
    """
    rows = world.store.rows(
        f"SELECT * FROM faults WHERE api IN ({'?, ' * len(apis)}'*') AND (appid IS NULL OR appid = ?)"  # noqa: S608
        " ORDER BY number",
        *apis,
        appid,
    )
    return _take(world, (_fault(row) for row in rows if row["errcode"] not in spared)) if rows else None


def take_for_invocation(world: World, *, function: str, appid: str) -> Fault | None:
    """The fault that this invocation of a function meets, or ``None``; to be asked once an invocation."""
    rows = world.store.rows(
        "SELECT * FROM faults WHERE function IN (?, '*') AND (appid IS NULL OR appid = ?) ORDER BY number",
        function,
        appid,
    )
    return _take(world, map(_fault, rows))


def _take(world: World, fitting: Iterable[Fault]) -> Fault | None:
    for fault in fitting:
        if fault.probability < 1 and world.randomness.fraction() >= fault.probability:
            continue
        if fault.times == 1:
            remove(world, fault.number)
        else:
            world.store.run("UPDATE faults SET hits = hits + 1, times = times - 1 WHERE number = ?", fault.number)
        return fault
    return None


def delay_answer(fault: Fault) -> None:
    """Have the answer to the present request go out later by the fault's latency."""
    delay = DELAY.get()
    if delay is None:
        wait(fault)
    elif fault.latency_ms:
        delay(fault.latency_ms / 1000)


def wait(fault: Fault) -> None:
    """Let the fault's latency pass, in real time; not within a transaction, since all others would wait as well."""
    if fault.latency_ms and _LATE.acquire(blocking=False):
        try:
            time.sleep(fault.latency_ms / 1000)
        finally:
            _LATE.release()


def _fault(row: Row) -> Fault:
    values = {field.name: row[field.name] for field in fields(Fault)}
    return Fault(**{**values, "is_abort": bool(row["is_abort"])})


def check(world: World, fault: Fault) -> None:
    """Refuse members that cannot go together; each by itself is what FaultRequest says. Openapis' names and errcodes
    are WeChat's own rules.

    :raises FaultError: it cannot be.
    """
    if (fault.api is None) == (fault.function is None):
        raise FaultError(
            Message("expected api or function, got neither", "请指定 api 或 function，两者都没有指定")
            if fault.api is None
            else Message("expected api or function, got both", "请指定 api 或 function 之一，不能同时指定")
        )
    if fault.appid is not None and apps.find(world, fault.appid) is None:
        raise FaultError(
            Message(
                "appid: no app has the appid {appid}", "appid：没有应用的 appid 是 {appid}", appid=repr(fault.appid)
            )
        )
    if fault.api is None:
        _check_function_effects(fault)
    else:
        _check_api_effects(fault)
    if fault.only_delays and fault.latency_ms == 0:
        possible = OF_FUNCTIONS if fault.api is None else OF_OPENAPIS
        raise FaultError(
            Message(
                "expected an effect, got none; name {possible} or a latency",
                "请指定一种效果：{possible}，或延迟",
                possible=", ".join(possible),
            )
        )


def _check_effects(fault: Fault, possible: tuple[str, ...], what: Message) -> None:
    for name in fault.effects:
        if name not in possible:
            raise FaultError(
                Message(
                    "{name}: {what} takes {possible} or a latency",
                    "{name}：{what}只能是 {possible}，或延迟",
                    name=name,
                    what=what,
                    possible=", ".join(possible),
                )
            )
    if len(fault.effects) > 1:
        effects = " and ".join(fault.effects)
        raise FaultError(
            Message("expected one effect, got {effects}", "只能指定一种效果，得到的是 {effects}", effects=effects)
        )


def _check_function_effects(fault: Fault) -> None:
    _check_effects(fault, OF_FUNCTIONS, Message("a fault of a function", "云函数的故障"))
    if fault.errmsg is not None or fault.body is not None:
        raise FaultError(
            Message("errmsg and body: a fault of a function takes neither", "errmsg 和 body：云函数的故障两者都不能有")
        )


def _check_api_effects(fault: Fault) -> None:
    _check_effects(fault, OF_OPENAPIS, Message("a fault of an openapi", "接口的故障"))
    if fault.errcode is None and fault.errmsg is not None:
        raise FaultError(Message("errmsg: expected an errcode with it", "errmsg：需要同时指定 errcode"))
    if fault.errcode == 0:
        raise FaultError(
            Message(
                "errcode: 0 is no failure; for a success of your own name a reply",
                "errcode：0 不是失败；要返回自己的成功结果，请指定 reply",
            )
        )
    if fault.reply is not None and not isinstance(json.loads(fault.reply), dict):
        raise FaultError(
            Message(
                "reply: expected an object, as every openapi's reply is, got {reply}",
                "reply：应为对象，接口的返回都是对象，得到的是 {reply}",
                reply=fault.reply,
            )
        )
    if fault.body is not None and fault.status is None:
        raise FaultError(Message("body: expected a status with it", "body：需要同时指定 status"))
