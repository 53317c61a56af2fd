"""Where the outcome of a question is in its answer."""

from __future__ import annotations

import time

import pytest

from wxemu.conformance.look import Answer, outcome, shape

RID = "6553f100-0a1b2c3d-4e5f6071"
NESTED = {"Response": {"Result": {"RetMsg": '{"keys": ["a", "b"], "none": [], "is": true}'}}}


def refusal(errmsg):
    return {"errcode": 40029, "errmsg": errmsg}


@pytest.mark.parametrize(
    ("look", "members", "expected"),
    [
        ("errcode", refusal("invalid code"), "40029"),
        ("errcode", {"access_token": "x"}, "ok"),
        ("errcode", {"errcode": 0, "errmsg": "ok"}, "ok"),
        ("errcode", {"code": "SIGN_PARAM_INVALID", "message": "x"}, "SIGN_PARAM_INVALID"),
        ("errcode", {"data": {"responseData": '{"errcode": -604104}'}}, "-604104"),
        ("errcode", {"Response": {"Error": {"Code": "InvalidAction", "Message": "x"}}}, "InvalidAction"),
        ("refusal", refusal(f"invalid code, rid: {RID}"), "40029 invalid code"),
        ("refusal", refusal(f"invalid ip, not in whitelist rid: {RID}"), "40029 invalid ip, not in whitelist"),
        ("refusal", refusal("invalid code, hints: [ req_id: Zb1a9 ]"), "40029 invalid code"),
        ("suffix", refusal(f"invalid code, rid: {RID}"), ", rid: *"),
        ("suffix", refusal(f"invalid code rid: {RID}"), " rid: *"),
        ("suffix", refusal("invalid code hint: [GgiBFl4FE-yvycxa]"), " hint: [*]"),
        ("suffix", refusal(f"invalid code hint: [ObXGya044516-0] rid: {RID}"), " hint: [*] rid: *"),
        ("suffix", refusal("invalid code, hints: [ req_id: Zb1a9 ]"), ", hints: [ req_id: * ]"),
        ("suffix", refusal("invalid code"), "none"),
        ("rid-time", refusal(f"x rid: {RID}"), "another time"),
        ("rid-time", refusal("x"), "no rid"),
        ("members", {"b": 1, "a": 2}, "a,b"),
        ("members request", {"request": {"b": 1, "a": 2}}, "a,b"),
        ("members request", {}, "absent"),
        ("member is_ok", {"is_ok": False}, "false"),
        ("member is_ok", {}, "absent"),
        ("member Response.Result.RetMsg.keys", NESTED, "a,b"),
        ("member Response.Result.RetMsg.none", NESTED, "empty"),
        ("member Response.Result.RetMsg.is", NESTED, "true"),
        ("member Response.Result.RetMsg.is.more", NESTED, "absent"),
        ("member text.more", {"text": "no JSON"}, "absent"),
        (r"form openid o[\w-]{3}", {"openid": "oabc"}, "as expected"),
        (r"form openid o[\w-]{3}", {"openid": "oabcd"}, "another form"),
        ("same key session_key", {"key": "k"}, "the same"),
        ("same key session_key", {"key": "other"}, "another"),
        ("content-type", {}, "text/plain"),
        ("member text", {"text": "x" * 300}, "x" * 200 + "..."),
    ],
)
def test_an_outcome_is_where_the_question_looks(look, members, expected):
    assert outcome(look, Answer(members, "text/plain"), {"session_key": "k"}) == expected


def test_a_rid_of_now_is_told_from_one_of_another_time():
    rid = f"{int(time.time()):08x}-0a1b2c3d-4e5f6071"
    assert outcome("rid-time", Answer(refusal(f"x rid: {rid}"), "text/plain"), {}) == "now"


def test_a_report_shows_no_values_but_those_of_a_refusal():
    answer = {"errcode": 87009, "errmsg": "invalid signature", "key_info_list": [], "openid": "o1", "expires_in": 7200}
    nested = {"Response": {"Error": {"Code": "InvalidAction"}, "Functions": [{"FunctionName": "mine"}, {}]}, "is": True}

    assert shape(answer) == {**answer, "openid": "str", "expires_in": "int"}
    assert shape(nested) == {
        "Response": {"Error": {"Code": "InvalidAction"}, "Functions": [{"FunctionName": "str"}]},
        "is": True,
    }
