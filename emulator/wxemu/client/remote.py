"""A running emulator, as the command line and tests reach it: over HTTP, by the table of operations.

RemoteError
    It does not answer, or refuses; the text says what to do.
└── NobodyError
    Nobody answers there.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from wxemu.client.wire import AddressError, SilenceError, UnansweredError, Wire
from wxemu.core import messages
from wxemu.core.messages import Message, MessageError, as_it_is
from wxemu.core.text import escape_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

    from wxemu.core.http.operations import Members, Operation

Output = TypeVar("Output")

DEFAULT_URL = "http://127.0.0.1:8686"
_OK: Final = 200
_FIRST_REFUSAL: Final = 400


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
    """An emulator at ``url``, which may ask for its control ``token``.

    :raises RemoteError: no header can hold such a token.
    """

    def __init__(self, url: str = DEFAULT_URL, *, token: str | None = None) -> None:
        if token is not None and not (token.isascii() and token.isprintable()):
            raise RemoteError(
                Message(
                    "the control token has characters that no header can hold; copy it again from what start printed",
                    "控制令牌含有请求头不能使用的字符；请从启动时的输出重新复制",
                )
            )
        self.url = url.rstrip("/")
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._wire = Wire(self.url, {"Accept-Language": messages.of_environment(), **headers})

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Exchange:
        """One exchange, whatever its outcome.

        :raises RemoteError: nobody answers.
        """
        text = _json(body)
        with self._told(), self._wire.ask(method, path, text.encode()) as answer:
            return Exchange(method, f"{self.url}{path}", text, answer.status, _text(answer))

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
        with self._told(), self._wire.ask(operation.method, path, _json(body).encode()) as answer:
            if answer.status != _OK:
                self._answer(answer.status, _text(answer))
            with suppress(OSError, HTTPException, ValueError):  # it ends in the middle of a line
                for line in filter(bytes.strip, answer):
                    yield json.loads(line)
        raise RemoteError(Message("the emulator at {url} has ended", "{url} 的模拟器已结束", url=self.url))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell of an emulator that does not answer."""
        try:
            yield
        except AddressError:
            raise RemoteError(
                Message(
                    "expected the URL of an emulator, such as {example}, got {url}",
                    "应为模拟器的 URL，如 {example}，实际是 {url}",
                    example=DEFAULT_URL,
                    url=repr(self.url),
                )
            ) from None
        except UnansweredError:
            raise NobodyError(
                Message(
                    "no emulator answers at {url}; start one with `wxemu start`, or name another with --url",
                    "{url} 没有模拟器应答；请运行 `wxemu start` 启动，或用 --url 指定另一个",
                    url=self.url,
                )
            ) from None
        except SilenceError as error:
            raise RemoteError(as_it_is(f"{self.url}: {error}")) from None

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
        if "error" in answer and status >= _FIRST_REFUSAL:
            raise RemoteError(as_it_is(str(answer["error"].get("message", answer["error"]))))
        return answer


def _json(body: Mapping[str, Any] | None) -> str:
    return "" if body is None else escape_lone_surrogates(json.dumps(body, ensure_ascii=False))


def _text(answer: HTTPResponse) -> str:
    return answer.read().decode(errors="replace")
