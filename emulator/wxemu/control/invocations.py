"""Answers on invoking a function by hand, and watching and debugging it meanwhile."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, cast

from flask import Response, current_app

from wxemu.cloudbase import callers
from wxemu.control import naming
from wxemu.control.operations import functions as operations
from wxemu.control.watched_invocation import watch
from wxemu.core.function_calls import BY_HAND
from wxemu.core.http.body import json_object
from wxemu.core.http.inputs import InputError
from wxemu.core.http.serving import answers
from wxemu.core.http.streams import EMPTY_LINE, JSON_LINES
from wxemu.core.messages import Message
from wxemu.scf import runs
from wxemu.scf.runtime import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wxemu.control.operations.functions import Invoke, Outcome
    from wxemu.control.platform import Platform
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import Debugging, Identity, JSONValue

DEVICE: Final = "wxemu"
"""The device of the web user on whose behalf an anonymous invocation is made."""


@answers(operations.INVOKE)
def invoke_function(platform: Platform, given: Invoke) -> Outcome | Response:
    """The outcome as we show it, and as SCF's API answers it, with the whole log.

    With ``stream`` or ``debugPort`` it comes as lines of JSON: the log's as it says them, and the outcome last.

    :raises InputError: an invocation that cannot be asked for.
    :raises DebuggerError: no debugger can be awaited.
    """
    spec, event, caller = _invocation(platform, given)
    invoke = partial(_outcome, platform, spec, event, caller)
    if "debugPort" in given or given.get("stream"):
        return _stream(watch(invoke, given.get("debugPort")))
    return invoke()


def _outcome(
    platform: Platform,
    spec: FunctionSpec,
    event: JSONValue,
    caller: Identity,
    *,
    hear: Callable[[str], None] | None = None,
    debugging: Debugging | None = None,
) -> Outcome:
    strike_out = platform.world.secret_values.strike_out
    hear_struck = None if hear is None else lambda line: hear(strike_out(line))
    began_at = platform.world.clock.now()
    done = platform.deployment.invoke(spec.name, event, caller, hear=hear_struck, debugging=debugging)
    runs.record(platform.world, done, event, caller, name=BY_HAND, place=spec.name, at=began_at)
    outcome = {
        "requestId": done.request_id,
        "ok": done.ok,
        **({"result": done.result} if done.ok else {"error": done.error}),
        "log": strike_out(done.log),
        "durationMs": done.duration_ms,
        "scfResult": log.api_result(done, log=strike_out(log.lines(done, spec))),
    }
    return cast("Outcome", outcome)


def _stream(documents: Iterator[Mapping[str, Any] | None]) -> Response:
    """What comes, once there is something: what makes an invocation impossible is an answer of its own."""
    first = next(document for document in documents if document is not None)
    dumps = current_app.json.dumps
    lines = (EMPTY_LINE if document is None else f"{dumps(document)}\n" for document in chain([first], documents))
    return Response(lines, content_type=JSON_LINES)


def _invocation(platform: Platform, given: Invoke) -> tuple[FunctionSpec, JSONValue, Identity]:
    """The function, the event, and who sends it.

    That is a server of ours, unless a user, a web app's visitor or a timer is named.

    :raises InputError: more than one is named, or an event that such a caller does not send.
    """
    openid, is_anonymous, is_timer = given.get("as"), given.get("anonymous", False), given.get("timer", False)
    if (openid is not None) + is_anonymous + is_timer > 1:
        raise InputError(
            Message("as, anonymous, timer: expected one of them at most", "as、anonymous、timer：最多只能指定一个")
        )
    if is_timer and "event" in given:
        raise InputError(
            Message("event: a timer sends one of its own; leave it out", "event：定时触发器自带 event，请不要指定")
        )
    world = platform.world
    app = naming.require_app(world, given.get("appid"))
    event: JSONValue = given.get("event", {})
    naming.require_user(world, app, openid)
    sender = "timer" if is_timer else "visitor" if is_anonymous else "server" if openid is None else "user"
    if sender in ("user", "visitor"):
        event = json_object(event, "event")
    spec = platform.deployment.function(app.env, given["name"])  # before a visitor is made for it
    return spec, *callers.send_by_hand(world, app, spec, sender=sender, event=event, openid=openid or "", device=DEVICE)
