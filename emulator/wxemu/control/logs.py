"""Answers on the logs of invocations, those that were kept and those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.control import naming
from wxemu.control.operations import functions as operations
from wxemu.control.operations.limit import MOST
from wxemu.core.http.serving import answers
from wxemu.core.http.streams import json_lines
from wxemu.scf import invocation_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Response

    from wxemu.control.operations.functions import FollowedLogs, Log, Logs, LogsChoice
    from wxemu.control.platform import Platform
    from wxemu.core.world import World
    from wxemu.scf.feed import Line, Listener
    from wxemu.scf.invocation_records import Choice, Record

DEFAULT_LIMIT: Final = 20


@answers(operations.LIST_LOGS)
def list_logs(platform: Platform, given: LogsChoice) -> Logs:
    """What was kept, newest first."""
    kept = invocation_records.list_latest(
        platform.world, _choice(platform.world, given), limit=_limit(given, DEFAULT_LIMIT)
    )
    return {"logs": [_log(platform.world, record) for record in kept]}


@answers(operations.FOLLOW_LOGS)
def follow_logs(platform: Platform, given: FollowedLogs) -> Response:
    """The latest logs in the order of their ends, then each as it ends; with ``lines``, each line as it comes, too."""
    world, choice = platform.world, _choice(platform.world, given)
    listener = platform.deployment.feed.listener(choice) if given.get("lines") else None
    # Before what was kept is read, so that nothing is lost that ends meanwhile.
    number = invocation_records.find_last_number(world)
    kept = invocation_records.list_latest(world, choice, limit=_limit(given, 0))[::-1]
    number = kept[-1].number if kept else number
    news = json_lines(_news(world, choice, kept, number, listener))
    return platform.logs.open(news, wait=None if listener is None else listener.wait)


def _news(
    world: World, choice: Choice, ended: list[Record], number: int, listener: Listener | None
) -> Iterator[list[Mapping[str, Any]]]:
    """What is new, each time one asks."""
    while True:
        # Taken after one has looked for ends: a log that has ended by then had said its last line before.
        lines = [] if listener is None else listener.take()
        yield [*(_line(world, line) for line in lines), *(_log(world, record) for record in ended)]
        number = ended[-1].number if ended else number
        ended = invocation_records.list_after(world, number, choice)


def _choice(world: World, given: LogsChoice) -> Choice:
    appid = given.get("appid")
    return invocation_records.Choice(
        env=None if appid is None else naming.require_app(world, appid).env,
        function=given.get("function"),
        request_id=given.get("requestId"),
    )


def _limit(given: LogsChoice, default: int) -> int:
    return min(given.get("limit", default), MOST)


def _line(world: World, line: Line) -> dict[str, Any]:
    text = world.secret_values.strike_out(line.text)
    return {"requestId": line.request_id, "env": line.env, "function": line.function, "line": text}


def _log(world: World, record: Record) -> Log:
    return {
        "requestId": record.request_id,
        "env": record.env,
        "function": record.function,
        "at": record.at,
        "ok": record.is_ok,
        "durationMs": record.duration_ms,
        "memoryBytes": record.memory_bytes,
        "log": world.secret_values.strike_out(record.log),
    }
