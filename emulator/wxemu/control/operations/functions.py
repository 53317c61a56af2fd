"""Functions: which there are, which run, invoking one, and the logs."""

from __future__ import annotations

from typing import Annotated, Any, Final, NotRequired, TypedDict

from wxemu.control.operations.limit import Limit
from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import JSON_LINES, Nothing, Operation
from wxemu.core.messages import Message

MOST_PORT: Final = 65535


class Environment(TypedDict):
    env: dict[str, str]


class EnvironmentChoice(TypedDict, total=False):
    appid: str | None
    openid: str | None
    function: str | None


class Trigger(TypedDict):
    name: str
    config: str


class Function(TypedDict):
    name: str
    runtime: str
    handler: str
    timeout: int
    memorySize: int
    type: str
    path: str
    triggers: list[Trigger]
    openapi: list[str]
    problem: str | None


class Functions(TypedDict):
    project: str | None
    functions: list[Function]


class Instance(TypedDict):
    function: str
    appid: str
    env: str
    process: int | None
    state: str
    sinceSeconds: float
    invocations: int
    memoryBytes: int
    coldStartMs: float


class Instances(TypedDict):
    instances: list[Instance]


Invoke = TypedDict(
    "Invoke",
    {
        "name": str,
        "appid": NotRequired[str | None],
        "event": NotRequired[Any],
        "as": NotRequired[Annotated[str | None, Takes("The user of the mini program, by openid")]],
        "anonymous": NotRequired[Annotated[bool, Takes("A visitor of a web app")]],
        "timer": NotRequired[Annotated[bool, Takes("A timer, with its own event")]],
        "stream": NotRequired[Annotated[bool, Takes("Lines of JSON: the log's as they come, the outcome last")]],
        "debugPort": NotRequired[
            Annotated[
                int,
                Takes(
                    "Where it waits for a debugger",
                    minimum=0,
                    maximum=MOST_PORT,
                    expected=Message("a port, or 0 for any that is free", "端口号，或 0 表示任一空闲端口"),
                ),
            ]
        ],
    },
)


class Outcome(TypedDict):
    requestId: str
    ok: bool
    result: NotRequired[Any]
    error: NotRequired[Any]
    log: str
    durationMs: float
    scfResult: dict[str, Any]


class LogsChoice(TypedDict, total=False):
    function: str | None
    requestId: str | None
    appid: str | None
    limit: Limit


class FollowedLogs(LogsChoice, total=False):
    lines: Annotated[bool, Takes("Each line as it comes, too")]


class Log(TypedDict):
    requestId: str
    env: str
    function: str
    at: float
    ok: bool
    durationMs: float
    memoryBytes: int
    log: str


class Logs(TypedDict):
    logs: list[Log]


LIST: Final = Operation(
    "functions.list", "GET", "/emulator/v1/functions", Nothing, Functions, "What the project declares"
)
INVOKE: Final = Operation(
    "functions.invoke",
    "POST",
    "/emulator/v1/functions/{name}/invocations",
    Invoke,
    Outcome,
    "Invoke a function as a server of ours, or as a user, a visitor of a web app, a timer",
)
SHOW_ENVIRONMENT: Final = Operation(
    "functions.show_environment",
    "POST",
    "/emulator/v1/environments",
    EnvironmentChoice,
    Environment,
    "The variables that SCF would set for one invocation",
)
LIST_INSTANCES: Final = Operation(
    "instances.list", "GET", "/emulator/v1/instances", Nothing, Instances, "The running instances of functions"
)
LIST_LOGS: Final = Operation(
    "logs.list", "GET", "/emulator/v1/logs", LogsChoice, Logs, "The logs of invocations, newest first"
)
FOLLOW_LOGS: Final = Operation(
    "logs.follow",
    "GET",
    "/emulator/v1/logs/stream",
    FollowedLogs,
    Log,
    "The logs as the invocations end: lines of JSON",
    content_type=JSON_LINES,
)
