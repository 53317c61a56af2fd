"""A kept-alive HTTP connection with the retries that WeChat asks for."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import requests
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from wxcloud.errors import (
    CloudError,
    ConnectTimeout,
    Disconnected,
    InvalidParameter,
    NetworkFailure,
    NotConnected,
    ServerTimeout,
    WeChatError,
)
from wxcloud.transport import response as responses
from wxcloud.transport.response import Response, WholeResponses

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer = TypeVar("Answer")

# Waits before the second and the third attempt; there is no fourth.
BACK_OFF_SECONDS = (0.2, 0.6)
BUSY = -1
POOL_SIZE = 32  # connections that are kept; more threads than that open and close their own


@dataclass(frozen=True)
class Request:
    """A request. `is_repeatable`: sending it twice does no harm.

    `timeouts` are seconds to wait for a connection and then for the whole answer; `answer_limit` names the setting of
    the second.
    """

    method: str
    url: str = field(repr=False)
    timeouts: tuple[float, float]
    query: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    is_repeatable: bool = True
    answer_limit: str = "WX_READ_TIMEOUT"


class Connection:
    """Exchanges over one `requests.Session`; threads and invocations may share it, because it keeps nothing of them.

    `peer` names the other side in error texts, and the setting of its address.
    """

    def __init__(self, peer: str, *, sleep: Callable[[float], None]) -> None:
        self._peer = peer
        self._sleep = sleep
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._http.headers["Accept-Encoding"] = "identity"
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, WholeResponses(pool_maxsize=POOL_SIZE))

    def exchange(self, request: Request, read: Callable[[Response], Answer]) -> Answer:
        """Send one request and return what `read` makes of the response.

        It is sent again, at most twice and after a pause, if WeChat answers errcode -1 (busy), if no connection could
        be made, and, for a repeatable request, if the connection broke before the answer.

        Raises ServerTimeout, NetworkFailure, BadAnswer, or what `read` raises; none of them contains the address,
        which may have a secret or a token in it.
        """
        pauses = iter(BACK_OFF_SECONDS)
        while True:
            try:
                return read(self._send(request))
            except CloudError as error:
                pause = next(pauses, None) if _may_retry(error, is_repeatable=request.is_repeatable) else None
                if pause is None:
                    raise
            self._sleep(pause)

    def _send(self, request: Request) -> Response:
        try:
            response = self._http.request(
                request.method,
                request.url,
                params=request.query,
                headers=request.headers,
                data=request.body,
                timeout=request.timeouts,
                auth=_add_nothing,
                allow_redirects=False,  # no other address may get the request
                stream=True,
            )
            return responses.read(self._peer, response)
        except requests.RequestException as error:
            # Not chained: requests' own errors contain the address.
            raise self._failure(error, request.answer_limit) from None

    def _failure(self, error: requests.RequestException, answer_limit: str) -> CloudError:
        cause = error.args[0] if error.args else None
        if isinstance(error, requests.ConnectTimeout):
            return ConnectTimeout(f"no connection to {self._peer} in time (WX_CONNECT_TIMEOUT)")
        # A timeout in the middle of an answer comes as a ConnectionError around urllib3's own.
        if isinstance(error, requests.ReadTimeout) or isinstance(cause, ReadTimeoutError):
            return ServerTimeout(f"{self._peer} did not answer in time ({answer_limit})")
        if isinstance(error, requests.exceptions.SSLError):
            return NetworkFailure(f"the certificate of {self._peer} was not accepted")
        # With requests' own retries off, urllib3 raises MaxRetryError only while it is connecting.
        if isinstance(error, requests.ConnectionError) and isinstance(cause, MaxRetryError):
            return NotConnected(f"no connection to {self._peer}")
        if isinstance(error, requests.ConnectionError):
            return Disconnected(f"{self._peer} hung up before its answer")
        return NetworkFailure(f"the exchange with {self._peer} failed: {type(error).__name__}")


def json_text(value: Any) -> str:
    """JSON as JSON.stringify writes it: only lone surrogates, which have no UTF-8 form, are escaped.

    Raises InvalidParameter for a value that JSON cannot express.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidParameter(f"what is sent must have a form in JSON: {type(error).__name__}") from None
    return text.encode("utf-8", "backslashreplace").decode()


def json_object(response: Response) -> dict[str, Any] | None:
    """The JSON object of an HTTP 200 response; None for any other.

    The Content-Type is ignored: WeChat labels JSON text/plain on /sns/ and sometimes elsewhere [src/field].
    """
    try:
        value = json.loads(response.content.decode()) if response.status == requests.codes.ok else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def describe(response: Response) -> str:
    """A response for an error's text, without its body, which may have a session_key in it."""
    return f"HTTP {response.status} with {len(response.content)} bytes"


def _may_retry(error: CloudError, *, is_repeatable: bool) -> bool:
    """Whether sending the request again may help, and can do no harm."""
    if isinstance(error, WeChatError):
        return error.errCode == BUSY
    return isinstance(error, (NotConnected, ConnectTimeout)) or (is_repeatable and isinstance(error, Disconnected))


def _add_nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication that adds nothing: without one, requests replaces our signature by an entry of ~/.netrc."""
    return request


class _Redaction(logging.Filter):
    """Removes credentials from urllib3's log lines, which contain each request's query.

    On SCF the root logger writes DEBUG lines to the function's log, which would keep them.
    """

    _CREDENTIAL = re.compile(r"\b(secret|access_token|js_code|signature)=[^&\s'\"]*")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._CREDENTIAL.sub(r"\1=***", record.getMessage()), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_Redaction())
