import gzip
import socket
import threading
import time
import traceback
from contextlib import contextmanager, suppress

import pytest
import requests

import wxcloud

SECRET = "0123456789abcdef0123456789abcdef"
CODE2SESSION, STABLE, VERIFY = "/sns/jscode2session", "/cgi-bin/stable_token", "/cgi-bin/soter/verify_signature"
BUSY = {"errcode": -1, "errmsg": "system error"}


def verify(cloud):
    return cloud.of({}).openapi.soter.verifySignature(openid="o1", jsonString="{}", jsonSignature="")


def test_a_busy_token_endpoint_is_asked_again_too(cloud, wechat):
    wechat.answers(STABLE, BUSY, {"access_token": "a", "expires_in": 7200})
    assert verify(cloud)["isOk"] is True


def test_a_refused_connection_is_tried_three_times_even_for_a_code(environ, clock, unused_port):
    cloud = wxcloud.init({**environ, "WX_API_BASE": f"http://127.0.0.1:{unused_port()}"}, sleep=clock.pauses.append)
    with pytest.raises(wxcloud.CloudError) as failed:
        cloud.auth.code2session("081abc")
    assert failed.value.errCode == -601003
    assert len(clock.pauses) == 2


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


@contextmanager
def answering(parts, *, every=0.0):
    """The address of a server that sends these parts, one after the other, to whoever asks it."""
    done = threading.Event()

    def serve():
        asking, _ = listener.accept()
        with asking, suppress(OSError):
            asking.recv(65536)
            for part in parts:
                asking.sendall(part)
                if done.wait(every):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join()


def dripping(text):
    return [text[place : place + 1] for place in range(len(text))]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [dripping(HEAD.replace(b" OK", b" " + b"O" * 400)), [HEAD, *dripping(b" " * 400)]],
    ids=["the head", "the body"],
)
def test_an_answer_that_comes_byte_by_byte_ends_at_its_timeout(parts, environ):
    with answering(parts, every=0.1) as address:
        cloud = wxcloud.init({**environ, "WX_API_BASE": address, "WX_READ_TIMEOUT": "0.5"}, sleep=lambda _: None)
        began = time.monotonic()
        with pytest.raises(wxcloud.CloudError, match="did not answer in time") as failed:
            cloud.auth.code2session("081abc")
        assert failed.value.errCode == -501002
        assert time.monotonic() - began < 20  # 40 seconds are what dripping takes


LARGE = 80 * 1024 * 1024
BOMB = gzip.compress(bytes(LARGE), 1)


@pytest.mark.parametrize(
    ("head", "parts", "why"),
    [
        (b"Content-Length: %d" % LARGE, [bytes(1024 * 1024)] * 80, "at most 33554432 bytes"),
        (b"Content-Encoding: gzip\r\nContent-Length: %d" % len(BOMB), [BOMB], "without Content-Encoding, got 'gzip'"),
    ],
    ids=["plain", "compressed"],
)
def test_an_answer_that_is_too_large_is_not_kept(head, parts, why, environ):
    with answering([b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n", *parts]) as address:
        cloud = wxcloud.init({**environ, "WX_API_BASE": address})
        with pytest.raises(wxcloud.CloudError, match=why) as failed:
            cloud.auth.code2session("081abc")
        assert failed.value.errCode == -604103


def test_an_api_without_an_https_form_is_not_found(cloud, wechat):
    with pytest.raises(wxcloud.CloudError) as failed:
        cloud.of({}).openapi.security.msgSecCheck(content="x")
    assert failed.value.errCode == -604100
    assert failed.value.errMsg.startswith("openapi.security.msgSecCheck:fail -604100 API not found. ")
    assert wechat.requests == []
