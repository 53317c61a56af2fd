"""What was asked and answered for one app, and why.

NoExchangeError
    Nothing of the kind was asked, or not in time.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from wxemu.control.operations import exchanges as operations
from wxemu.core import messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.client.testing.connection import Connection

_MOST: Final = 1000
_LISTED: Final = 20
"""Of the latest, where some are shown to tell what there was instead, or before a test failed."""
_PAUSE_SECONDS: Final = 0.05
_QUERY: Final = {"text": "q"}


class NoExchangeError(Exception):
    """Nothing of the kind was asked, or not in time."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, credentials taken out.

    :param rid: the rid of the answer; of a function's call its request id.
    :param at: Unix seconds of the emulator's clock.
    :param face: which face was asked: ``wechat``, ``cloudbase``, ``tencentcloud`` or ``phone``.
    :param name: the operation, by the face's own name: ``soter.verifySignature``, ``wx.openApi``, ``wx.login``.
    :param api: the openapi that was called, if it was one, by whichever way.
    :param url: path and query.
    :param given: the openapi's parameters; ``None`` for what is no openapi.
    :param function: that was called, if it was such a call.
    :param outcome: what came of it in a word: an errcode, of a function's result too, ``is_ok false``, or ``ok``.
    :param errcode: as the answer has it, WeChat's number or CloudBase's word; ``None`` if it has none.
    :param request_id: of the function's invocation that made the call, where that is known.
    :param remark: the value that caused a failure, or the fault that was met.
    """

    rid: str
    at: float
    face: str
    name: str
    api: str | None
    function: str | None
    method: str
    url: str
    given: Mapping[str, Any] | None
    request_body: str
    response_body: str
    status: int
    errcode: int | str | None
    outcome: str
    request_id: str | None
    remark: str | None
    user_agent: str
    cost_in_ms: float

    @property
    def answer(self) -> Any:
        """The answer's JSON.

        :raises ValueError: it is none.
        """
        return json.loads(self.response_body)

    def __str__(self) -> str:
        """One line for a reader."""
        asked = self.name if self.api in (None, self.name) else f"{self.name} {self.api}"
        asked = f"{asked or f'{self.method} {self.url}'} {self.function or ''}".rstrip()
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.face:<12} {asked} -> {self._outcome}{remark}  rid {self.rid}"

    @property
    def _outcome(self) -> int | str:
        """Of a function before all what its result says, as the call itself is ok whatever that is."""
        if self.function is not None and self.errcode is None and self.outcome != "ok":
            return self.outcome
        return self.status if self.errcode is None else self.errcode


class Choice(TypedDict, total=False):
    """Which exchanges are meant.

    :param api: the openapi's name or the operation's: ``soter.verifySignature``, ``wx.login``.
    :param face: which face was asked.
    :param errcode: that were answered with it.
    :param failed: that failed only, a signature found wrong among them.
    :param text: in which it stands: an openid, a rid, a part of a body.
    """

    api: str
    face: str
    errcode: int | str
    failed: bool
    text: str


@dataclass(frozen=True)
class Explanation:
    """Why one exchange was answered as it was.

    :param verdict: a sentence or two.
    :param causes: the names of the mistakes that were found; empty for none.
    :param advice: what to do about each.
    :param evidence: facts that bear on it.
    """

    verdict: str
    causes: tuple[str, ...]
    advice: tuple[str, ...]
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        """For a reader."""
        return "\n".join((self.verdict, *self.advice, *self.evidence))


@dataclass(frozen=True)
class Requests:
    """The exchanges of one app, whoever made them: your server, a function, the phone."""

    emulator: Connection = field(repr=False)
    appid: str

    def list(self, **choice: Unpack[Choice]) -> Sequence[Exchange]:
        """Those of a choice, oldest first; the latest thousand at most."""
        __tracebackhide__ = True
        return self._latest(_MOST, choice)

    def of(self, api: str) -> Sequence[Exchange]:
        """The calls of one openapi, by cloud call or over HTTPS, oldest first: an outbox.

        What was sent stands in ``given``: ``of("subscribeMessage.send")[0].given["touser"]``.
        """
        __tracebackhide__ = True
        return self.list(api=api)

    def last(self, **choice: Unpack[Choice]) -> Exchange:
        """The latest of a choice.

        :raises NoExchangeError: there is none.
        """
        __tracebackhide__ = True
        return self.wait_for(timeout=0, **choice)

    def wait_for(self, *, timeout: float = 5, **choice: Unpack[Choice]) -> Exchange:
        """The latest of a choice; if there is none yet, the first that comes.

        :param timeout: seconds to wait.
        :raises NoExchangeError: none came.
        """
        __tracebackhide__ = True
        until = time.monotonic() + timeout
        while not (found := self._latest(1, choice)):
            if time.monotonic() >= until:
                raise NoExchangeError(self._none_came(choice, timeout))
            time.sleep(_PAUSE_SECONDS)
        return found[0]

    def explain(self, exchange: Exchange | str) -> Explanation:
        """Why an exchange was answered as it was, in the language that LANG asks for.

        :param exchange: one of these, a rid, or an errmsg with a rid in it.
        :raises RemoteError: there is no such exchange.
        """
        __tracebackhide__ = True
        rid = exchange if isinstance(exchange, str) else exchange.rid
        explanation = self.emulator.call(operations.EXPLAIN, rid=rid, lang=messages.of_environment())
        causes = [finding for finding in explanation["findings"] if finding["is_cause"]]
        return Explanation(
            verdict=explanation["verdict"],
            causes=tuple(explanation["causes"]),
            advice=tuple(cause["advice"] for cause in causes),
            evidence=tuple(explanation["evidence"]),
        )

    def describe(self) -> str:
        """The latest ones for a reader, each that failed with the reason where one was found."""
        failed = {exchange.rid for exchange in self._latest(_LISTED, {"failed": True})}
        return "\n".join(
            self._describe(exchange) if exchange.rid in failed else str(exchange)
            for exchange in self._latest(_LISTED, {})
        )

    def _describe(self, exchange: Exchange) -> str:
        explained = self.explain(exchange)
        return f"{exchange}\n             {explained.verdict}" if explained.causes else str(exchange)

    def _latest(self, limit: int, choice: Choice) -> Sequence[Exchange]:
        __tracebackhide__ = True
        if unknown := choice.keys() - Choice.__annotations__.keys():
            raise TypeError(f"expected some of {', '.join(Choice.__annotations__)}, got {', '.join(sorted(unknown))}")
        query: dict[str, Any] = {_QUERY.get(name, name): value for name, value in choice.items()}
        latest = self.emulator.call(operations.LIST, **query, appid=self.appid, limit=limit)
        return [_exchange(document) for document in reversed(latest["exchanges"])]

    def _none_came(self, choice: Choice, timeout: float) -> str:
        asked = ", ".join(f"{name} {value}" for name, value in choice.items()) or "any kind"
        within = f" within {timeout:g} s" if timeout else ""
        return f"expected an exchange ({asked}){within}, got none; there were:\n{self.describe() or 'none at all'}"


def _exchange(document: operations.Exchange) -> Exchange:
    members: dict[str, Any] = {**document}
    errcode = document["errcode"]
    if errcode is not None and re.fullmatch(r"-?\d+", errcode):
        members["errcode"] = int(errcode)
    return Exchange(**{member.name: members[member.name] for member in fields(Exchange)})
