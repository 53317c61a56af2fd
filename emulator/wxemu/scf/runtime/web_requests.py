"""What an HTTP function's server is sent: the request of HTTP access, or an event of any other kind."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from wxemu.scf.runtime.identity import Identity
    from wxemu.scf.runtime.invocation import JSONValue

EVENT_PATH: Final = "/event-invoke"
"""Where a server gets what is no HTTP request, such as a timer's event [inferred]."""
_SAFE_IN_PATH: Final = "/:@!$&'()*+,;=-._~%"


def is_http_request(event: JSONValue) -> bool:
    """Whether an event has the form of a request of HTTP access."""
    return isinstance(event, Mapping) and isinstance(event.get("httpMethod"), str)


def web_request(event: JSONValue, context: Mapping[str, JSONValue], caller: Identity) -> dict[str, Any]:
    """Return the request for a server as its instance takes it.

    An `event` in the form of HTTP access is that request; any other is sent as JSON. The `X-Scf-` headers are the
    documented ones; the platform's credentials are left to the environment [inferred].
    """
    if isinstance(event, Mapping) and is_http_request(event):
        method, target = str(event["httpMethod"]).upper(), _target(event)
        headers, body = _headers(event.get("headers")), _body(event)
    else:
        method, target = "POST", EVENT_PATH
        headers, body = [("content-type", "application/json")], json.dumps(event).encode()
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(("host", "localhost:9000"))
    return {
        "method": method,
        "target": target,
        "headers": [*headers, *_of_platform(context, caller)],
        "body": base64.b64encode(body).decode(),
    }


def _of_platform(context: Mapping[str, JSONValue], caller: Identity) -> list[tuple[str, str]]:
    told = {
        "Request-Id": context["request_id"],
        "Name": context["function_name"],
        "Version": context["function_version"],
        "Namespace": context["namespace"],
        "Region": context["tencentcloud_region"],
        "Appid": context["tencentcloud_appid"],
        "Uin": context["tencentcloud_uin"],
        "Memory": context["memory_limit_in_mb"],
        "Timeout": context["time_limit_in_ms"],
        **({"Trigger-Src": "timer"} if caller.trigger == "timer" else {}),
    }
    return [(f"X-Scf-{name}", str(value)) for name, value in told.items()]


def _target(event: Mapping[str, JSONValue]) -> str:
    path, query = str(event.get("path") or "/"), event.get("queryStringParameters")
    target = quote(path if path.startswith("/") else f"/{path}", safe=_SAFE_IN_PATH)
    text = urlencode(query, doseq=True) if isinstance(query, Mapping) else str(query or "")
    return f"{target}?{text}" if text else target


def _headers(headers: JSONValue) -> list[tuple[str, str]]:
    """Each value of a name is a header of its own, as of cookies."""
    if not isinstance(headers, Mapping):
        return []
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs.extend((name, " ".join(str(one).split())) for one in values)
    return pairs


def _body(event: Mapping[str, JSONValue]) -> bytes:
    body = event.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    if event.get("isBase64Encoded") is True:
        with suppress(ValueError):
            return base64.b64decode(text)
    return text.encode(errors="replace")
