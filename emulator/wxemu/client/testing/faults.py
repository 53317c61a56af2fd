"""What goes wrong on purpose, for one app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.client.testing.app import App

Failure: TypeAlias = Literal["timeout", "memory", "error", "exit"]


@dataclass(frozen=True)
class Fault:
    """A fault that waits to be met.

    :param times: how often it is met yet; ``None`` until it is removed.
    :param hits: how often it was met.
    """

    number: int
    times: int | None
    hits: int


@dataclass(frozen=True)
class Faults:
    """The faults of one app; no other app's calls meet them. They go with the app."""

    app: App = field(repr=False)

    def add(
        self,
        *,
        api: str | None = None,
        function: str | None = None,
        errcode: int | None = None,
        errmsg: str | None = None,
        reply: Any = None,
        status: int | None = None,
        body: str | None = None,
        fail: Failure | None = None,
        latency_ms: float | None = None,
        abort: bool = False,
        times: int | None = None,
        probability: float | None = None,
    ) -> Fault:
        """Have calls of an openapi, or of a function, fail, come late, or get an answer of yours.

        A call meets one fault: the oldest that fits.

        :param api: the openapi's name, ``soter.verifySignature``; ``*`` for all. Or ``function`` likewise.
        :param errcode: WeChat's refusal, with ``errmsg`` instead of WeChat's text to it; of cloud calls also the
            gateway's, such as -604101.
        :param reply: the members of the openapi's reply; the function's result.
        :param status: of HTTP, from a proxy in between, which answers ``body``.
        :param fail: how the function fails.
        :param latency_ms: milliseconds by which the answer comes late; alone or besides another effect.
        :param abort: the connection ends without an answer.
        :param times: for so many calls; by default until it is removed.
        :param probability: of each call that fits, above 0 and up to 1.
        :raises RemoteError: a fault that cannot be; the text says why.
        """
        __tracebackhide__ = True
        named = {
            "api": api,
            "function": function,
            "errcode": errcode,
            "errmsg": errmsg,
            "reply": reply,
            "status": status,
            "body": body,
            "fail": fail,
            "latencyMs": latency_ms,
            "abort": abort or None,
            "times": times,
            "probability": probability,
        }
        return self._add({name: value for name, value in named.items() if value is not None})

    def next_answer(self, reply: Any, *, api: str | None = None, function: str | None = None) -> Fault:
        """Program the next answer of an openapi, or the next result of a function; several are a queue.

        :raises RemoteError: there is no such openapi.
        """
        __tracebackhide__ = True
        named = {"api": api, "function": function}
        return self._add({**{name: value for name, value in named.items() if value}, "reply": reply, "times": 1})

    def waiting(self) -> list[Fault]:
        """Those that were added and are not gone, oldest first."""
        return [_fault(shown) for shown in self.app.emulator.ask("GET", self._path)["faults"]]

    def remove(self, fault: Fault) -> None:
        """Take one away.

        :raises RemoteError: it is gone.
        """
        __tracebackhide__ = True
        self.app.emulator.ask("DELETE", f"/emulator/v1/faults/{fault.number}")

    def clear(self) -> None:
        """Take all of the app's away."""
        self.app.emulator.ask("DELETE", self._path)

    def _add(self, body: Mapping[str, Any]) -> Fault:
        __tracebackhide__ = True
        return _fault(self.app.emulator.ask("POST", "/emulator/v1/faults", {**body, "appid": self.app.appid}))

    @property
    def _path(self) -> str:
        return f"/emulator/v1/faults?appid={quote(self.app.appid, safe='')}"


def _fault(shown: Mapping[str, Any]) -> Fault:
    return Fault(number=shown["id"], times=shown["times"], hits=shown["hits"])
