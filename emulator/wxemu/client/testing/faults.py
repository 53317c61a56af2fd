"""What goes wrong on purpose, for one app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

from wxemu.control.operations import faults as operations
from wxemu.wechat import programmed

if TYPE_CHECKING:
    from wxemu.client.testing.connection import Connection
    from wxemu.core.faults import FaultRequest


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

    emulator: Connection = field(repr=False)
    appid: str

    def add(self, *, latency_ms: float = 0, **members: Unpack[FaultRequest]) -> Fault:
        """Have calls of an openapi, or of a function, fail, come late, or get an answer of yours.

        A call meets one fault: the oldest that fits.

        :param latency_ms: milliseconds by which the answer comes late; alone or besides another effect.
        :param members: ``api``, the openapi's name (``soter.verifySignature``) or ``*`` for all; or ``function``
            likewise. Then ``errcode`` with ``errmsg``, ``reply``, ``status`` with ``body``, ``abort``, or ``fail`` of a
            function; ``times`` and ``probability``. See FaultRequest for each.
        :raises RemoteError: a fault that cannot be; the text says why.
        """
        __tracebackhide__ = True
        if latency_ms:
            members["latencyMs"] = latency_ms
        return self._add(members)

    def next_answer(
        self, reply: Any, *, api: str | None = None, function: str | None = None, content_type: str = "image/png"
    ) -> Fault:
        """Program the next answer of an openapi, or the next result of a function; several are a queue.

        :param reply: any JSON; of an openapi an object, where ``"${touser}"`` stands for a parameter of the request,
            or the bytes of a picture or a file.
        :param content_type: of the bytes.
        :raises RemoteError: there is no such openapi.
        """
        __tracebackhide__ = True
        return self._add({"api": api, "function": function, "reply": _reply(reply, content_type), "times": 1})

    def answer(self, reply: Any, *, api: str, content_type: str = "image/png") -> Fault:
        """Program every answer of an openapi, until it is taken away; ``reply`` as of ``next_answer``.

        :raises RemoteError: there is no such openapi.
        """
        __tracebackhide__ = True
        return self._add({"api": api, "reply": _reply(reply, content_type)})

    def waiting(self) -> list[Fault]:
        """Those that were added and are not gone, oldest first."""
        return [_fault(document) for document in self.emulator.call(operations.LIST, appid=self.appid)["faults"]]

    def remove(self, fault: Fault) -> None:
        """Take one away.

        :raises RemoteError: it is gone.
        """
        __tracebackhide__ = True
        self.emulator.call(operations.REMOVE, id=fault.number)

    def clear(self) -> None:
        """Take all of the app's away."""
        self.emulator.call(operations.REMOVE_ALL, appid=self.appid)

    def _add(self, request: FaultRequest) -> Fault:
        __tracebackhide__ = True
        request["appid"] = self.appid
        return _fault(self.emulator.call(operations.ADD, **request))


def _reply(reply: Any, content_type: str) -> Any:
    return programmed.reply_of(content_type, reply) if isinstance(reply, bytes) else reply


def _fault(document: operations.Fault) -> Fault:
    return Fault(number=document["id"], times=document["times"], hits=document["hits"])
