import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxcloud.caller import Caller
from wxcloud.context import Context
from wxcloud.errors import InvalidContext


def caller_of(context):
    return Caller.of(Context.of(context))


def context(**variables):
    return {"environment": json.dumps(variables)}


def test_a_mini_programs_caller_is_read_whole():
    caller = caller_of(context(WX_APPID="wx1", WX_OPENID="o1", WX_UNIONID="u1", TCB_SOURCE="wx_client"))
    assert caller == Caller(appid="wx1", openid="o1", unionid="u1", source="wx_client", is_user=True)
    assert caller.is_mini_program
    assert not caller.is_server


def test_environment_is_preferred_to_environ():
    assert caller_of({**context(WX_OPENID="new"), "environ": "WX_OPENID=old"}).openid == "new"


@pytest.mark.parametrize("absent", [{}, {"environment": None}, {"environment": ""}])
def test_environ_serves_where_there_is_no_environment(absent):
    assert caller_of({**absent, "environ": "TZ=Asia/Shanghai;WX_OPENID=o1;"}).openid == "o1"


@given(st.text(st.characters(exclude_characters=";", codec="utf-8"), min_size=1))
def test_a_value_in_environ_may_hold_anything_but_a_semicolon(value):
    assert caller_of({"environ": f"A=b==;WX_OPENID={value};TCB_ENV=e"}).openid == value


@given(st.text(), st.text())
def test_both_forms_say_the_same(openid, source):
    variables = {"WX_OPENID": openid.replace(";", ""), "TCB_SOURCE": source.replace(";", "")}
    environ = ";".join(f"{name}={value}" for name, value in variables.items())
    assert caller_of(context(**variables)) == caller_of({"environ": environ})


@pytest.mark.parametrize("nothing", [{}, {"environ": ""}, {"environment": "{}"}, context(WX_APPID="wx1", WX_OPENID="")])
def test_a_call_without_a_user_comes_from_a_server(nothing):
    caller = caller_of(nothing)
    assert caller.is_server
    assert not caller.is_mini_program


@pytest.mark.parametrize(
    "mark",
    [
        "WX_UNIONID",
        "QQ_OPENID",
        "TCB_UUID",
        "TCB_CUSTOM_USER_ID",
        "TCB_ISANONYMOUS_USER",
        "TCB_HTTP_CONTEXT",
        "LOGINTYPE",
    ],
)
def test_any_trace_of_an_end_user_makes_it_no_servers_call(mark):
    caller = caller_of(context(**{mark: "true"}))
    assert not caller.is_server
    assert not caller.is_mini_program


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        [],
        "WX_OPENID=o1",
        {"environment": "not json"},
        {"environment": '["WX_OPENID"]'},
        {"environment": "null"},
        {"environment": '{"WX_OPENID": 7}'},
        {"environment": "[" * 100_000},
        {"environment": {"WX_OPENID": "o1"}},
        {"environ": {"WX_OPENID": "o1"}},
        {"environ": "WX_OPENID"},
        {"environ": "=o1"},
    ],
    ids=lambda context: str(context)[:30],
)
def test_a_context_that_cannot_be_read_is_nobodys(malformed):
    with pytest.raises(InvalidContext, match="context") as refused:
        caller_of(malformed)
    assert refused.value.errCode == -501006


@given(st.one_of(st.text(), st.builds(json.dumps, st.dictionaries(st.text(), st.text() | st.integers()))))
def test_any_text_is_read_or_refused(text):
    for name in ("environment", "environ"):
        with contextlib.suppress(InvalidContext):
            assert isinstance(caller_of({name: text}), Caller)
