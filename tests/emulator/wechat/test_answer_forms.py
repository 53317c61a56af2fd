"""The forms that all answers share: status, labels, the text's suffix, and success without errcode."""

import json
import re

import pytest

PATHS = [
    "/cgi-bin/token",
    "/cgi-bin/stable_token",
    "/sns/jscode2session",
    "/wxa/checksession",
    "/wxa/resetusersessionkey",
    "/cgi-bin/soter/verify_signature",
    "/cgi-bin/openapi/rid/get",
]
ELSEWHERE = [path for path in PATHS if not path.startswith("/sns/")]
RID = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"


@pytest.mark.parametrize("path", ELSEWHERE)
def test_answers_are_labelled_as_json_in_wechats_own_spelling(http, path):
    assert http.get(path).headers["Content-Type"] == "application/json; encoding=utf-8"


def test_answers_under_sns_are_labelled_as_plain_text_and_are_json(http):
    response = http.get("/sns/jscode2session")
    assert response.headers["Content-Type"] == "text/plain"
    assert json.loads(response.data)["errcode"] == 41002


@pytest.mark.parametrize("path", PATHS)
def test_a_rid_begins_with_the_time_of_the_call(http, clock, path):
    clock.freeze(1_723_456_789.9)
    errmsg = json.loads(http.delete(path).data)["errmsg"]
    assert int(re.search(RID, errmsg)[0][:8], 16) == 1_723_456_789


def test_no_two_rids_are_alike(wechat):
    assert len({wechat.get("/cgi-bin/token").rid for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("suffix", "sns_form", "form"),
    [
        ("rid", rf"missing code, rid: {RID}", rf"access_token missing rid: {RID}"),
        ("hint", r"missing code, hints: \[ req_id: \w+ \]", r"access_token missing hint: \[\w+\]"),
        (
            "both",
            rf"missing code, hints: \[ req_id: \w+ \] rid: {RID}",
            rf"access_token missing hint: \[\w+\] rid: {RID}",
        ),
    ],
)
def test_the_suffix_of_a_text_has_the_form_of_its_family_and_setting(wechat, control, suffix, sns_form, form):
    control.set(errmsg_suffix=suffix)
    sns = wechat.get("/sns/jscode2session", **wechat.credentials)
    assert re.fullmatch(sns_form, sns["errmsg"])
    assert re.fullmatch(form, wechat.get("/wxa/checksession")["errmsg"])


@pytest.mark.parametrize("path", ["/cgi-bin", "/cgi-bin/token/", "/cgi-bin//token", "/wxa/nope"])
def test_an_unknown_path_is_an_invalid_url(wechat, path):
    assert wechat.get(path).refusal == (40066, "invalid url")


def test_an_unknown_path_under_sns_has_the_form_of_sns(wechat):
    assert wechat.get("/sns/nope").refusal == (40066, "invalid url")


@pytest.mark.parametrize("kind", ["plain_token", "stable_token"])
def test_a_token_answer_has_exactly_two_members(wechat, kind):
    answered = getattr(wechat, kind)()
    assert set(answered.members) == {"access_token", "expires_in"}
    assert re.fullmatch(r"\d\d_[A-Za-z0-9_-]{133}", answered["access_token"])
    assert answered["expires_in"] == 7200


def test_a_session_answer_has_no_errcode(wechat, new_phone):
    answered = wechat.code_to_session(new_phone(openid="oBob").login())
    assert set(answered.members) == {"session_key", "openid"}
    assert answered["openid"] == "oBob"
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}==", answered["session_key"])


def test_a_session_answer_has_a_unionid_where_there_is_one(wechat, new_phone):
    answered = wechat.code_to_session(new_phone(openid="oAlice").login())
    assert set(answered.members) == {"session_key", "openid", "unionid"}
    assert answered["unionid"] == "uAlice"


def test_checksession_answers_ok_and_nothing_else(wechat):
    assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").members == {"errcode": 0, "errmsg": "ok"}


def test_resetusersessionkey_answers_ok_the_openid_and_a_key(wechat):
    answered = wechat.reset_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==")
    assert {**answered.members, "session_key": "..."} == {
        "errcode": 0,
        "errmsg": "ok",
        "openid": "oAlice",
        "session_key": "...",
    }
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}==", answered["session_key"])
