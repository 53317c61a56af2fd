import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wxcloud
from wxcloud.errors import WeChatError
from wxcloud.openapi import OpenApi


class Recorded:
    """A Transport that keeps its calls and gives one answer."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = []

    def call(self, api, request):
        self.calls.append((api, request))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_any_path_is_an_api_name():
    transport = Recorded({})
    assert OpenApi(transport).a.bC.d()["errMsg"] == "openapi.a.bC.d:ok"
    assert transport.calls == [("a.bC.d", {})]


def test_keys_become_snake_case_at_every_depth_and_values_stay_as_they_are():
    transport = Recorded({})
    OpenApi(transport).x(jsonString='{"fooBar":1}', aList=[{"innerKey": "someValue"}], aDict={"twoWords": ["aB"]})
    assert transport.calls[0][1] == {
        "json_string": '{"fooBar":1}',
        "a_list": [{"inner_key": "someValue"}],
        "a_dict": {"two_words": ["aB"]},
    }


def test_an_answer_becomes_camel_case_with_the_sdks_own_errcode_and_errmsg():
    answer = OpenApi(Recorded({"is_ok": True, "key_info_list": [{"expire_in": "as_it_is"}], "_id": 1})).soter.verify()
    assert answer == {
        "isOk": True,
        "keyInfoList": [{"expireIn": "as_it_is"}],
        "_id": 1,
        "errMsg": "openapi.soter.verify:ok",
        "errCode": 0,
    }


def test_a_refusal_is_raised_with_the_apis_name():
    with pytest.raises(wxcloud.CloudError) as refused:
        OpenApi(Recorded(WeChatError(48001, "api unauthorized"))).soter.verify()
    assert refused.value.errCode == 48001
    assert refused.value.errMsg == "openapi.soter.verify:fail api unauthorized"
    assert str(refused.value) == "errCode: 48001 | errMsg: openapi.soter.verify:fail api unauthorized"


def test_an_error_keeps_the_first_name_it_was_given():
    error = WeChatError(1, "no").failing("openapi.a").failing("b")
    assert error.errMsg == "openapi.a:fail no"


@given(st.from_regex(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*", fullmatch=True), st.text())
def test_a_name_comes_back_from_camel_case_as_it_was(name, value):
    camel = next(iter(OpenApi(Recorded({name: value}))()))
    transport = Recorded({})
    OpenApi(transport).x(**{camel: value})
    assert transport.calls[0][1] == {name: value}


def test_private_names_are_no_apis():
    openapi = OpenApi(Recorded({}))
    assert not hasattr(openapi, "__wrapped__")
    assert isinstance(copy.copy(openapi).soter, OpenApi)
