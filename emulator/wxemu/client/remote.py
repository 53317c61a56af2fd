"""A running emulator, as the command line and tests reach it: over HTTP, by the table of operations.

RemoteError
    It does not answer, or refuses; the text says what to do.
└── NobodyError
    Nobody answers there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import requests

from wxemu.core import messages
from wxemu.core.messages import Message, MessageError, as_it_is
from wxemu.core.text import escape_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.core.http.operations import Members, Operation

Output = TypeVar("Output")

DEFAULT_URL = "http://127.0.0.1:8686"
_SILENCE_SECONDS: Final = 120
"""After which an answer is given up; a stream of ours writes every second, once it has begun."""
_NO_URL: Final = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


class RemoteError(MessageError):
    """The emulator does not answer, or refuses."""


class NobodyError(RemoteError):
    """Nobody answers there, or nobody who speaks HTTP."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they went over the wire; bodies as text."""

    method: str
    url: str
    request_body: str
    status: int
    response_body: str


class Remote:
    """An emulator at ``url``, which may ask for its control ``token``."""

    def __init__(self, url: str = DEFAULT_URL, *, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy for the outside world has no part in this
        self._session.headers["Accept-Language"] = messages.of_environment()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Exchange:
        """One exchange, whatever its outcome.

        :raises RemoteError: nobody answers.
        """
        text = "" if body is None else escape_lone_surrogates(json.dumps(body, ensure_ascii=False))
        url = f"{self.url}{path}"
        try:
            answer = self._session.request(method, url, data=text.encode() or None, timeout=120)
        except _NO_URL:
            raise self._no_url() from None
        except requests.ConnectionError:
            raise self._nobody() from None
        except requests.RequestException as error:
            raise RemoteError(as_it_is(f"{self.url}: {error}")) from None
        return Exchange(method, url, text, answer.status_code, answer.content.decode())

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON object that our own interfaces answer.

        :raises RemoteError: nobody answers, or the answer is a refusal.
        """
        exchange = self.send(method, path, body)
        return self._answer(exchange.status, exchange.response_body)

    def call(self, operation: Operation[Members, Any, Output], /, *_: Members.args, **given: Members.kwargs) -> Output:
        """The output of one operation.

        :raises RemoteError: nobody answers, or the answer is a refusal.
        """
        path, body = operation.request(*_, **given)
        return cast("Output", self.ask(operation.method, path, body))

    def follow(
        self, operation: Operation[Members, Any, Any], /, *_: Members.args, **given: Members.kwargs
    ) -> Iterator[dict[str, Any]]:
        """The JSON objects of an operation whose answer is a stream, one a line, as they come.

        :raises RemoteError: nobody answers, the answer is a refusal, or the emulator has ended.
        """
        path, body = operation.request(*_, **given)
        try:
            answer = self._session.request(
                operation.method, f"{self.url}{path}", json=body, stream=True, timeout=_SILENCE_SECONDS
            )
        except _NO_URL:
            raise self._no_url() from None
        except requests.RequestException:
            raise self._nobody() from None
        with answer:
            if answer.status_code != requests.codes.ok:
                self._answer(answer.status_code, answer.text)
            with suppress(requests.RequestException):
                for line in filter(None, answer.iter_lines(chunk_size=None)):
                    yield json.loads(line)
        raise RemoteError(Message("the emulator at {url} has ended", "{url} 的模拟器已结束", url=self.url))

    def _answer(self, status: int, text: str) -> dict[str, Any]:
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise RemoteError(
                Message(
                    "{url} answers, but is no emulator of ours; stop what listens at {url}, or name another address"
                    " by --url",
                    "{url} 有应答，但不是本模拟器；请停止占用 {url} 的程序，或用 --url 指定另一个地址",
                    url=self.url,
                )
            )
        if "error" in answer and status >= requests.codes.bad_request:
            raise RemoteError(as_it_is(str(answer["error"].get("message", answer["error"]))))
        return answer

    def _no_url(self) -> RemoteError:
        return RemoteError(
            Message(
                "expected the URL of an emulator, such as {example}, got {url}",
                "应为模拟器的 URL，如 {example}，实际是 {url}",
                example=DEFAULT_URL,
                url=repr(self.url),
            )
        )

    def _nobody(self) -> RemoteError:
        return NobodyError(
            Message(
                "no emulator answers at {url}; start one with `wxemu start`, or name another with --url",
                "{url} 没有模拟器应答；请运行 `wxemu start` 启动，或用 --url 指定另一个",
                url=self.url,
            )
        )
