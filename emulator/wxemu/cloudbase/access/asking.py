"""One HTTP request to a function, and its answer as HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from wxemu.cloudbase.access import gateway_event
from wxemu.cloudbase.access.gateway_event import ReplyError, WebRequest
from wxemu.cloudbase.calls import INVOCATION_FAILED, FunctionCallError, call_error
from wxemu.core import outcome
from wxemu.core.http.recording import entry
from wxemu.scf.failures import NoResultError
from wxemu.scf.runtime import Identity

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.project import FunctionSpec


def present_request(path: str) -> WebRequest:
    """The request that is being answered, with its path as it was sent."""
    return WebRequest(
        method=request.method,
        path=path,
        query=request.environ.get("QUERY_STRING", ""),
        headers=tuple(request.headers.items()),
        body=request.get_data(cache=True, parse_form_data=False),
    )


def ask(deployment: Deployment, app: App, spec: FunctionSpec, sent: WebRequest, path: str) -> Response:
    """Have a function answer a request; ``path`` is what it is told.

    :raises FunctionCallError: it does not, or its reply is no HTTP answer.
    """
    if spec.is_http:
        event = gateway_event.make_server_request(sent, path)
    else:
        event = gateway_event.make_event(sent, path, env=app.env, request_id=entry().rid)
    try:
        done = deployment.call(spec.name, event, Identity.of_server(app.appid, app.env), is_http=True)
    except NoResultError as error:
        raise call_error(spec.name, error) from None
    entry().rid = done.request_id
    try:
        reply = gateway_event.make_reply(done.result)
    except ReplyError as error:
        raise FunctionCallError(INVOCATION_FAILED, str(error), request_id=done.request_id) from None
    entry().outcome = outcome.of_status(reply.status)
    response = Response(reply.body, status=reply.status)
    del response.headers["Content-Type"]
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response
