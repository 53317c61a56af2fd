"""CloudBase's gateway: the cloud call, which needs no app secret, and calls of other functions.

Tencent documents the cloud call for Node.js only [doc]. The requests here are those of @cloudbase/node-sdk 3.18.3 in
its JSON form (`action` "wx.api" and "functions.invokeFunction"), which the gateway answers in JSON [src]. That the
platform treats calls from Python the same is [inferred].
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import urlencode, urlsplit

from wxcloud.errors import TEXTS, BadAnswer, CloudCallRefused, GatewayError, WeChatError
from wxcloud.transport.connection import Connection, Request, describe, json_object, json_text
from wxcloud.transport.signature import authorization
from wxcloud.transport.wechat import ENDPOINTS, check_answer
from wxcloud.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings
    from wxcloud.transport.grant import Grant
    from wxcloud.transport.response import Response

SDK = f"wxcloud-python/{__version__}"
SIGNATURE_LIFE_SECONDS = 600
DATABASE_READS = frozenset({"database.getDocument", "database.calculateDocument"})


@dataclass(frozen=True)
class FunctionAnswer:
    """What a function returned, and the request id of its log."""

    result: Any
    request_id: str


class Gateway:
    """The instance's connection to the gateway; each call brings its invocation's Grant."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._settings = settings
        self._connection = Connection("the CloudBase gateway (TCB_CONTEXT_CNFG)", sleep=sleep)
        self._clock = clock
        self._calls = itertools.count(1)

    def call_openapi(self, grant: Grant, api: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """As `Transport.call`; also raises CloudCallRefused and GatewayError."""
        parameters = {"action": "wx.api", "apiName": api, "requestData": json_text(request)}
        # An API that is unknown here might do its work twice.
        is_repeatable = api in ENDPOINTS and ENDPOINTS[api].is_repeatable
        signed = replace(self._request(grant, parameters), is_repeatable=is_repeatable)
        return self._connection.exchange(signed, lambda response: _openapi_answer(_reply(response)))

    def invoke_function(self, grant: Grant, name: str, data: Mapping[str, Any], *, timeout: float) -> FunctionAnswer:
        """Run another function of the environment and wait `timeout` seconds for its answer.

        Raises GatewayError (its `code` FUNCTION_NOT_FOUND, FUNCTIONS_EXECUTE_FAIL, ...), or as `Connection.exchange`.
        """
        parameters = {"action": "functions.invokeFunction", "function_name": name, "request_data": json_text(data)}
        signed = self._request(grant, parameters)
        signed = replace(signed, is_repeatable=False, timeouts=(signed.timeouts[0], timeout), answer_limit="timeout")
        return self._connection.exchange(signed, lambda response: _function_answer(_reply(response)))

    def database(self, grant: Grant, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the document database; the whole reply.

        Raises GatewayError (its `code` DATABASE_COLLECTION_NOT_EXIST, DATABASE_DUPLICATE_WRITE, ...), or as
        `Connection.exchange`.
        """
        signed = self._request(grant, {**members, "action": action})
        # A write is not sent twice: whether it was made, its author finds out by reading.
        signed = replace(signed, is_repeatable=action in DATABASE_READS)
        return self._connection.exchange(signed, _checked)

    def _request(self, grant: Grant, parameters: Mapping[str, Any]) -> Request:
        """A signed POST with these parameters as its JSON body."""
        credentials, now = grant.credentials, self._clock()
        url = f"{grant.url}?{urlencode({'env': grant.env, 'seqId': self._sequence(grant, now)})}"
        body = {
            **parameters,
            "envName": grant.env,
            "wxCloudApiToken": grant.wx_api_token,
            "tcb_sessionToken": grant.tcb_session_token,
            "sessionToken": credentials.session_token,
            "crossAuthorizationToken": "",
        }
        headers = {
            "Host": urlsplit(url).netloc,
            "Content-Type": "application/json",
            "User-Agent": SDK,
            "X-SDK-Version": SDK,
            "X-TCB-Source": grant.source,
            "X-Client-Timestamp": str(int(now * 1000)),
            **({"X-TCB-Region": grant.region} if grant.region else {}),
        }
        timestamp = int(now) - 1  # as the SDK has it
        signature = {
            "Authorization": authorization(credentials, url=url, headers=headers, parameters=body, timestamp=timestamp),
            "X-Signature-Expires": str(SIGNATURE_LIFE_SECONDS),
            "X-Timestamp": str(timestamp),
        }
        return Request(
            "POST",
            url,
            timeouts=self._settings.timeouts,
            headers={**headers, **signature},
            body=json_text(body).encode(),
        )

    def _sequence(self, grant: Grant, now: float) -> str:
        own = f"{int(now * 1000):x}_{next(self._calls):x}"
        return f"{grant.sequence}-{own}" if grant.sequence else own


def _checked(response: Response) -> dict[str, Any]:
    """The gateway's whole reply; raises GatewayError for `{"code", "message", "requestId"}`."""
    reply = json_object(response)
    if reply is None:
        raise GatewayError(f"the gateway must answer HTTP 200 with a JSON object, got {describe(response)}")
    code, message, request_id = (str(reply.get(name) or "") for name in ("code", "message", "requestId"))
    if code and code != "SUCCESS":
        raise GatewayError(message, code=code, request_id=request_id)
    return reply


def _reply(response: Response) -> dict[str, Any]:
    """The gateway's envelope `{"data", "requestId"}`."""
    reply = _checked(response)
    if not isinstance(reply.get("data"), dict):
        raise GatewayError("the gateway must answer with data", request_id=str(reply.get("requestId") or ""))
    return reply


def _openapi_answer(reply: dict[str, Any]) -> dict[str, Any]:
    answer = _parse(reply["data"].get("responseData"))
    if not isinstance(answer, dict):
        raise BadAnswer("responseData must be a JSON object, written as a string")
    try:
        return check_answer(answer)
    except WeChatError as error:
        if error.errCode in TEXTS:
            raise CloudCallRefused(error.errCode, error.reason) from None
        raise


def _function_answer(reply: dict[str, Any]) -> FunctionAnswer:
    # Twice, as in wx-server-sdk: if a function returns a JSON text, its value counts.
    result = _parse(_parse(reply["data"].get("response_data")))
    return FunctionAnswer(result=result, request_id=str(reply.get("requestId") or ""))


def _parse(value: Any) -> Any:
    """The value of a JSON text; any other value unchanged."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
