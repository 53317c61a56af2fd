"""A kept-alive connection to api.weixin.qq.com: one exchange of JSON, with the patience WeChat asks for."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any, Callable

import requests
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from wxcloud.errors import (
    BadAnswer,
    CloudError,
    ConnectTimeout,
    Disconnected,
    NetworkFailure,
    NotConnected,
    ServerTimeout,
    WeChatError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings

# Waits before the second and the third try; there is no fourth.
BACK_OFF_SECONDS = (0.2, 0.6)
BUSY = -1


class Connection:
    """Exchanges with WeChat over one `requests.Session`; safe to share between threads."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None]) -> None:
        self._settings = settings
        self._sleep = sleep
        self._http = requests.Session()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        is_repeatable: bool = True,
    ) -> dict[str, Any]:
        """Send one request and return the answer's object without `errcode` and `errmsg`.

        Tried again, at most twice and after a pause, are: an answer with errcode -1 (WeChat is busy), a connection
        that could not be made, and, if the request `is_repeatable`, one that broke before the answer.

        Raises WeChatError for any other errcode than 0, ServerTimeout, NetworkFailure, BadAnswer; none of them
        quotes the address, for it holds the secret or the token.
        """
        pauses = iter(BACK_OFF_SECONDS)
        while True:
            try:
                return _accepted(self._send(method, path, query, body))
            except CloudError as error:
                pause = next(pauses, None) if _may_pass(error, is_repeatable=is_repeatable) else None
                if pause is None:
                    raise
            self._sleep(pause)

    def _send(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
    ) -> requests.Response:
        try:
            return self._http.request(
                method,
                self._settings.api_base + path,
                params=query,
                data=None if body is None else _json_bytes(body),
                headers=None if body is None else {"Content-Type": "application/json"},
                timeout=self._settings.timeouts,
                allow_redirects=False,  # the query must not travel to another address
            )
        except requests.RequestException as error:
            # Not chained: requests' own errors quote the address.
            raise _failure(error) from None


def _failure(error: requests.RequestException) -> CloudError:
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectTimeout):
        return ConnectTimeout("no connection to WeChat in time (WX_CONNECT_TIMEOUT)")
    # A timeout in the middle of an answer comes as a ConnectionError around urllib3's own.
    if isinstance(error, requests.ReadTimeout) or isinstance(cause, ReadTimeoutError):
        return ServerTimeout("WeChat did not answer in time (WX_READ_TIMEOUT)")
    if isinstance(error, requests.exceptions.SSLError):
        return NetworkFailure("the certificate of WX_API_BASE was not accepted")
    # With requests' own retries off, urllib3 gives up by MaxRetryError only while it is still connecting.
    if isinstance(error, requests.ConnectionError) and isinstance(cause, MaxRetryError):
        return NotConnected("no connection to WeChat (WX_API_BASE)")
    if isinstance(error, requests.ConnectionError):
        return Disconnected("WeChat hung up before its answer")
    return NetworkFailure(f"the exchange with WeChat (WX_API_BASE) failed: {type(error).__name__}")


def _may_pass(error: CloudError, *, is_repeatable: bool) -> bool:
    """Whether the same request, sent again after a pause, may fare better and can do no harm."""
    if isinstance(error, WeChatError):
        return error.errCode == BUSY
    return isinstance(error, (NotConnected, ConnectTimeout)) or (is_repeatable and isinstance(error, Disconnected))


def _accepted(response: requests.Response) -> dict[str, Any]:
    """The object WeChat answered, unless its errcode says that it refuses."""
    answer = _json_object(response)
    errcode, errmsg = answer.pop("errcode", 0), answer.pop("errmsg", "")
    if type(errcode) is not int or not isinstance(errmsg, str):
        raise BadAnswer("errcode must be a whole number and errmsg a text")
    if errcode != 0:
        raise WeChatError(errcode, errmsg)
    return answer


def _json_object(response: requests.Response) -> dict[str, Any]:
    # The Content-Type is not asked: WeChat labels JSON text/plain on /sns/ and now and then elsewhere [src/field].
    answer = None
    if response.status_code == requests.codes.ok:
        try:
            answer = json.loads(response.content.decode())
        except (ValueError, RecursionError):
            answer = None
    if not isinstance(answer, dict):
        # Not a word of the body: it may hold a session_key.
        found = f"HTTP {response.status_code} with {len(response.content)} bytes"
        raise BadAnswer(f"WeChat must answer HTTP 200 with a JSON object, got {found}")
    return answer


def _json_bytes(body: Mapping[str, Any]) -> bytes:
    # As JSON.stringify writes it: plain UTF-8, and a lone surrogate, which UTF-8 has no form for, as \udXXX.
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


class _Redaction(logging.Filter):
    """Takes credentials out of urllib3's log lines, which show each request's query.

    SCF's bootstrap lets the root logger write DEBUG to the function's log, so these lines would be kept there.
    """

    _CREDENTIAL = re.compile(r"\b(secret|access_token|js_code|signature)=[^&\s'\"]*")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._CREDENTIAL.sub(r"\1=***", record.getMessage()), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_Redaction())
