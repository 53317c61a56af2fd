from __future__ import annotations

import logging
import socket
import traceback

import pytest
import requests

import wxcloud

SECRET = "0123456789abcdef0123456789abcdef"
CODE2SESSION, STABLE, VERIFY = "/sns/jscode2session", "/cgi-bin/stable_token", "/cgi-bin/soter/verify_signature"
BUSY = {"errcode": -1, "errmsg": "system error"}
SESSION = {"session_key": "k==", "openid": "o1"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def verify(cloud):
    return cloud.of({}).openapi.soter.verifySignature(openid="o1", jsonString="{}", jsonSignature="")


def test_many_calls_travel_over_one_connection(cloud, wechat):
    wechat.answers(CODE2SESSION, SESSION)
    for _ in range(5):
        verify(cloud)
        cloud.auth.code2session("081abc")
    assert len(wechat.requests) == 11
    assert len({request.connection for request in wechat.requests}) == 1


def test_a_busy_wechat_is_asked_again_after_a_pause(cloud, wechat, clock):
    wechat.answers(VERIFY, BUSY, BUSY, {"is_ok": True})
    assert verify(cloud)["isOk"] is True
    assert len(wechat.sent(VERIFY)) == 3
    assert clock.pauses == sorted(clock.pauses)
    assert len(clock.pauses) == 2


def test_a_wechat_that_stays_busy_is_asked_three_times(cloud, wechat, clock):
    wechat.answers(VERIFY, BUSY)
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(cloud)
    assert (refused.value.errCode, refused.value.errMsg) == (-1, "openapi.soter.verifySignature:fail system error")
    assert len(wechat.sent(VERIFY)) == 3
    assert len(clock.pauses) == 2


def test_a_busy_token_endpoint_is_asked_again_too(cloud, wechat):
    wechat.answers(STABLE, BUSY, {"access_token": "a", "expires_in": 7200})
    assert verify(cloud)["isOk"] is True


def test_a_broken_connection_is_made_again(cloud, wechat):
    wechat.answers(VERIFY, wechat.Reply(None), {"is_ok": True})
    assert verify(cloud)["isOk"] is True
    assert len(wechat.sent(VERIFY)) == 2


def test_a_connection_that_keeps_breaking_is_an_error(cloud, wechat):
    wechat.answers(VERIFY, wechat.Reply(None))
    with pytest.raises(wxcloud.CloudError) as failed:
        verify(cloud)
    assert failed.value.errCode == -601003
    assert len(wechat.sent(VERIFY)) == 3


def test_a_refused_connection_is_tried_three_times_even_for_a_code(environ, clock):
    cloud = wxcloud.init({**environ, "WX_API_BASE": f"http://127.0.0.1:{free_port()}"}, sleep=clock.pauses.append)
    with pytest.raises(wxcloud.CloudError) as failed:
        cloud.auth.code2session("081abc")
    assert failed.value.errCode == -601003
    assert len(clock.pauses) == 2


@pytest.mark.parametrize("after", [b"", b'{"is_ok":'])
def test_a_read_timeout_is_an_error_and_is_not_tried_again(after, environ, wechat):
    wechat.answers(VERIFY, wechat.never(after=after))
    cloud = wxcloud.init({**environ, "WX_READ_TIMEOUT": "0.05"})
    with pytest.raises(wxcloud.CloudError, match="WX_READ_TIMEOUT") as failed:
        verify(cloud)
    assert failed.value.errCode == -501002
    assert len(wechat.sent(VERIFY)) == 1


ADDRESS = f"https://api.weixin.qq.com/sns/jscode2session?secret={SECRET}"


@pytest.mark.parametrize(
    ("error", "errcode", "tries"),
    [
        (requests.ConnectTimeout(ADDRESS), -501002, 3),
        (requests.ReadTimeout(ADDRESS), -501002, 1),
        (requests.exceptions.SSLError(ADDRESS), -601003, 1),
        (requests.exceptions.ChunkedEncodingError(ADDRESS), -601003, 1),
        (requests.exceptions.InvalidURL(ADDRESS), -601003, 1),
        (requests.ConnectionError(), -601003, 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_failure_of_requests_has_its_code_and_keeps_its_address_to_itself(
    error, errcode, tries, cloud, monkeypatch
):
    made = []

    def fail(*args, **kwargs):
        made.append(args)
        raise error

    monkeypatch.setattr(requests.Session, "request", fail)
    with pytest.raises(wxcloud.CloudError) as failed:
        cloud.auth.code2session("081abc")
    assert failed.value.errCode == errcode
    assert len(made) == tries
    assert SECRET not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"<html>502</html>", 200),
        (b'{"is_ok":true}', 502),
        (b'{"is_ok":true}', 302),
        (b"[]", 200),
        (b"null", 200),
        (b"\xff\xfe", 200),
        (b"[" * 100_000, 200),
        ('{"is_ok":true}'.encode("utf-16"), 200),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_answer_that_is_no_json_object_is_a_clear_error(body, status, cloud, wechat):
    wechat.answers(VERIFY, wechat.Reply(body, status=status))
    with pytest.raises(wxcloud.CloudError, match=f"got HTTP {status} with {len(body)} bytes") as failed:
        verify(cloud)
    assert failed.value.errCode == -604103
    assert len(wechat.sent(VERIFY)) == 1


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/html; charset=gbk", "application/json; encoding=utf-8", ""]
)
def test_json_is_utf8_whatever_its_label_says(content_type, cloud, wechat):
    body = '{"errcode":40097,"errmsg":"参数错误"}'.encode()
    wechat.answers(VERIFY, wechat.Reply(body, content_type=content_type))
    with pytest.raises(wxcloud.CloudError, match="参数错误"):
        verify(cloud)


def test_a_redirect_is_not_followed(cloud, wechat):
    wechat.answers(VERIFY, wechat.Reply(b"", status=307, location=f"{wechat.address}/elsewhere"), {"is_ok": True})
    wechat.answers("/elsewhere", {"is_ok": True})
    with pytest.raises(wxcloud.CloudError, match="HTTP 307"):
        verify(cloud)
    assert wechat.sent("/elsewhere") == []


def test_an_api_without_an_https_form_is_not_found(cloud, wechat):
    with pytest.raises(wxcloud.CloudError) as failed:
        cloud.of({}).openapi.security.msgSecCheck(content="x")
    assert failed.value.errCode == -604100
    assert failed.value.errMsg.startswith("openapi.security.msgSecCheck:fail -604100 API not found. ")
    assert wechat.requests == []


CODE, TOKEN, KEY = "c0de", "t0ken", "k3y=="


def troubles(wechat):
    """What WeChat may do to a call: a script for an endpoint, and the settings that go with it."""
    quoting = wechat.Reply(f'{{"session_key":"{KEY}","access_token":"{TOKEN}"'.encode())
    return {
        "no connection": ({}, {"WX_API_BASE": f"http://127.0.0.1:{free_port()}"}),
        "no answer": (wechat.never(), {"WX_READ_TIMEOUT": "0.05"}),
        "hang-up": (wechat.Reply(None), {}),
        "broken JSON": (quoting, {}),
        "refusal": ({"errcode": 40125, "errmsg": "invalid appsecret"}, {}),
        "nonsense": ({"session_key": KEY, "access_token": TOKEN, "openid": 7, "is_ok": 7}, {}),
    }


@pytest.mark.parametrize("trouble", ["no connection", "no answer", "hang-up", "broken JSON", "refusal", "nonsense"])
@pytest.mark.parametrize("path", [CODE2SESSION, STABLE, VERIFY])
def test_no_secret_reaches_an_error_or_a_log(trouble, path, environ, wechat, caplog):
    caplog.set_level(logging.DEBUG)  # as SCF's bootstrap sets it, with urllib3 saying every address
    script, variables = troubles(wechat)[trouble]
    wechat.answers(CODE2SESSION, {"session_key": KEY, "openid": "o1"})
    wechat.answers(STABLE, {"access_token": TOKEN, "expires_in": 7200})
    wechat.answers(path, script)
    cloud = wxcloud.init({**environ, **variables}, sleep=lambda _: None)

    said = [repr(cloud), repr(cloud.of({})), repr(cloud.of({}).openapi), repr(cloud.auth), repr(cloud.sessions)]
    for call in (lambda: repr(cloud.auth.code2session(CODE)), lambda: verify(cloud)["errMsg"]):
        try:
            said.append(call())
        except wxcloud.CloudError as error:
            said += [repr(error), *traceback.format_exception(error)]

    everything = "\n".join([*said, caplog.text])
    assert "urllib3.connectionpool" in caplog.text
    assert not [secret for secret in (SECRET, CODE, TOKEN, KEY) if secret in everything]
