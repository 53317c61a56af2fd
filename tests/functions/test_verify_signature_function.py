import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

PATH = "/cgi-bin/soter/verify_signature"
SIGNED = {"jsonString": r'{"raw":"a\/b","counter":1}', "jsonSignature": "c2ln+/=="}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=8,
)
json_texts = st.builds(
    lambda value, ascii_only, indent, slash: json.dumps(value, ensure_ascii=ascii_only, indent=indent).replace(
        "/", slash
    ),
    json_values,
    st.booleans(),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["/", r"\/"]),
)


@pytest.mark.parametrize(
    "reply",
    [
        {"errcode": 0, "errmsg": "ok", "is_ok": True},
        {"is_ok": True},
        {"errcode": 0, "errmsg": "ok", "is_ok": False},
        {"is_ok": False},
    ],
)
def test_every_form_of_wechats_answer_is_understood(reply, deploy, wechat, mini_program):
    wechat.answers(PATH, reply)
    answer = deploy("verifySignature").main(SIGNED, mini_program("oUser"))
    assert answer == {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": reply["is_ok"]}


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"errcode": 0, "errmsg": "ok"},
        {"is_ok": None},
        {"is_ok": 1},
        {"is_ok": 0},
        {"is_ok": "true"},
        {"is_ok": [True]},
    ],
)
def test_an_answer_without_a_boolean_is_ok_is_an_error(reply, deploy, wechat, mini_program):
    wechat.answers(PATH, reply)
    answer = deploy("verifySignature").main(SIGNED, mini_program("oUser"))
    assert answer["errCode"] == -604103
    assert answer["errMsg"].startswith("openapi.soter.verifySignature:fail ")
    assert "isOk" not in answer


def test_an_errcode_beats_an_is_ok_beside_it(deploy, wechat, mini_program):
    wechat.answers(PATH, {"errcode": 48001, "errmsg": "api unauthorized rid: 6-6-6", "is_ok": True})
    answer = deploy("verifySignature").main(SIGNED, mini_program("oUser"))
    assert answer == {"errCode": 48001, "errMsg": "openapi.soter.verifySignature:fail api unauthorized rid: 6-6-6"}


@given(json_string=json_texts | st.text(st.characters()), json_signature=st.text(st.characters()))
@example(json_string='{"raw":"\ud800 alone"}', json_signature="\udfff")
@example(json_string='{ "raw" : "a\\/b" }\n', json_signature="c2ln+/==\r\n")
def test_any_text_travels_verbatim(json_string, json_signature, deploy, wechat, mini_program):
    main = deploy("verifySignature").main
    assert main({"jsonString": json_string, "jsonSignature": json_signature}, mini_program("oUser"))["isOk"] is True
    sent = wechat.sent(PATH)[-1]
    assert sent.json == {"openid": "oUser", "json_string": json_string, "json_signature": json_signature}


def test_the_request_has_wechats_form(deploy, wechat, mini_program):
    deploy("verifySignature").main({**SIGNED, "jsonString": '{"raw":"订单"}'}, mini_program("oUser"))
    (sent,) = wechat.sent(PATH)
    assert sent.method == "POST"
    assert sent.query == {"access_token": "token-0"}
    assert sent.headers["Content-Type"] == "application/json"
    assert "订单".encode() in sent.body  # as JSON.stringify writes it, not as \uXXXX


@pytest.mark.parametrize("name", ["jsonString", "jsonSignature"])
@pytest.mark.parametrize("value", [None, {"raw": "x"}, ["x"], 1, 1.5, True], ids=str)
def test_anything_but_a_string_is_refused_as_not_verbatim(name, value, deploy, wechat, mini_program):
    answer = deploy("verifySignature").main({**SIGNED, name: value}, mini_program("oUser"))
    assert answer["errCode"] == -501007
    assert answer["errMsg"].startswith(f"openapi.soter.verifySignature:fail -501007 invalid parameters. {name} must")
    assert "verbatim" in answer["errMsg"]
    assert wechat.requests == []


@pytest.mark.parametrize("name", ["jsonString", "jsonSignature"])
def test_a_missing_field_is_named(name, deploy, mini_program):
    event = {key: value for key, value in SIGNED.items() if key != name}
    answer = deploy("verifySignature").main(event, mini_program("oUser"))
    assert answer["errCode"] == -501007
    assert f"{name} must" in answer["errMsg"]


@pytest.mark.parametrize("event", [None, [], "text", 1, True])
def test_an_event_that_is_no_object_is_refused(event, deploy, mini_program):
    answer = deploy("verifySignature").main(event, mini_program("oUser"))
    assert answer["errCode"] == -501007
    assert "event must be an object" in answer["errMsg"]


def test_settings_are_those_of_the_instances_start(deploy, wechat, mini_program, monkeypatch):
    main = deploy("verifySignature").main
    monkeypatch.setenv("WX_APPID", "wxanotherapplication")  # as the runtime leaves an invocation's values there
    monkeypatch.delenv("WX_SECRET")
    main(SIGNED, mini_program("oUser"))
    credential = wechat.sent("/cgi-bin/stable_token")[0].json
    assert credential["appid"] == "wx1234567890abcdef"
    assert credential["secret"] == "0123456789abcdef0123456789abcdef"
