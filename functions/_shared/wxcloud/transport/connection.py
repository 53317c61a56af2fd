"""A kept-alive HTTP connection: one exchange, with the patience WeChat asks for."""

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

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer = TypeVar("Answer")

# Waits before the second and the third try; there is no fourth.
BACK_OFF_SECONDS = (0.2, 0.6)
BUSY = -1


@dataclass(frozen=True)
class Request:
    """What is sent. `is_repeatable`: it does no harm to send it twice.

    `timeouts` are seconds to wait for a connection and then for the answer; `answer_limit` names what sets the second.
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
    """Exchanges over one `requests.Session`; safe to share between threads and invocations, for it remembers nothing.

    `peer` says in an error's text who the other side is, and which setting has its address.
    """

    def __init__(self, peer: str, *, sleep: Callable[[float], None]) -> None:
        self._peer = peer
        self._sleep = sleep
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def exchange(self, request: Request, read: Callable[[requests.Response], Answer]) -> Answer:
        """Send one request and return what `read` makes of the response.

        Tried again, at most twice and after a pause, are: an answer with WeChat's errcode -1 (it is busy), a connection
        that could not be made, and, if the request is repeatable, one that broke before the answer.

        Raises ServerTimeout, NetworkFailure, or what `read` raises; none of them quotes the address, which may hold a
        secret or a token.
        """
        pauses = iter(BACK_OFF_SECONDS)
        while True:
            try:
                return read(self._send(request))
            except CloudError as error:
                pause = next(pauses, None) if _may_pass(error, is_repeatable=request.is_repeatable) else None
                if pause is None:
                    raise
            self._sleep(pause)

    def _send(self, request: Request) -> requests.Response:
        try:
            return self._http.request(
                request.method,
                request.url,
                params=request.query,
                headers=request.headers,
                data=request.body,
                timeout=request.timeouts,
                auth=_as_it_is,
                allow_redirects=False,  # what is sent must not travel to another address
            )
        except requests.RequestException as error:
            # Not chained: requests' own errors quote the address.
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
        # With requests' own retries off, urllib3 gives up by MaxRetryError only while it is still connecting.
        if isinstance(error, requests.ConnectionError) and isinstance(cause, MaxRetryError):
            return NotConnected(f"no connection to {self._peer}")
        if isinstance(error, requests.ConnectionError):
            return Disconnected(f"{self._peer} hung up before its answer")
        return NetworkFailure(f"the exchange with {self._peer} failed: {type(error).__name__}")


def json_text(value: Any) -> str:
    """JSON as JSON.stringify writes it: characters as they are, but a lone surrogate, which UTF-8 cannot hold, escaped.

    Raises InvalidParameter for what JSON has no form for.
    """
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidParameter(f"what is sent must have a form in JSON: {type(error).__name__}") from None
    return written.encode("utf-8", "backslashreplace").decode()


def json_object(response: requests.Response) -> dict[str, Any] | None:
    """The JSON object that came with HTTP 200; None if anything else did.

    The Content-Type is not asked: WeChat labels JSON text/plain on /sns/ and now and then elsewhere [src/field].
    """
    try:
        value = json.loads(response.content.decode()) if response.status_code == requests.codes.ok else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def described(response: requests.Response) -> str:
    """What came, for an error's text: not a word of the body, which may hold a session_key."""
    return f"HTTP {response.status_code} with {len(response.content)} bytes"


def _may_pass(error: CloudError, *, is_repeatable: bool) -> bool:
    """Whether the same request, sent again after a pause, may fare better and can do no harm."""
    if isinstance(error, WeChatError):
        return error.errCode == BUSY
    return isinstance(error, (NotConnected, ConnectTimeout)) or (is_repeatable and isinstance(error, Disconnected))


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication that adds nothing: without one, requests puts the host's entry in ~/.netrc over our signature."""
    return request


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
