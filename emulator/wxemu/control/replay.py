"""Replaying an exchange: the same request once more, with the credentials of now.

What was struck out of the journal is put in again: a valid access_token, the app's secret; a call of the gateway gets a
new token of its invocation, with what config.json declares now, and is signed anew.
"""

from __future__ import annotations

import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from flask import request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import Conflict

from wxemu.cloudbase import grants
from wxemu.cloudbase.admin.gateway_signature import SignedRequest, canonical_request
from wxemu.control import exchanges
from wxemu.control.operations import exchanges as operations
from wxemu.core import apps, journal
from wxemu.core.credentials import STRUCK_OUT, restore
from wxemu.core.http import SWITCHBOARD, layers
from wxemu.core.http import tc3 as signatures
from wxemu.core.http.language import say
from wxemu.core.http.recording import RECORDED
from wxemu.core.http.serving import answers
from wxemu.core.http.tc3 import ALGORITHM, Authorization
from wxemu.core.messages import Message
from wxemu.scf.failures import UnknownFunctionError
from wxemu.wechat import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.control.operations.exchanges import Difference, NamedExchange, Replay
    from wxemu.control.platform import Platform
    from wxemu.core.apps import App
    from wxemu.core.journal import Exchange
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

GATEWAY: Final = "/admin"
SIGNED_HEADERS: Final = ("content-type", "host")
ALWAYS_NEW: Final = frozenset({"requestId", "requestID", "RequestId", "FunctionRequestId", "Duration", "BillDuration"})
"""Members of an answer that differ each time, and say nothing."""


@dataclass(frozen=True)
class Sending:
    """What is to be sent."""

    url: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@answers(operations.REPLAY)
def replay_exchange(platform: Platform, given: NamedExchange) -> Replay:
    """Send it again; what the answers differ in."""
    old = exchanges.require_exchange(platform.world, given["rid"])
    new = replay(platform.world, platform.deployment, old)
    return {
        "exchange": exchanges.document(platform.world, new),
        "replayed": exchanges.document(platform.world, old),
        "differences": platform.world.secret_values.strike_out(list(differences(old, new))),
    }


def replay(world: World, deployment: Deployment, exchange: Exchange) -> Exchange:
    """The same request once more; the exchange that it makes.

    :raises Conflict: it cannot be sent again, or its answer was none that is kept.
    """
    return _send(world, exchange, _again(world, deployment, exchange))


def _again(world: World, deployment: Deployment, exchange: Exchange) -> Sending:
    """The request with the credentials of now.

    :raises Conflict: it cannot be sent again.
    """
    if not exchange.is_whole:
        raise Conflict(
            say(
                Message(
                    "the body was too long to be kept whole, so it cannot be sent again",
                    "请求体太长，没有完整保留，因此无法重新发送",
                )
            )
        )
    with world.transaction():
        app = apps.find(world, exchange.appid or "")
        if exchange.face == "phone":
            return Sending(exchange.url, exchange.request_body.encode(), _of_present_request())
        if exchange.face == "wechat":
            return _with_credentials(world, exchange, app)
        if exchange.url.partition("?")[0] == GATEWAY and app is not None:
            return _signed(world, exchange, app, _parameters(world, deployment, exchange, app))
    raise Conflict(
        say(
            Message(
                "what it proved itself with is not kept: send it again from its client",
                "没有保留它的身份凭据：请从原客户端重新发送",
            )
        )
    )


def _of_present_request() -> dict[str, str]:
    """Whoever may replay may use our own interfaces."""
    return {name: request.headers[name] for name in ("Authorization", "Cookie") if name in request.headers}


def _with_credentials(world: World, exchange: Exchange, app: App | None) -> Sending:
    if app is None:  # a call that is refused for that very reason
        return Sending(exchange.url, exchange.request_body.encode())
    token = tokens.issue_stable(world, app, is_forced=False).access_token if "token=" in exchange.url else STRUCK_OUT
    values = {"access_token": token, "cloudbase_access_token": token, "secret": app.secret}
    in_url = restore(exchange.url, {name: quote(value, safe="") for name, value in values.items()})
    in_body = restore(exchange.request_body, {name: json.dumps(value)[1:-1] for name, value in values.items()})
    return Sending(in_url, in_body.encode())


def _parameters(world: World, deployment: Deployment, exchange: Exchange, app: App) -> dict[str, Any]:
    """The gateway's parameters, with a new token for the invocation that called, if one did."""
    form = next((layer for layer in layers.of(exchange) if layer.form == "multipart/form-data"), None)
    kept: Mapping[str, Any] = journal.json_object(exchange.request_body) if form is None else form.content
    sent = {name: value for name, value in kept.items() if name != "authorization"}  # of the oldest SDKs
    if form is not None and "requestData" in sent:
        sent["requestData"] = b64decode(sent["requestData"])
    if sent.get("wxCloudApiToken"):
        sent["wxCloudApiToken"] = _wx_api_token(world, deployment, exchange, app)
    return sent


