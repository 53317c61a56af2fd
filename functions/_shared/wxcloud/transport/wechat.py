"""api.weixin.qq.com: the APIs known here, its JSON and its errcodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import BadAnswer, WeChatError
from wxcloud.transport.connection import Connection, Request, describe, json_object, json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings
    from wxcloud.transport.response import Response


@dataclass(frozen=True)
class Endpoint:
    """The HTTPS form of an API, and what it allows.

    `takes_secret`: it takes appid and secret in its query, not an access_token.
    `is_repeatable`: sending the same call twice does no harm.
    `has_cloud_call`: WeChat offers it as a cloud call too.
    `has_signed_body`: its query has a signature over the body, made with the user's session_key.
    """

    method: str
    path: str
    takes_secret: bool = False
    is_repeatable: bool = True
    has_cloud_call: bool = True
    has_signed_body: bool = False


ENDPOINTS = {
    "soter.verifySignature": Endpoint("POST", "/cgi-bin/soter/verify_signature"),
    "storage.setUserStorage": Endpoint("POST", "/wxa/set_user_storage", has_signed_body=True),
    "storage.removeUserStorage": Endpoint("POST", "/wxa/remove_user_storage", has_signed_body=True),
    "storage.setUserInteractiveData": Endpoint("POST", "/wxa/setuserinteractivedata", has_signed_body=True),
    # These are documented as "not available as a cloud call" [doc]; no permission in config.json changes that.
    "internet.getUserEncryptKey": Endpoint("GET", "/wxa/business/getuserencryptkey", has_cloud_call=False),
    "auth.checkSessionKey": Endpoint("GET", "/wxa/checksession", has_cloud_call=False),
    # Not repeatable: its code works once, so a retry after a lost answer would fail with 40163.
    "auth.code2Session": Endpoint(
        "GET", "/sns/jscode2session", takes_secret=True, is_repeatable=False, has_cloud_call=False
    ),
}


class WeChat:
    """The instance's connection to WeChat's HTTPS endpoints."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None]) -> None:
        self._settings = settings
        self._connection = Connection("WeChat (WX_API_BASE)", sleep=sleep)

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | bytes | None = None,
        is_repeatable: bool = True,
    ) -> dict[str, Any]:
        """Send one request (bytes as they are) and return the answer's object without `errcode` and `errmsg`.

        Raises WeChatError for another errcode than 0, BadAnswer, or as `Connection.exchange`.
        """
        request = Request(
            method,
            self._settings.api_base + path,
            timeouts=self._settings.timeouts,
            query=query,
            headers=None if body is None else {"Content-Type": "application/json"},
            body=body if body is None or isinstance(body, bytes) else json_text(body).encode(),
            is_repeatable=is_repeatable,
        )
        return self._connection.exchange(request, _answer)


def check_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return WeChat's answer without `errcode` and `errmsg`; raises WeChatError for another errcode than 0."""
    errcode, errmsg = answer.get("errcode", 0), answer.get("errmsg", "")
    if type(errcode) is not int or not isinstance(errmsg, str):
        raise BadAnswer("errcode must be a whole number and errmsg a text")
    if errcode != 0:
        raise WeChatError(errcode, errmsg)
    return {name: value for name, value in answer.items() if name not in {"errcode", "errmsg"}}


def _answer(response: Response) -> dict[str, Any]:
    answer = json_object(response)
    if answer is None:
        raise BadAnswer(f"WeChat must answer HTTP 200 with a JSON object, got {describe(response)}")
    return check_answer(answer)
