"""A running emulator, as the command line and the demo reach it: over HTTP, like anybody else.

RemoteError
    It does not answer, or refuses; the text says what to do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_URL = "http://127.0.0.1:8686"


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
    """An emulator at ``url``."""

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy for the outside world has no part in this

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Exchange:
        """One exchange, whatever its outcome.

        :raises RemoteError: nobody answers.
        """
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        url = f"{self.url}{path}"
        try:
            answer = self._session.request(method, url, data=text.encode(errors="surrogatepass") or None, timeout=120)
        except requests.ConnectionError:
            raise RemoteError(
                f"no emulator answers at {self.url}; start one with `wxemu start`, or name another with --url"
            ) from None
        except requests.RequestException as error:
            raise RemoteError(f"{self.url}: {error}") from None
        return Exchange(method, url, text, answer.status_code, answer.content.decode())

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON object that our own interfaces answer.

        :raises RemoteError: nobody answers, or the answer is a refusal.
        """
        exchange = self.send(method, path, body)
        try:
            answer = json.loads(exchange.response_body)
        except ValueError:
            raise RemoteError(f"{self.url} answers, but is no emulator of ours") from None
        if not isinstance(answer, dict):
            raise RemoteError(f"{self.url} answers, but is no emulator of ours")
        if "error" in answer and exchange.status >= requests.codes.bad_request:
            raise RemoteError(str(answer["error"].get("message", answer["error"])))
        return answer
