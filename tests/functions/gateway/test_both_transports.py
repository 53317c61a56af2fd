"""A call of WeChat goes over HTTPS or by CloudBase's gateway: what happens on the way is met alike by both."""

import json
import logging
import socket
import traceback

import pytest

import wxcloud

VERIFY = "/cgi-bin/soter/verify_signature"
BUSY = {"errcode": -1, "errmsg": "system error"}
OK = {"is_ok": True}
DEAF = "http://127.0.0.1:1"
CODE = "c0de"
SECRETS = {
    "https": ("0123456789abcdef0123456789abcdef", CODE, "t0ken", "k3y=="),
    "gateway": ("local-secret-key", "local-session-token", "tok-abc", "AKIDlocal"),
}


class Way:
    """One transport: how to script it, what it sent, and how a call by it is made."""

    def __init__(self, name, gateway, invocation, granted):
        self.name, self.gateway, self.wechat = name, gateway, gateway.wechat
        self.path = {"https": VERIFY, "gateway": "/admin"}[name]
        app = {"WX_APPID": "wx1234567890abcdef", "WX_SECRET": SECRETS["https"][0], "WX_API_BASE": self.wechat.address}
        self.settings = app if name == "https" else {}
        self.context = granted(WX_API_TOKEN=None) if name == "https" else granted()
        self.invocation = invocation

    def answers(self, *script):
        """Each entry: what WeChat answers, or a raw Reply."""
        raw = (dict, list) if self.name == "gateway" else ()
        replies = [self.gateway.openapi(entry) if isinstance(entry, raw) else entry for entry in script]
        (self.gateway.answers if self.name == "gateway" else lambda *e: self.wechat.answers(VERIFY, *e))(*replies)

    def invoked(self, **variables):
        return self.invocation(context=self.context, **{**self.settings, **variables})

    @property
    def sent(self):
        return self.wechat.sent(self.path)

    @property
    def nowhere(self):
        """The setting that leads to where nobody listens."""
        return {"https": {"WX_API_BASE": DEAF}, "gateway": {"TCB_CONTEXT_CNFG": json.dumps({"URL": f"{DEAF}/admin"})}}[
            self.name
        ]


@pytest.fixture(params=["https", "gateway"])
def way(request, gateway, invocation, granted):
    return Way(request.param, gateway, invocation, granted)


def verify(invocation):
    return invocation.openapi.soter.verifySignature(openid="oUser", jsonString="{}", jsonSignature="c2ln")


def failure(invocation):
    with pytest.raises(wxcloud.CloudError) as failed:
        verify(invocation)
    return failed.value


def test_many_calls_travel_over_one_connection(way):
    invoked = way.invoked()
    for _ in range(5):
        verify(invoked)
    assert len(way.sent) == 5
    assert len({request.connection for request in way.wechat.requests}) == 1


def test_a_busy_wechat_is_asked_again_after_a_pause(way, clock):
    way.answers(BUSY, BUSY, OK)
    assert verify(way.invoked())["isOk"] is True
    assert len(way.sent) == 3
    assert clock.pauses == sorted(clock.pauses)
    assert len(clock.pauses) == 2


def test_a_wechat_that_stays_busy_is_asked_three_times(way, clock):
    way.answers(BUSY)
    refused = failure(way.invoked())
    assert (refused.errCode, refused.errMsg) == (-1, "openapi.soter.verifySignature:fail system error")
    assert (len(way.sent), len(clock.pauses)) == (3, 2)


def test_a_broken_connection_is_made_again_for_what_may_be_repeated(way):
    way.answers(way.wechat.Reply(None), OK)
    assert verify(way.invoked())["isOk"] is True
    assert len(way.sent) == 2


def test_a_connection_that_keeps_breaking_is_an_error(way):
    way.answers(way.wechat.Reply(None))
    assert failure(way.invoked()).errCode == -601003
    assert len(way.sent) == 3


def test_who_is_out_of_reach_is_tried_three_times(way, clock):
    with socket.socket() as deaf:  # bound, but not listening
        deaf.bind(("127.0.0.1", 0))
        port = str(deaf.getsockname()[1])
        nowhere = {name: value.replace(":1", f":{port}", 1) for name, value in way.nowhere.items()}
        failed = failure(way.invoked(**nowhere))
    assert failed.errCode == -601003
    assert f"({next(iter(way.nowhere))})" in failed.errMsg
    assert len(clock.pauses) == 2


