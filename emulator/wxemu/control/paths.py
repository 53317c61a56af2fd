"""The control plane's paths as the OpenAPI document lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core.faults import ANY, FAILURES, FIRST_STATUS, LAST_STATUS, LONGEST_MS
from wxemu.core.http.operations import FLAG, OBJECT, TEXT, ours
from wxemu.state import seed_form
from wxemu.wechat.openapis import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAULT_MEMBERS: Final[dict[str, Any]] = {
    "api": {"enum": [ANY, *BY_NAME]},
    "function": TEXT,
    "appid": TEXT,
    "errcode": {"type": "integer"},
    "errmsg": TEXT,
    "reply": {},
    "status": {"type": "integer", "minimum": FIRST_STATUS, "maximum": LAST_STATUS},
    "body": TEXT,
    "fail": {"enum": list(FAILURES)},
    "latencyMs": {"type": "number", "minimum": 0, "maximum": LONGEST_MS},
    "abort": FLAG,
    "times": {"type": "integer", "minimum": 1},
    "probability": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
}


def _app_paths() -> dict[str, Any]:
    def of_app(summary: str, form: Mapping[str, Any] | None = None, *path: str) -> dict[str, Any]:
        return ours("Control", summary, None if form is None else form["properties"], path)

    app = "/emulator/v1/apps/{appid}"
    return {
        "/emulator/v1/apps": {"get": of_app("The tenants"), "post": of_app("A new one", seed_form.of_app())},
        app: {
            "get": of_app("One app", None, "appid"),
            "patch": of_app("What it may be refused for", seed_form.of_restrictions(), "appid"),
            "delete": of_app("Take it away, with all that belongs to it", None, "appid"),
        },
        f"{app}/users": {
            "get": of_app("Its users", None, "appid"),
            "post": of_app("A new user", seed_form.of_user(), "appid"),
        },
        f"{app}/users/{{openid}}/session/expire": {"post": of_app("End a session now", None, "appid", "openid")},
        f"{app}/sessions": {"get": of_app("Its sessions, without the keys", None, "appid")},
        f"{app}/tokens": {"get": of_app("Its access tokens, without the tokens", None, "appid")},
    }


def _state_paths() -> dict[str, Any]:
    document = {"wxcloud-state": {"type": "integer"}, "functions": OBJECT, "world": OBJECT}
    return {
        "/emulator/v1/state": {
            "get": ours("Control", "All of it as one document, with its toy secrets"),
            "put": ours("Control", "Such a document in the place of what there is", document),
        },
        "/emulator/v1/state/snapshots": {
            "get": ours("Control", "The snapshots"),
            "post": ours("Control", "A snapshot of what there is, but the journal", {"name": TEXT}),
        },
        "/emulator/v1/state/snapshots/{name}": {"delete": ours("Control", "Forget a snapshot", path=("name",))},
        "/emulator/v1/state/reset": {
            "post": ours("Control", "Back to seed, empty or a snapshot, or one app", {"to": TEXT, "appid": TEXT})
        },
    }


def control_paths() -> dict[str, Any]:
    """Each path with its methods."""
    number = {"type": "number"}
    get, post = "get", "post"
    alive, ready = ours("Control", "Alive"), ours("Control", "Seeded and able to serve; 503 until then")
    return {
        "/openapi.json": {get: ours("Control", "This document")},
        "/healthz": {get: alive},
        "/readyz": {get: ready},
        "/emulator/v1/healthz": {get: alive},
        "/emulator/v1/readyz": {get: ready},
        **_app_paths(),
        **_state_paths(),
        "/emulator/v1/clock": {get: ours("Control", "Where the clock stands")},
        "/emulator/v1/clock/freeze": {post: ours("Control", "Stop the clock", {"at": number})},
        "/emulator/v1/clock/advance": {post: ours("Control", "Move the clock forward", {"seconds": number})},
        "/emulator/v1/clock/scale": {
            post: ours("Control", "Let the clock run so many times as fast as real time", {"factor": number})
        },
        "/emulator/v1/clock/release": {post: ours("Control", "Back to real time", {})},
        "/emulator/v1/faults": {
            get: ours("Control", "What is to go wrong, oldest first"),
            post: ours("Control", "Have something go wrong, or program an answer", _FAULT_MEMBERS),
            "delete": ours("Control", "Let nothing go wrong any more"),
        },
        "/emulator/v1/faults/{id}": {"delete": ours("Control", "Take one fault away", path=("id",))},
        "/emulator/v1/quotas": {get: ours("Control", "What is used up of how often the openapis may be called")},
        "/emulator/v1/interception": {get: ours("Control", "The proxy for the real names, and what it refused")},
        "/emulator/v1/settings": {
            get: ours("Control", "The platform's settings"),
            "patch": ours("Control", "Change some of them", {}),
        },
        "/emulator/v1/exchanges": {get: ours("Control", "What was asked and answered, newest first")},
        "/emulator/v1/exchanges/stream": {get: ours("Control", "The exchanges as they come: lines of JSON")},
        "/emulator/v1/exchanges/{rid}": {get: ours("Control", "One exchange, with its layers", path=("rid",))},
        "/emulator/v1/exchanges/{rid}/explanation": {
            get: ours("Control", "Why it was answered so: what was tried, what was found, what to do", path=("rid",))
        },
        "/emulator/v1/exchanges/{rid}/replay": {
            post: ours("Control", "Send it again with the credentials of now; what differs", {}, ("rid",))
        },
        "/emulator/v1/environments": {
            post: ours(
                "Control",
                "The variables that SCF would set for one invocation",
                {"appid": TEXT, "openid": TEXT, "function": TEXT},
            )
        },
        "/emulator/v1/functions": {get: ours("Control", "What the project declares")},
        "/emulator/v1/functions/{name}/invocations": {
            post: ours(
                "Control",
                "Invoke a function as a server of ours, or as a user, a visitor of a web app, a timer",
                {
                    "appid": TEXT,
                    "event": {},
                    "as": TEXT,
                    "anonymous": FLAG,
                    "timer": FLAG,
                    "stream": FLAG,
                    "debugPort": {"type": "integer", "minimum": 0, "maximum": 65535},
                },
                ("name",),
            )
        },
        "/emulator/v1/instances": {get: ours("Control", "The running instances of functions")},
        "/emulator/v1/logs": {get: ours("Control", "The logs of invocations, newest first")},
        "/emulator/v1/logs/stream": {get: ours("Control", "The logs as the invocations end: lines of JSON")},
    }
