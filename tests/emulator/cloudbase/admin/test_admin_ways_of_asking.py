"""Calls of the gateway are read without Flask, those of a web page with it: nobody can tell one way from the other."""

import json
import re

import pytest
from node_sdk import message

OF_A_PAGE = "http://localhost"
"""A page of this machine may call."""
ALWAYS_NEW = {"cost_in_ms", "number"}
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}\b|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
SOTER = "soter.verifySignature"
CALLS = {
    "JSON": lambda sdk, given: sdk.request("wx.api", apiName=SOTER, requestData=json.dumps(given)),
    "protobuf": lambda sdk, given: sdk.request("wx.openApi", apiName=SOTER, requestData=message(given)),
    "an openapi that is none": lambda sdk, given: sdk.request("wx.openApi", apiName="a.b", requestData=message(given)),
    "an openapi over HTTPS only": lambda sdk, _: sdk.request("wx.api", apiName="auth.code2Session", requestData="{}"),
    "what WeChat refuses": lambda sdk, _: sdk.request("wx.api", apiName=SOTER, requestData='{"openid": "oNobody"}'),
    "a lone surrogate": lambda sdk, _: sdk.request("wx.api", apiName=SOTER, requestData=r'{"openid": "\ud800"}'),
    "parameters that are no JSON": lambda sdk, _: sdk.request("wx.api", apiName=SOTER, requestData="{"),
    "no message": lambda sdk, _: sdk.request("wx.openApi", apiName=SOTER, requestData=b"\xff"),
    "a text for a message": lambda sdk, _: sdk.request("wx.openApi", apiName=SOTER, requestData="{}"),
    "open data": lambda sdk, _: sdk.request("wx.openApi", requestData=message({}, api_type="SVRKIT_API")),
    "a function": lambda sdk, _: sdk.request("functions.invokeFunction", function_name="ask", request_data='{"一": 1}'),
    "no function": lambda sdk, _: sdk.request("functions.invokeFunction", function_name="nothing"),
    "documents": lambda sdk, _: sdk.request("database.countDocument", collectionName="none", query={}),
    "an action that is none": lambda sdk, _: sdk.request("wx.nothing"),
    "a query that is spelt": lambda sdk, _: sdk.request("wx.nothing", url_query="env=%e4%b8%80&seqId=1+1"),
    "a signature of long ago": lambda sdk, _: sdk.request("wx.api", at=1_600_000_000),
    "no signature": lambda sdk, _: sdk.request("wx.api").but(Authorization=None),
    "another body than was signed": lambda sdk, _: sdk.request("wx.api").but(body=b'{"action": "wx.api", "more": 1}'),
    "no JSON": lambda sdk, _: sdk.request("wx.api").but(body=b"\xff{"),
    "JSON that is no object": lambda sdk, _: sdk.request("wx.api").but(body=b"[]"),
    "a parameter that comes twice": lambda sdk, _: sdk.request("wx.api").but(body=b'{"action": "a", "Action": "b"}'),
    "a form without its boundary": lambda sdk, _: sdk.request("wx.api").but(Content_Type="multipart/form-data"),
    "no type": lambda sdk, _: sdk.request("wx.api").but(Content_Type=None),
}
FAULTS = ({"errcode": -1}, {"errcode": -501003}, {"status": 502}, {"errcode": 45009, "errmsg": "一"})


@pytest.fixture
def ask(sdk, grant, control, verification):
    """Ask both ways, with a genuine confirmation where the request has room for one."""
    sdk.token = grant()

    def send(request):
        answer = sdk.open(request)
        kept = {name: value for name, value in control.exchanges[0].items() if name not in ALWAYS_NEW}
        shown = [answer.data.decode(errors="backslashreplace"), kept]
        return answer.status, [*answer.headers], RID.sub("RID", json.dumps(shown))

    def both(make):
        request = make(sdk, verification)
        return send(request), send(request.but(Origin=OF_A_PAGE))

    return both


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
def test_both_ways_give_the_same_answer_and_keep_the_same_exchange(ask, make):
    plainly, by_flask = ask(make)
    assert plainly == by_flask


@pytest.mark.parametrize("form", ["JSON", "protobuf"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_the_same_both_ways(ask, control, fault, form):
    control.post("faults", api=SOTER, times=2, **fault)
    plainly, by_flask = ask(CALLS[form])
    assert plainly == by_flask
    assert control.get("faults")["faults"] == []
