import pytest

import wxcloud


def test_it_is_that_of_wx_server_sdk(invocation):
    assert invocation().getWXContext() == {
        "APPID": "wx1234567890abcdef",
        "OPENID": "oUser",
        "CLIENTIP": "1.2.3.4",
        "ENV": "env-demo",
        "SOURCE": "wx_client",
    }


def test_a_unionid_is_there_if_the_user_has_one(invocation, granted):
    assert invocation(context=granted(WX_UNIONID="oUnion")).getWXContext()["UNIONID"] == "oUnion"


def test_tokens_are_left_out_even_if_listed(invocation, granted):
    tokens = {"WX_API_TOKEN": "t0ken", "WX_TRIGGER_API_TOKEN_V0": "t0ken", "WX_CLOUDBASE_ACCESSTOKEN": "t0ken"}
    told = invocation(context=granted(**tokens, WX_CONTEXT_KEYS=",".join([*tokens, "WX_OPENID"]))).getWXContext()
    assert told == {"OPENID": "oUser", "ENV": "env-demo", "SOURCE": "wx_client"}


def test_only_what_is_listed_is_told(invocation, granted):
    told = invocation(context=granted(WX_CONTEXT_KEYS="WX_OPENID,,WX_ABSENT,TCB_SEQID,WX_", WX_="odd")).getWXContext()
    assert told == {"OPENID": "oUser", "TCB_SEQID": "seq-1", "WX_": "odd", "ENV": "env-demo", "SOURCE": "wx_client"}


@pytest.mark.parametrize("keys", [None, ""])
def test_a_call_that_did_not_come_through_wechat_has_none(keys, invocation, granted):
    assert invocation(context=granted(WX_CONTEXT_KEYS=keys)).getWXContext() == {}


def test_without_a_source_there_is_none(invocation, granted):
    assert "SOURCE" not in invocation(context=granted(TCB_SOURCE=None)).getWXContext()


@pytest.mark.parametrize(
    ("text", "told"),
    [("42", 42), ("-7", -7), ("4.2", "4.2"), ("٤٢", "٤٢"), ("9" * 15, int("9" * 15)), ("9" * 5000, "9" * 5000)],
    ids=lambda value: str(value)[:8],
)
def test_digits_become_a_number_as_far_as_javascript_can_hold_it(text, told, invocation, granted):
    context = granted(WX_CONTEXT_KEYS="WX_SCENE", WX_SCENE=text)
    assert invocation(context=context).getWXContext()["SCENE"] == told


@pytest.mark.parametrize("name", ["WX_CONTEXT_KEYS", "WX_OPENID", "TCB_SOURCE", "TCB_ENV"])
def test_a_variable_that_is_no_text_is_an_error(name, invocation, granted):
    with pytest.raises(wxcloud.CloudError, match=name) as refused:
        invocation(context=granted(**{name: 7})).getWXContext()
    assert refused.value.errCode == -501006
