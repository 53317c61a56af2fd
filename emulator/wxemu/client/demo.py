"""The demo: the whole story as HTTP requests. A step has a request, its answer, and the expected members."""

from __future__ import annotations

import json
import os.path
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.client.shipped import shipped_project
from wxemu.core import temporary
from wxemu.core.credentials import strike_out
from wxemu.core.messages import Message, spoken
from wxemu.scf.project import declared_file
from wxemu.scf.runtime.interpreters import PRESENT
from wxemu.state.seed import DEMO

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from wxemu.client.remote import Exchange, Remote

_APP = DEMO["apps"][0]
_ORDER: Final = {"order": "2026/001", "amount": 12800}


@dataclass(frozen=True)
class Step:
    """One request of the story.

    :param expected: members that the answer must have, with dotted names for members of nested objects.
    """

    name: str
    exchange: Exchange
    expected: Mapping[str, Any]

    @property
    def answer(self) -> dict[str, Any]:
        """The answer's JSON."""
        decoded: dict[str, Any] = json.loads(self.exchange.response_body)
        return decoded

    @property
    def ok(self) -> bool:
        """Whether the answer is the expected one."""
        return all(_member(self.answer, name) == value for name, value in self.expected.items())

    def document(self) -> dict[str, Any]:
        """The step for ``--json``, without credentials."""
        sent = self.exchange
        return {
            "name": self.name,
            "request": {
                "method": sent.method,
                "url": strike_out(sent.url),
                "body": strike_out(sent.request_body),
            },
            "response": {"status": sent.status, "body": strike_out(sent.response_body)},
            "expected": dict(self.expected),
            "ok": self.ok,
        }


def _member(answer: Any, name: str) -> Any:
    for part in name.split("."):
        answer = answer.get(part) if isinstance(answer, dict) else None
    return answer


@contextmanager
def make_project() -> Generator[Path]:
    """Make a temporary project of the functions that come with wxemu.

    They run in this Python, whatever runtime they declare: it has the packages that they need.
    """
    source = shipped_project()
    declared = dict(declared_file(source).tree)
    functions = [{**function, "runtime": PRESENT} for function in declared["functions"]]
    with temporary.folder() as folder:
        project = {
            **declared,
            "functionRoot": os.path.relpath(source / "functions", folder.resolve()),
            "functions": functions,
        }
        (folder / "cloudbaserc.json").write_text(json.dumps(project), encoding="utf-8")
        shutil.copy(source / "config.json", folder)
        yield folder


def render_step(number: int, step: Step) -> str:
    """The text of a step for the terminal."""
    sent = step.document()["request"]
    mark = (
        click.style(spoken(Message("as expected", "符合预期")), fg="green")
        if step.ok
        else click.style(spoken(Message("NOT AS EXPECTED", "不符合预期")), fg="red", bold=True)
    )
    expected = ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in step.expected.items())
    lines = [
        click.style(f"{number:>2}. {step.name}", bold=True),
        f"    -> {sent['method']} {sent['url']}",
        *([f"       {sent['body']}"] if sent["body"] else []),
        f"    <- {step.document()['response']['body'].strip()}",
        f"    {mark}: {expected}",
        "",
    ]
    return "\n".join(lines)


class _Phone:
    """A phone of the story, and what its mini program does."""

    def __init__(self, remote: Remote, phone: Mapping[str, Any]) -> None:
        self._remote = remote
        self._path = f"/phone/v1/phones/{phone['phoneId']}"
        self.openid = str(phone["openid"])

    def do(self, story: str, operation: str, body: Mapping[str, Any], **expected: Any) -> Step:
        return Step(story, self._remote.send("POST", f"{self._path}/{operation}", body), expected)

    def call(self, story: str, name: str, data: Mapping[str, Any], expected: Mapping[str, Any]) -> Step:
        exchange = self._remote.send("POST", f"{self._path}/callFunction", {"name": name, "data": data})
        members = {"errMsg": "cloud.callFunction:ok", **{f"result.{key}": value for key, value in expected.items()}}
        return Step(story, exchange, members)

    def confirm(self, story: str, challenge: str, outcome: str = "match", **expected: Any) -> Step:
        body = {
            "requestAuthModes": ["fingerPrint"],
            "challenge": challenge,
            "authContent": "请用指纹确认支付",
            "outcome": outcome,
        }
        return self.do(story, "startSoterAuthentication", body, **expected)


