"""``/emulator/v1/faults``: what is to go wrong on purpose, and programmed answers."""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request

from wxemu.core import faults
from wxemu.core.faults import Fault
from wxemu.core.http import body
from wxemu.core.http.body import BodyError
from wxemu.wechat import openapi_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

MEMBERS: Final = {
    "api": "api",
    "function": "function",
    "appid": "appid",
    "errcode": "errcode",
    "errmsg": "errmsg",
    "reply": "reply",
    "status": "status",
    "body": "body",
    "fail": "failure",
    "latencyMs": "latency_ms",
    "abort": "is_abort",
    "times": "times",
    "probability": "probability",
}
"""Of a fault, as one is asked for and shown, by their names on the wire."""
_SPARE_LEVELS: Final = 50
"""Of nesting: a reply that can be written in so many arrays can be read, sent and shown from any depth of calls."""


def listed(world: World) -> Response:
    """Those that wait, oldest first; with ``?appid=`` those of one app."""
    with world.transaction():
        waiting = faults.waiting(world, appid=request.args.get("appid"))
    return jsonify({"faults": [_shown(fault) for fault in waiting]})


def added(world: World) -> Response:
    """A new one, as it waits."""
    wanted = _asked(body.of_request())
    with world.transaction():
        fault = openapi_faults.add(world, wanted)
    return jsonify(_shown(fault))


def removed(world: World, number: int) -> Response:
    """One less."""
    with world.transaction():
        faults.remove(world, number)
    return jsonify({"removed": 1})


def all_removed(world: World) -> Response:
    """None left, or with ``?appid=`` none of one app."""
    with world.transaction():
        return jsonify({"removed": faults.remove_all(world, appid=request.args.get("appid"))})


def _asked(given: Mapping[str, Any]) -> Fault:
    for name in given:
        if name not in MEMBERS:
            raise BodyError(f"{name}: a fault has no such member; there are {', '.join(MEMBERS)}")
    return Fault(
        api=body.encodable_text(given, "api"),
        function=body.encodable_text(given, "function"),
        appid=body.encodable_text(given, "appid"),
        errcode=_whole(given, "errcode"),
        errmsg=body.encodable_text(given, "errmsg"),
        reply=_json(given["reply"]) if "reply" in given else None,
        status=_whole(given, "status"),
        body=body.encodable_text(given, "body"),
        failure=body.text(given, "fail"),
        latency_ms=body.number(given, "latencyMs", default=0),
        is_abort=body.boolean(given, "abort"),
        times=_whole(given, "times"),
        probability=body.number(given, "probability", default=1),
    )


def _json(reply: Any) -> str:
    """As ASCII, so that half a surrogate pair in it can be kept."""
    try:
        json.dumps(reduce(lambda inner, _: [inner], range(_SPARE_LEVELS), reply), allow_nan=False)
    except (RecursionError, ValueError):
        raise BodyError("reply: expected JSON that is not nested so deeply, with numbers that are finite") from None
    return json.dumps(reply, separators=(",", ":"))


def _whole(given: Mapping[str, Any], name: str) -> int | None:
    if given.get(name) is None:
        return None
    value = body.whole_number(given, name, default=0)
    if abs(value) > faults.MOST_TIMES:
        raise BodyError(f"{name}: expected a number up to {faults.MOST_TIMES}, got {value}")
    return value


def _shown(fault: Fault) -> dict[str, Any]:
    """Its id, what it was asked for with, and how often it was met; ``times`` is how often it will be yet."""
    members = {name: getattr(fault, attribute) for name, attribute in MEMBERS.items()}
    shown = {name: value for name, value in members.items() if value not in (None, 0)}
    if fault.reply is not None:
        shown["reply"] = json.loads(fault.reply)
    return {"id": fault.number, **shown, "times": fault.times, "hits": fault.hits}
