"""A question's request on the wire, once, and what came of it.

NoAnswerError               there is no answer that says anything; the text is one clear sentence about it
├── UnreachableError        nobody answers, or somebody else does
└── RateLimitError          the server wants to be left alone for a while
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import requests

from wxemu.conformance.look import Answer
from wxemu.conformance.probe.index import sign_for_cloud, sign_for_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.conformance.ingredients import Ingredients
    from wxemu.conformance.question import Question

_FORM: Final = "application/x-www-form-urlencoded"
_SERVICES: Final = {"scf": "2018-04-16", "tcb": "2018-06-08"}
_TOO_OLD_SECONDS: Final = 3600


class NoAnswerError(Exception):
    """There is no answer that says anything."""


class UnreachableError(NoAnswerError):
    """Nobody answers, or somebody else does."""


class RateLimitError(NoAnswerError):
    """The server wants to be left alone for a while."""


@dataclass(frozen=True)
class Target:
    """Who is asked.

    :param name: ``emulator`` or ``live``.
    :param wechat: the address of api.weixin.qq.com.
    :param gateway: of CloudBase's gateway, with its path.
    :param cloud: of Tencent Cloud's API; ``{service}`` in it is the service.
    :param pause: seconds between two requests.
    """

    name: str
    wechat: str
    gateway: str
    cloud: str
    timeout: float = 10
    pause: float = 0


@dataclass(frozen=True)
class Sent:
    """A request as it is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)


def prepare(question: Question, target: Target, ingredients: Ingredients) -> Sent:
    """The request with its values."""
    have = ingredients.of(question.needs)
    body = fill_body(question, have)
    have = ingredients.of(question.needs, body)
    kind, _, rest = question.asks.partition(" ")
    if kind == "gateway":
        return _gateway(question, target, have, rest, body)
    if kind == "scf":
        return _cloud(question, target, have, rest, body)
    path = Template(rest).substitute({name: quote(value, safe="") for name, value in have.items()})
    headers = {"Content-Type": _FORM if question.is_form else "application/json"} if body else {}
    return Sent(kind, f"{target.wechat}{path}", headers, body)


def fill_body(question: Question, have: Mapping[str, str]) -> str:
    """The body as it is sent; one that is an ingredient and nothing else is that text."""
    if isinstance(question.body, str):
        if question.body.removeprefix("$") in have:
            return have[question.body.removeprefix("$")]
        escape: Callable[[str], str] = _quote if question.is_form else _in_json
        return Template(question.body).safe_substitute({name: escape(value) for name, value in have.items()})
    return json.dumps(_fill(question.body, have), ensure_ascii=False, separators=(",", ":"))


def _fill(value: Any, have: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return Template(value).safe_substitute(have)
    if isinstance(value, dict):
        return {name: _fill(item, have) for name, item in value.items()}
    return [_fill(item, have) for item in value] if isinstance(value, list) else value


def _quote(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _gateway(question: Question, target: Target, have: Mapping[str, str], action: str, body: str) -> Sent:
    parameters = {
        "action": action,
        "envName": have["env"],
        "sessionToken": have.get("session_token", ""),
        **json.loads(body or "{}"),
    }
    url = f"{target.gateway}?env={have['env']}&seqId=1_1"
    headers = sign_for_gateway(url, parameters, *_credentials(question, have), at=_signed_at(question))
    if question.twist == "unsigned":
        parameters["unsigned"] = "1"
    if question.twist == "bearer":
        headers = {**headers, "Authorization": f"Bearer {have['api_key']}"}
    if question.twist == "none":
        headers.pop("Authorization")
    return Sent("POST", url, headers, json.dumps(parameters))


def _cloud(question: Question, target: Target, have: Mapping[str, str], action: str, body: str) -> Sent:
    url = f"{target.cloud.format(service='scf')}/"
    headers = sign_for_cloud(url, body, *_credentials(question, have), at=_signed_at(question), service="scf")
    headers |= {"X-TC-Action": action, "X-TC-Version": _SERVICES["scf"]}
    if region := have.get("region"):
        headers["X-TC-Region"] = region
    if token := have.get("session_token"):
        headers["X-TC-Token"] = token
    if question.twist == "version":
        headers["X-TC-Version"] = "2000-01-01"
    if question.twist == "none":
        headers.pop("Authorization")
    return Sent("POST", url, headers, body)


def _credentials(question: Question, have: Mapping[str, str]) -> tuple[str, str]:
    secret_id = "AKIDwxemuunknown" if question.twist == "unknown-id" else have.get("secret_id", "")
    secret_key = "wxemu-wrong-key" if question.twist == "wrong-key" else have.get("secret_key", "")
    return secret_id, secret_key


def _signed_at(question: Question) -> int:
    return int(time.time()) - (_TOO_OLD_SECONDS if question.twist == "stale" else 0)


def exchange(session: requests.Session, sent: Sent, timeout: float) -> Answer:
    """Send a request once.

    :raises NoAnswerError: nothing that says anything came.
    """
    host = urlsplit(sent.url).hostname
    try:
        answer = session.request(
            sent.method,
            sent.url,
            headers=dict(sent.headers),
            data=sent.body.encode() or None,
            timeout=timeout,
            allow_redirects=False,
        )
    except requests.exceptions.SSLError:
        raise UnreachableError(f"who answers has no certificate for {host}, so nothing was sent: a proxy?") from None
    except requests.Timeout:
        raise UnreachableError(f"{host} gave no answer within {timeout:g} seconds") from None
    except requests.RequestException as error:
        raise UnreachableError(f"no connection to {host} ({type(error).__name__})") from None
    return _read(answer)


def _read(answer: requests.Response) -> Answer:
    label = answer.headers.get("Content-Type", "")
    if answer.status_code == requests.codes.too_many_requests:
        raise RateLimitError("HTTP 429")
    if answer.status_code != requests.codes.ok:
        raise NoAnswerError(f"HTTP {answer.status_code}, where these servers always answer 200: a proxy in between?")
    try:
        members = json.loads(answer.content)
    except (ValueError, RecursionError):
        what = "a page of HTML" if b"<html" in answer.content[:2000].lower() else "something else"
        raise NoAnswerError(f"{what} instead of JSON: a proxy or a login page in between?") from None
    if not isinstance(members, dict):
        raise NoAnswerError("JSON that is no object")
    return Answer(members, label)
