"""POST /cgi-bin/openapi/rid/get: what happened in the call that a rid names."""

import json
from urllib.parse import parse_qs

import pytest

from wxemu.wechat import sessions

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
NOON = 1_700_000_000
WEEK = 7 * 24 * 3600


@pytest.fixture
def failed(wechat):
    """A verification that went wrong."""
    return wechat.verify("oNobody", "{}", "AAAA")


def test_it_explains_a_failed_call(wechat, failed):
    answered = wechat.explain(failed.rid)
    request = answered["request"]
    assert {**answered.members, "request": "..."} == {"errcode": 0, "errmsg": "ok", "request": "..."}
    assert set(request) == {"invoke_time", "cost_in_ms", "request_url", "request_body", "response_body", "client_ip"}
    assert request["invoke_time"] == NOON
    assert isinstance(request["cost_in_ms"], int)
    assert json.loads(request["request_body"])["openid"] == "oNobody"
    assert json.loads(request["response_body"]) == failed.members
    assert request["client_ip"] == "127.0.0.1"


def test_credentials_are_struck_out(wechat):
    token = wechat.access_token
    failed = wechat.check_session("oAlice", "another key", access_token=token)
    asked = parse_qs(wechat.explain(failed.rid)["request"]["request_url"])
    assert asked["access_token"] == ["***"]
    assert asked["signature"] == [sessions.signature_of("another key")]


def test_a_secret_in_a_body_is_struck_out(wechat):
    wrong = "fedcba9876543210fedcba9876543210"
    failed = wechat.stable_token(secret=wrong)
    assert wrong not in json.dumps(wechat.explain(failed.rid).members)


def test_a_call_that_fetches_a_token_belongs_to_the_app_it_names(wechat):
    for failed in (wechat.plain_token(secret="f" * 32), wechat.stable_token(secret="f" * 32)):
        assert wechat.explain(failed.rid).is_success


def test_a_call_with_an_ended_token_still_belongs_to_the_app_it_was_issued_to(wechat, clock):
    ended = wechat.access_token
    clock.advance(7201)
    refused = wechat.check_session("oAlice", KEY, access_token=ended)
    assert refused.errcode == 42001
    assert wechat.explain(refused.rid).is_success


@pytest.mark.parametrize(
    "rid", ["0", "6553f100-00000000", "6553F100-00000000-00000000", "6553f100-00000000-0000000 ", " "]
)
def test_a_rid_in_another_form_is_an_error(wechat, rid):
    assert wechat.explain(rid).refusal == (76002, "rid is error")


@pytest.mark.parametrize("members", [{}, {"rid": ""}, {"rid": 5}, {"rid": None}, {"rid": ["6553f100"]}])
def test_no_rid_is_an_error(wechat, members):
    answered = wechat.post("/cgi-bin/openapi/rid/get", members, access_token=wechat.access_token)
    assert answered.refusal == (76002, "rid is error")


def test_a_rid_that_was_never_given_is_not_found(wechat):
    assert wechat.explain("6553f100-00000000-00000000").refusal == (76001, "rid not found")


def test_a_rid_of_another_app_may_not_be_queried(other_wechat, failed):
    assert other_wechat.explain(failed.rid).refusal == (76003, "could not query this rid,no permission")


def test_a_rid_is_kept_for_seven_days(wechat, failed, clock):
    clock.advance(WEEK)
    assert wechat.explain(failed.rid).is_success
    clock.advance(1)
    assert wechat.explain(failed.rid).refusal == (76004, "rid expired")


def test_a_rid_of_sns_cannot_be_queried(wechat):
    failed = wechat.code_to_session("no code")
    assert wechat.explain(failed.rid).refusal == (76022, "could not use this cgi_path,no permission")


def test_what_a_phone_did_has_no_rid_of_wechats(wechat, control, new_phone):
    new_phone().login()
    [kept] = [exchange for exchange in control.exchanges if exchange["face"] == "phone"]
    assert wechat.explain(kept["rid"]).refusal == (76001, "rid not found")
