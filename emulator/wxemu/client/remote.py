"""A running emulator, as the command line and tests reach it: over HTTP, by the table of operations.

RemoteError
    It does not answer, or refuses; the text says what to do.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from wxemu.client.wire import AddressError, SilenceError, UnansweredError, Wire
from wxemu.core.text import escape_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

    from wxemu.core.http.operations import Members, Operation

Output = TypeVar("Output")

DEFAULT_URL = "http://127.0.0.1:8686"
_OK: Final = 200
_FIRST_REFUSAL: Final = 400


class RemoteError(Exception):
    """The emulator does not answer, or refuses."""


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
            raise RemoteError("the control token has characters that no header can hold")
        self.url = url.rstrip("/")
        self._wire = Wire(self.url, {} if token is None else {"Authorization": f"Bearer {token}"})

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
        raise RemoteError(f"the emulator at {self.url} has ended")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell of an emulator that does not answer."""
        try:
            yield
        except AddressError:
            raise RemoteError(f"expected the URL of an emulator, such as {DEFAULT_URL}, got {self.url!r}") from None
        except UnansweredError:
            raise RemoteError(
                f"no emulator answers at {self.url}; start one with `wxemu start`, or name another with --url"
            ) from None
        except SilenceError as error:
            raise RemoteError(f"{self.url}: {error}") from None

    def _answer(self, status: int, text: str) -> dict[str, Any]:
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise RemoteError(f"{self.url} answers, but is no emulator of ours")
        if "error" in answer and status >= _FIRST_REFUSAL:
            raise RemoteError(str(answer["error"].get("message", answer["error"])))
        return answer


def _json(body: Mapping[str, Any] | None) -> str:
    return "" if body is None else escape_lone_surrogates(json.dumps(body, ensure_ascii=False))


def _text(answer: HTTPResponse) -> str:
    return answer.read().decode(errors="replace")
