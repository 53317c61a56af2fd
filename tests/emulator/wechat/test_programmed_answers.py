"""A programmed answer, whatever it holds and whatever the request holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.wechat import programmed

PATH = "/wxa/business/getliveinfo"
API = "liveBroadcast.getLiveInfo"
TEXTS = st.text() | st.sampled_from(["${a}", "${", "}", '"', "\\", "\\u0024{a}", "${a} and ${b}", "${a.b.c}", ":"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def ask(wechat, tenant):
    """The answer to a request, once it is programmed."""
    token = wechat.access_token

    def answered(reply, members):
        tenant.faults.clear()
        tenant.faults.next_answer(reply, api=API)
        return wechat.post(PATH, members, access_token=token).members

    return answered


@given(st.dictionaries(TEXTS, VALUES, max_size=4).filter(lambda reply: set(reply) != {"contentType", "buffer"}))
def test_what_the_request_does_not_have_leaves_an_answer_as_it_is(ask, reply):
    assert ask(reply, {}) == reply


@given(st.dictionaries(st.sampled_from("ab"), VALUES, min_size=2), TEXTS.filter(lambda text: "${" not in text))
def test_a_value_stands_where_its_placeholder_stood(ask, members, text):
    answer = ask({"whole": "${a}", "inside": f"{text}${{b}}", "name": {"${a}": 1}}, members)
    shown = members["b"] if isinstance(members["b"], str) else json.dumps(members["b"], ensure_ascii=False)
    alone = members["b"] if text == "" else f"{text}{shown}"
    assert answer == {"whole": members["a"], "inside": alone, "name": {"${a}": 1}}


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": ["\ud800"]}])
def test_a_lone_surrogate_comes_back_as_json_spells_it(ask, value):
    assert ask({"got": "${a}"}, {"a": value}) == {"got": value}


def test_a_value_that_is_nested_very_deeply_breaks_nothing(http, wechat, tenant):
    tenant.faults.answer({"errcode": 0, "got": "${a}"}, api=API)
    token = wechat.access_token
    for depth in range(100, 1000, 25):
        body = f'{{"a": {"[" * depth}{"]" * depth}}}'
        answer = http.post(f"{PATH}?access_token={token}", data=body).text
        assert '"errcode":0' in answer or '"errcode":47001' in answer


@given(st.binary(), st.sampled_from(["image/png", "image/jpeg", "application/octet-stream"]))
def test_bytes_stay_what_they_are(data, content_type):
    content = programmed.content_of(programmed.reply_of(content_type, data))
    assert (content.content_type, content.data) == (content_type, data)


@pytest.mark.parametrize("content_type", ["", "image/png\r\nSet-Cookie: a=b", "图", 5])
def test_a_content_type_that_is_none_is_refused(http, content_type):
    asked = {"api": API, "reply": {"contentType": content_type, "buffer": ""}}
    told = http.post("/emulator/v1/faults", json=asked)
    assert told.status_code == 400
    assert told.json["error"]["message"].startswith("reply: contentType: expected a type such as image/png")
