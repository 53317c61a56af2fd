"""What is to go wrong on purpose, programmed answers, and what is used up of the quotas."""

from __future__ import annotations

from typing import Annotated, Any, Final, NotRequired, TypedDict

from wxemu.core.faults import MOST_TIMES, FaultRequest
from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import Operation
from wxemu.core.messages import Message


class OfApp(TypedDict, total=False):
    appid: Annotated[str | None, Takes("Of this app only")]


class NamedFault(TypedDict):
    id: Annotated[int, Takes(maximum=MOST_TIMES)]


class Fault(TypedDict):
    """As it waits: what it was asked for with, besides.

    ``times`` is how many more calls meet it.
    """

    id: int
    times: int | None
    hits: int
    reply: NotRequired[Any]


class Faults(TypedDict):
    faults: list[Fault]


class Removed(TypedDict):
    removed: int


class Quota(TypedDict):
    appid: str
    api: str
    period: str
    subject: str | None
    calls: int
    limit: int
    resetsAt: int


class Quotas(TypedDict):
    quotas: list[Quota]


_FAULTS: Final = "/emulator/v1/faults"

LIST: Final = Operation("faults.list", "GET", _FAULTS, OfApp, Faults, "What is to go wrong, oldest first")
ADD: Final = Operation(
    "faults.add",
    "POST",
    _FAULTS,
    FaultRequest,
    Fault,
    "Have something go wrong, or program an answer",
    closed=Message("a fault", "故障"),
)
REMOVE: Final = Operation("faults.remove", "DELETE", f"{_FAULTS}/{{id}}", NamedFault, Removed, "Remove one fault")
REMOVE_ALL: Final = Operation("faults.remove_all", "DELETE", _FAULTS, OfApp, Removed, "Remove all faults")
LIST_QUOTAS: Final = Operation(
    "quotas.list",
    "GET",
    "/emulator/v1/quotas",
    OfApp,
    Quotas,
    "What is used up of how often the openapis may be called",
)