@pytest.mark.parametrize("after", [b"", b'{"is_ok":'])
def test_a_read_timeout_is_an_error_and_is_not_tried_again(way, after):
    way.answers(way.wechat.never(after=after))
    failed = failure(way.invoked(WX_READ_TIMEOUT="0.05"))
    assert failed.errCode == -501002
    assert "(WX_READ_TIMEOUT)" in failed.errMsg
    assert len(way.sent) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *((b"", 200), (b"<html>", 200), (b"[]", 200), (b"null", 200), (b"\xff\xfe", 200), (b"[" * 100_000, 200)),
        *((b"oops", 500), (b'{"is_ok":true,"data":{"responseData":"{}"}}', 502), (b"", 307)),
        ('{"is_ok":true}'.encode("utf-16"), 200),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_answer_of_no_form_is_a_clear_error_and_a_redirect_is_not_followed(way, body, status):
    way.answers(way.wechat.Reply(body, status=status, location=f"{way.wechat.address}/elsewhere"))
    failed = failure(way.invoked())
    assert failed.errCode == {"https": -604103, "gateway": -501001}[way.name]
    assert f"got HTTP {status} with {len(body)} bytes" in failed.errMsg
    assert (len(way.sent), way.wechat.sent("/elsewhere")) == (1, [])


@pytest.mark.parametrize("label", ["text/plain", "text/html; charset=gbk", "application/json; encoding=utf-8", ""])
def test_json_is_utf8_whatever_its_label_says(way, label):
    answer = {"errcode": 40097, "errmsg": "参数错误"}
    body = json.dumps(way.gateway.openapi(answer) if way.name == "gateway" else answer, ensure_ascii=False).encode()
    way.answers(way.wechat.Reply(body, content_type=label))
    assert "参数错误" in failure(way.invoked()).errMsg


TROUBLES = ["no connection", "no answer", "hang-up", "bad address", "echo", "refusal", "nonsense", "answer"]


def trouble(way, name):
    """What may happen to a call: a script, and the settings that go with it."""
    secrets = SECRETS[way.name]
    token, key = secrets[2], secrets[-1]
    echo = f'{{"session_key":"{key}","access_token":"{token}","all":{json.dumps(secrets)}'
    return {
        "no connection": (OK, way.nowhere),
        "no answer": (way.wechat.never(), {"WX_READ_TIMEOUT": "0.05"}),
        "hang-up": (way.wechat.Reply(None), {}),
        "bad address": (OK, {"WX_API_BASE": token, "TCB_CONTEXT_CNFG": json.dumps({"URL": token})}),
        "echo": (way.wechat.Reply(echo.encode()), {}),
        "refusal": ({"errcode": 40125, "errmsg": "invalid appsecret"}, {}),
        "nonsense": ({"session_key": key, "access_token": token, "openid": 7, "is_ok": 7, "errcode": token}, {}),
        "answer": (OK, {}),
    }[name]


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("at", ["the call", "the token", "the code"])
def test_no_secret_reaches_an_error_or_a_log(way, caplog, name, at):
    caplog.set_level(logging.DEBUG)  # as SCF's bootstrap sets it, with urllib3 saying every address
    secrets = SECRETS[way.name]
    way.wechat.answers("/cgi-bin/stable_token", {"access_token": secrets[2], "expires_in": 7200})
    way.wechat.answers("/sns/jscode2session", {"session_key": secrets[-1], "openid": "o1"})
    script, variables = trouble(way, name)
    if at == "the call" or way.name == "gateway":
        way.answers(script)
    else:
        way.wechat.answers({"the token": "/cgi-bin/stable_token", "the code": "/sns/jscode2session"}[at], script)
    invoked = way.invoked(**variables)
    cloud = wxcloud.init({**way.settings, **variables, "WX_STORE": ""}, sleep=lambda _: None)
    said = [repr(invoked), repr(vars(invoked)), repr(invoked.openapi), repr(cloud), repr(cloud.auth)]
    calls = [
        lambda: verify(invoked)["errMsg"],
        lambda: repr(cloud.auth.code2session(CODE)),
        lambda: invoked.callFunction("login", {"code": "x"}, timeout=0.05)["errMsg"],
    ]
    for call in calls:
        try:
            said.append(call())
        except wxcloud.CloudError as error:
            said += [repr(error), *traceback.format_exception(error)]
    everything = "\n".join([*said, caplog.text])
    assert not [secret for secret in secrets if secret in everything]
