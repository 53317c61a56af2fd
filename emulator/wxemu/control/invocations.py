"""``/emulator/v1/functions/{name}/invocations``: to invoke a function by hand, and to see and debug it meanwhile."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from flask import Response, current_app, jsonify

from wxemu.cloudbase import callers
from wxemu.control import codec
from wxemu.control.watching import watched
from wxemu.core.http import body
from wxemu.core.http.streams import EMPTY_LINE, JSON_LINES
from wxemu.scf.runtime import log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import Identity, JSONValue

DEVICE: Final = "wxemu"
"""The device of the web user on whose behalf an anonymous invocation is made."""
MOST_PORT: Final = 65535


def invoked(world: World, deployment: Deployment, name: str) -> Response:
    """The outcome as we show it, and as SCF's API answers it, with the whole log.

    With ``stream`` or ``debugPort`` it comes as lines of JSON: the log's as it says them, and the outcome last.

    :raises BodyError: an invocation that cannot be asked for.
    :raises DebuggerError: no debugger can be awaited.
    """
    given = body.of_request()
    event, caller = _asked(world, given)
    debug_port = _debug_port(given)
    spec = deployment.function(caller.env, name)
    invoke = partial(_outcome, deployment, spec, event, caller)
    if debug_port is None and not body.boolean(given, "stream"):
        return jsonify(invoke())
    return _streamed(watched(invoke, debug_port))


def _outcome(
    deployment: Deployment, spec: FunctionSpec, event: JSONValue, caller: Identity, **watch: Any
) -> dict[str, Any]:
    done = deployment.invoke(spec.name, event, caller, **watch)
    return {
        "requestId": done.request_id,
        "ok": done.ok,
        **({"result": done.result} if done.ok else {"error": done.error}),
        "log": done.log,
        "durationMs": done.duration_ms,
        "scfResult": log.api_result(done, log=log.lines(done, spec)),
    }


def _streamed(told: Iterator[Mapping[str, Any] | None]) -> Response:
    """What is told, once there is something: what makes an invocation impossible is an answer of its own."""
    first = next(document for document in told if document is not None)
    dumps = current_app.json.dumps
    lines = (EMPTY_LINE if document is None else f"{dumps(document)}\n" for document in chain([first], told))
    return Response(lines, content_type=JSON_LINES)


def _debug_port(given: Mapping[str, Any]) -> int | None:
    """Where a debugger is to be awaited.

    :raises BodyError: no port.
    """
    if "debugPort" not in given:
        return None
    port = body.whole_number(given, "debugPort", default=0)
    if not 0 <= port <= MOST_PORT:
        raise body.BodyError(f"debugPort: expected a port, or 0 for any that is free, got {port}")
    return port


def _asked(world: World, given: Mapping[str, Any]) -> tuple[JSONValue, Identity]:
    """The event, and who sends it: a server of ours, unless a user, a web app's visitor or a timer is named.

    :raises BodyError: more than one is named, or an event that such a caller does not send.
    """
    openid = body.encodable_text(given, "as")
    is_anonymous, is_timer = body.boolean(given, "anonymous"), body.boolean(given, "timer")
    if (openid is not None) + is_anonymous + is_timer > 1:
        raise body.BodyError("as, anonymous, timer: expected one of them at most")
    if is_timer and "event" in given:
        raise body.BodyError("event: a timer sends one of its own; leave it out")
    app, event = codec.app(world, body.encodable_text(given, "appid")), given.get("event", {})
    codec.require_user(world, app, openid)
    sender = "timer" if is_timer else "visitor" if is_anonymous else "server" if openid is None else "user"
    if sender in ("user", "visitor"):
        event = body.json_object(event)
    return callers.send_by_hand(world, app, sender=sender, event=event, openid=openid or "", device=DEVICE)