def play(remote: Remote) -> Iterator[Step]:
    """Play the story: login, confirmation, attacks that must fail, and the life of the session."""
    new_phone = _new_phone(remote, "A user takes her Android phone")
    yield new_phone
    phone = _Phone(remote, new_phone.answer)
    yield from _log_in(phone, "our server")
    yield from _confirm(phone, remote)
    yield from _session(phone, remote)


def _new_phone(remote: Remote, story: str, **user: str) -> Step:
    body = {"appid": _APP["appid"], "profile": "android", **user}
    return Step(story, remote.send("POST", "/phone/v1/phones", body), {"profile": "android"})


def _log_in(phone: _Phone, server: str) -> Iterator[Step]:
    login = phone.do("The mini program logs in: wx.login gives a code", "login", {}, errMsg="login:ok")
    yield login
    yield phone.call(
        f"The function login buys a session with it; the session_key stays with {server}",
        "login",
        {"code": login.answer["code"]},
        {"errCode": 0, "openid": phone.openid},
    )


def _confirm(phone: _Phone, remote: Remote) -> Iterator[Step]:
    issued = phone.call(
        "What is she to confirm? The function issueChallenge keeps it, and gives a challenge for it",
        "issueChallenge",
        {"purpose": "pay", "payload": _ORDER},
        {"errCode": 0, "expiresIn": 120},
    )
    yield issued
    challenge = str(_member(issued.answer, "result.challenge"))
    yield phone.confirm("She touches the sensor with a wrong finger", challenge, "mismatch", errCode=90009)
    confirmed = phone.confirm("Then with the right one: the phone's TEE signs the challenge", challenge, errCode=0)
    yield confirmed
    result = _signed(confirmed)
    yield phone.call(
        "The function verifySignature asks WeChat: genuine, and it is this order that she has confirmed",
        "verifySignature",
        {"purpose": "pay", **result},
        {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": True, "payload": _ORDER},
    )
    yield phone.call(
        "The same result once more: a confirmation counts once",
        "verifySignature",
        {"purpose": "pay", **result},
        {"isOk": False, "reason": "challenge_used"},
    )
    yield phone.call(
        "Without a purpose it promises what WeChat does: the signature is genuine, however old",
        "verifySignature",
        result,
        {"isOk": True},
    )
    tampered = {**result, "jsonString": result["jsonString"].replace(challenge, challenge[::-1])}
    yield phone.call("The challenge in the text was changed afterwards", "verifySignature", tampered, {"isOk": False})
    other = _new_phone(remote, "Another user has a phone, too")
    yield other
    yield phone.call(
        "She names the other user's openid: refused",
        "verifySignature",
        {**result, "openid": other.answer["openid"]},
        {"errCode": 40003, "isOk": None},
    )
    thief = _Phone(remote, other.answer)
    yield thief.call("The other user hands in her confirmation as his own", "verifySignature", result, {"isOk": False})
    yield phone.do(
        "Her phone is replaced by one with a foreign key", "override", {"foreignKey": True}, override=["foreignKey"]
    )
    forged = phone.confirm("It signs the next order", "order-2026/002", errCode=0)
    yield forged
    yield phone.call(
        "WeChat does not know that key",
        "verifySignature",
        _signed(forged),
        {"isOk": False},
    )


def _signed(confirmed: Step) -> dict[str, str]:
    """What verifySignature takes of a confirmation."""
    return {"jsonString": confirmed.answer["resultJSON"], "jsonSignature": confirmed.answer["resultJSONSignature"]}


def _session(phone: _Phone, remote: Remote) -> Iterator[Step]:
    yield phone.call("Is the session that our server keeps still valid?", "checkSession", {}, {"errCode": 0})
    tablet = _new_phone(remote, "She takes a second phone of hers", openid=phone.openid)
    yield tablet
    login = _Phone(remote, tablet.answer).do("and logs in there", "login", {}, errMsg="login:ok")
    yield login
    query = (
        f"appid={_APP['appid']}&secret={_APP['secret']}&js_code={login.answer['code']}&grant_type=authorization_code"
    )
    yield Step(
        "with a server that is not ours: it buys a new session, which ends the one before",
        remote.send("GET", f"/sns/jscode2session?{query}"),
        {"openid": phone.openid},
    )
    yield phone.call("Now ours is stale", "checkSession", {}, {"errCode": 87009})
    yield from _log_in(phone, "our server again")
    yield phone.call("and all is well", "checkSession", {}, {"errCode": 0, "errMsg": "checkSession:ok"})