def _wx_api_token(world: World, deployment: Deployment, exchange: Exchange, app: App) -> str:
    grant = grants.find_by_invocation(world, exchange.request_id or "")
    if grant is None:
        raise Conflict(
            say(
                Message(
                    "the invocation that made the call is not known any more: call the function again",
                    "发起该调用的云函数调用已不可查：请重新调用云函数",
                )
            )
        )
    try:
        declared = deployment.function(app.env, grant.function).openapi_permissions
    except UnknownFunctionError:
        declared = grant.permissions
    return grants.issue(
        world,
        appid=grant.appid,
        env=grant.env,
        function=grant.function,
        openid=grant.openid,
        permissions=declared,
        request_id=grant.request_id,
    ).wx_api_token


def _signed(world: World, exchange: Exchange, app: App, parameters: Mapping[str, Any]) -> Sending:
    """As node-sdk signs."""
    from requests import Request  # noqa: PLC0415 - HTTP takes 60 ms, which a start need not pay

    files = {
        name: (None, value, "application/octet-stream") if isinstance(value, bytes) else (None, value)
        for name, value in parameters.items()
    }
    is_form = any(isinstance(value, bytes) for value in parameters.values())
    prepared = Request("POST", "http://form", files=files).prepare() if is_form else None
    body = json.dumps(parameters).encode() if prepared is None else _bytes_of(prepared.body)
    kind = "application/json" if prepared is None else prepared.headers["Content-Type"]
    headers = {"Host": request.host, "Content-Type": kind, "X-Timestamp": str(int(world.clock.now()))}
    headers["Authorization"] = _authorization(exchange, app, parameters, headers)
    return Sending(exchange.url, body, headers | {"X-TCB-Source": "wx_client,scf"})


def _bytes_of(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _authorization(exchange: Exchange, app: App, parameters: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    at, address = int(headers["X-Timestamp"]), urlsplit(exchange.url)
    names = tuple(sorted(name.lower() for name, value in parameters.items() if value))
    date = datetime.fromtimestamp(at, UTC).date().isoformat()
    unsigned = Authorization(app.secret_id, date, "tcb", SIGNED_HEADERS, names, "")
    known = Headers(dict(headers))
    values = {name.lower(): value for name, value in parameters.items()}
    asked = SignedRequest(address.path, address.query, lambda name: known.get(name, ""), parameters, values)
    signature = signatures.sign(app.secret_key, canonical_request(asked, unsigned), at=at, service="tcb")
    return (
        f"{ALGORITHM} Credential={app.secret_id}/{date}/tcb/tc3_request, SignedParams={';'.join(names)}, "
        f"SignedHeaders={';'.join(SIGNED_HEADERS)}, Signature={signature}"
    )


def _send(world: World, old: Exchange, sending: Sending) -> Exchange:
    """Through the whole application, as if it came from outside.

    :raises Conflict: the answer was none that is kept.
    """
    from werkzeug.test import EnvironBuilder, run_wsgi_app  # noqa: PLC0415 - as above

    numbers: list[int] = []
    environ_base: dict[str, Any] = {"REMOTE_ADDR": old.client_ip, RECORDED: numbers}
    headers = Headers({"User-Agent": old.user_agent, "Host": request.host, **sending.headers})
    environ = EnvironBuilder(
        path=sending.url,
        method=old.method,
        headers=headers,
        data=sending.body,
        environ_base=environ_base,
    ).get_environ()
    with suppress(ConnectionError):  # as a fault may want it
        run_wsgi_app(request.environ[SWITCHBOARD], environ, buffered=True)
    new = journal.find_by_number(world, numbers[-1]) if numbers else None
    if new is None:
        raise Conflict(
            say(
                Message(
                    "it was sent again, and refused before it was an exchange; see the emulator's log",
                    "已重新发送，但在记录之前就被拒绝；见模拟器的日志",
                )
            )
        )
    return new


def differences(old: Exchange, new: Exchange) -> Iterator[Difference]:
    """Where two answers differ, but for what differs each time: a place, what was there, what is there now."""
    before, now = _members(old), _members(new)
    for place in dict.fromkeys((*before, *now)):
        if before.get(place) != now.get(place):
            yield {"place": place, "before": before.get(place), "now": now.get(place)}


def _members(exchange: Exchange) -> dict[str, Any]:
    answer = [layer for layer in layers.of(exchange) if layer.direction == layers.RESPONSE]
    members = _flatten(answer[-1].content) if answer else {"answer": exchange.response_body}
    return {"status": exchange.status, **members}


def _flatten(content: Any, around: str = "") -> dict[str, Any]:
    """The values of an answer by their places, ids taken out of texts."""
    if not isinstance(content, dict):
        return {around or "answer": journal.without_ids(content) if isinstance(content, str) else content}
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name not in ALWAYS_NEW:
            found |= _flatten(value, f"{around}.{name}" if around else name)
    return found
