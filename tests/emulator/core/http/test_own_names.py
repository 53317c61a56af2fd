"""A page whose own name was made to lead here (DNS rebinding) must not reach the emulator by it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.http.access import LOOPBACK_ONLY, Access

OPTION = "--allow-host"
LAN = "192.0.2.7"


def under(http, host, method="GET", path="/healthz", **sent):
    return http.open(path, method=method, base_url=f"http://{host}", **sent)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8686", "LOCALHOST.", "app.localhost", "127.0.0.1:1", "127.1.2.3", "[::1]:8686"]
)
def test_loopback_s_names_are_its_own(host):
    assert LOOPBACK_ONLY.answers_to(host)


@pytest.mark.parametrize("host", ["api.weixin.qq.com", "env-demo.ap-shanghai.tcb-api.tencentcloudapi.com:443"])
def test_names_that_it_stands_in_for_are_its_own(host):
    assert LOOPBACK_ONLY.answers_to(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8686",
        "localhost.evil.example",
        "evil-localhost",
        "127.0.0.1.evil.example",
        "api.weixin.qq.com.evil.example",
        LAN,
        "[2001:db8::1]",
        "0.0.0.0",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost:8686:8686",
        "localhost/",
        "",
    ],
)
def test_any_other_name_is_not(host):
    assert not LOOPBACK_ONLY.answers_to(host)


@given(st.text(max_size=60))
def test_no_text_is_its_name_by_accident_and_none_is_a_fault(text):
    assert LOOPBACK_ONLY.answers_to(text) in (True, False)
    assert not LOOPBACK_ONLY.answers_to(f"{text}.evil.example")


def test_the_address_that_it_listens_on_is_its_own_and_no_other():
    access = Access(address=LAN)
    assert access.answers_to(f"{LAN}:8686")
    assert not access.answers_to("192.0.2.8")


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_listening_everywhere_every_address_may_be_its_own_but_no_name(address):
    access = Access(address=address)
    assert access.answers_to(LAN)
    assert access.answers_to("[2001:db8::1]:8686")
    assert not access.answers_to("evil.example")


def test_a_name_is_allowed_alone_or_with_all_under_it():
    access = Access(names=("emulator", "*.test"))
    assert access.answers_to("emulator:8686")
    assert access.answers_to("Wxemu.Test")
    assert not access.answers_to("test")
    assert not access.answers_to("emulator.example")


REFUSALS = [
    ("GET", "/emulator/v1/apps", 403, lambda told: told["error"]["message"]),
    ("GET", "/healthz", 403, lambda told: told["error"]["message"]),
    ("GET", "/emulator/v1/nothing-here", 403, lambda told: told["error"]["message"]),
    ("GET", "/phone/v1/phones", 403, lambda told: told["error"]["message"]),
    ("GET", "/openapi.json", 403, lambda told: told["error"]["message"]),
    ("GET", "/requests", 403, lambda told: told["error"]["message"]),
    ("GET", "/sns/jscode2session", 200, lambda told: told["errmsg"]),
    ("GET", "/nothing-here", 200, lambda told: told["errmsg"]),
    ("POST", "/admin", 200, lambda told: told["message"]),
    ("POST", "/web", 200, lambda told: told["message"]),
    ("POST", "/v1/functions/login", 403, lambda told: told["message"]),
    ("POST", "/auth/v1/token", 403, lambda told: told["error_description"]),
    ("POST", "/", 200, lambda told: told["Response"]["Error"]["Message"]),
]


@pytest.mark.parametrize(("method", "path", "status", "message_in"), REFUSALS, ids=[case[1] for case in REFUSALS])
def test_each_face_refuses_a_foreign_name_in_its_own_form(http, method, path, status, message_in):
    answer = under(http, "evil.example", method, path)
    assert answer.status_code == status
    message = message_in(json.loads(answer.data))  # WeChat labels some of its JSON as text
    assert "'evil.example'" in message
    assert OPTION in message


def test_cos_refuses_a_foreign_name_in_xml(http):
    answer = under(http, "evil.example", path="/?uploads")
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text
    assert OPTION in answer.text


def test_under_a_foreign_name_nothing_is_done(http, tenant):
    phones = http.get("/phone/v1/phones").json
    under(http, "evil.example", "POST", "/phone/v1/phones", json={"appid": tenant.appid, "profile": "none"})
    token = under(http, "evil.example", path="/cgi-bin/token", query_string={"appid": tenant.appid})
    assert http.get("/phone/v1/phones").json == phones
    assert token.json["errcode"] == 40066


def test_a_client_without_a_name_for_us_is_no_browser(http):
    assert http.get("/healthz", environ_overrides={"HTTP_HOST": None}).status_code == 200


def test_a_page_that_the_emulator_serves_may_call_it_by_whatever_name_is_its_own(world, serve):
    http = serve(world, access=Access(names=("emulator.test",)))
    answer = under(http, "emulator.test:8686", path="/phone/v1/phones", headers={"Origin": "http://emulator.test:8686"})
    assert answer.status_code == 200


def test_a_page_of_another_port_of_that_name_may_not(world, serve):
    http = serve(world, access=Access(names=("emulator.test",)))
    answer = under(http, "emulator.test:8686", path="/phone/v1/phones", headers={"Origin": "http://emulator.test:80"})
    assert answer.status_code == 403
