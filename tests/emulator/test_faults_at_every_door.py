"""One fault of an openapi, met at every door: over HTTPS, in wx-server-sdk's protobuf, and in JSON from Python."""

import json
import re
import threading
from types import SimpleNamespace

import pytest
from node_sdk import message

from wxemu.cloudbase.admin.gateway_errors import OVERLOAD_CODES
from wxemu.cloudbase.admin.openapi_pb2 import CommOpenApiResp
from wxemu.core import faults
from wxemu.state import seed
from wxemu.wechat.errors import CLOUD_CALL_REFUSALS, OVERLOADS

API, VERIFY = "soter.verifySignature", "/cgi-bin/soter/verify_signature"
MISSING = {"errcode": 41009, "errmsg": "missing openid"}  # what a call is answered that meets no fault
SYSTEM_ERROR = {"errcode": -1, "errmsg": "system error"}
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="


class Https:
    def __init__(self, wechat):
        self.http, self.token = wechat.http, wechat.access_token

    def open(self):
        return self.http.post(VERIFY, query_string={"access_token": self.token}, json={})

    def members(self, response):
        return json.loads(response.data)


class Protobuf:
    def __init__(self, sdk, token):
        self.sdk, self.sdk.token = sdk, token

    def open(self):
        return self.sdk.open(self.sdk.request("wx.openApi", apiName=API, requestData=message({})))

    def members(self, response):
        reply = CommOpenApiResp.FromString(response.data)
        return json.loads(reply.resp_data) if reply.resp_data else {"errcode": reply.error_code}


class Json(Protobuf):
    def open(self):
        return self.sdk.open(self.sdk.request("wx.api", apiName=API, requestData="{}"))

    def members(self, response):
        return json.loads(json.loads(response.data)["data"]["responseData"])


@pytest.fixture(params=["HTTPS", "protobuf", "JSON"])
def door(request, wechat, sdk, grant):
    """Where a verification is asked for whose parameters are missing."""
    if request.param == "HTTPS":
        return Https(wechat)
    return {"protobuf": Protobuf, "JSON": Json}[request.param](sdk, grant())


@pytest.fixture
def ask(door):
    """What WeChat answers, without the rid."""

    def answer():
        members = door.members(door.open())
        return {name: re.sub(r" rid: \S+$", "", text) if name == "errmsg" else text for name, text in members.items()}

    return answer


@pytest.fixture
def add(tenant):
    return lambda **effect: tenant.faults.add(api=API, **effect)


@pytest.fixture
def waited(monkeypatch):
    """The seconds that answers have waited, none of which has passed."""
    seconds = []
    monkeypatch.setattr("wxemu.core.faults.time", SimpleNamespace(sleep=seconds.append))
    return seconds


@pytest.mark.parametrize(
    ("errcode", "errmsg"),
    [
        (-1, "system error"),
        (40001, "invalid credential, access_token is invalid or not latest"),
        (40164, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist"),
        (42001, "access_token expired"),
        (45009, "reach max api daily quota limit"),
        (45011, "api minute-quota reach limit, must slower, retry next minute"),
        (48001, "api unauthorized"),
    ],
)
def test_an_errcode_is_told_in_wechats_words(add, ask, errcode, errmsg):
    add(errcode=errcode)
    told = ask()
    assert (told["errcode"], told["errmsg"].partition(", could get")[0]) == (errcode, errmsg)


@pytest.mark.parametrize(
    ("effect", "answered"),
    [
        ({"errcode": 99999, "errmsg": "日本 unheard of"}, {"errcode": 99999, "errmsg": "日本 unheard of"}),
        ({"reply": {"errcode": 0, "第": 1, "b": None, "a": [{}]}}, {"errcode": 0, "第": 1, "b": None, "a": [{}]}),
        ({"reply": {"z": 1, "is_ok": True, "a": ["支"]}}, {"z": 1, "is_ok": True, "a": ["支"]}),
    ],
)
def test_an_answer_of_ones_own_comes_through_in_its_order(add, ask, effect, answered):
    add(**effect)
    told = ask()
    assert (told, list(told)) == (answered, list(answered))


@pytest.mark.parametrize(
    ("effect", "status", "text"),
    [
        ({"status": 502}, 502, "502 BAD GATEWAY"),
        ({"status": 503, "body": "gone"}, 503, "gone"),
        ({"status": 200, "body": "请登录 <html>"}, 200, "请登录 <html>"),
    ],
)
def test_a_proxy_answers_in_wechats_place(add, door, effect, status, text):
    add(**effect)
    answered = door.open()
    assert (answered.status_code, answered.content_type) == (status, "text/html")
    assert text in answered.text


def test_a_cut_connection_has_no_answer(add, door, ask):
    add(abort=True, times=1)
    with pytest.raises(ConnectionAbortedError):
        door.open()
    assert ask() == MISSING


@pytest.mark.parametrize(
    ("effect", "answered"),
    [({}, MISSING), ({"errcode": -1}, SYSTEM_ERROR), ({"reply": {"errcode": -1}}, {"errcode": -1})],
)
def test_a_latency_passes_before_the_answer_whatever_that_is(add, ask, waited, effect, answered):
    add(latency_ms=80, times=1, **effect)
    assert (ask(), waited) == (answered, [0.08])


@pytest.mark.parametrize("door", ["protobuf", "JSON"], indirect=True)
@pytest.mark.parametrize("code", CLOUD_CALL_REFUSALS)
def test_the_gateways_refusal_stands_where_its_own_would(add, door, ask, control, code):
    fault = add(errcode=code, times=2)
    text = {} if type(door) is Protobuf else {"errmsg": CLOUD_CALL_REFUSALS[code]}  # protobuf has the number alone
    assert [ask() for _ in range(3)] == [{"errcode": code, **text}] * 2 + [MISSING]
    assert control.exchanges[1]["remark"] == f"fault {fault.number}"


@pytest.mark.parametrize("door", ["protobuf", "JSON"], indirect=True)
@pytest.mark.parametrize("code", OVERLOADS)
def test_a_gateway_that_cannot_serve_says_so_in_its_own_form(add, door, code):
    assert OVERLOAD_CODES.keys() == OVERLOADS.keys()
    add(errcode=code)
    answered = door.open()
    assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
    told = json.loads(answered.data)
    assert (told["code"], told["message"]) == (OVERLOAD_CODES[code], OVERLOADS[code])
    assert told["requestId"]


@pytest.mark.parametrize("door", ["HTTPS"], indirect=True)
def test_a_gateways_refusal_is_met_by_cloud_calls_only(add, ask):
    add(errcode=-604101)
    assert ask() == MISSING


class TestWhoMeetsIt:
    def test_so_many_calls_do_and_then_it_is_gone(self, add, ask, tenant):
        add(errcode=-1, times=2)
        assert ask() == SYSTEM_ERROR
        (left,) = tenant.faults.waiting()
        assert (left.hits, left.times) == (1, 1)
        assert [ask() for _ in range(2)] == [SYSTEM_ERROR, MISSING]
        assert tenant.faults.waiting() == []

    def test_without_a_number_every_call_does_and_is_counted(self, add, ask, tenant):
        add(errcode=-1)
        assert [ask() for _ in range(3)] == [SYSTEM_ERROR] * 3
        (kept,) = tenant.faults.waiting()
        assert (kept.hits, kept.times) == (3, None)

    def test_only_calls_of_its_openapi_and_app_do(self, tenant, other_tenant, ask):
        tenant.faults.add(api="auth.resetUserSessionKey", errcode=-1)
        other_tenant.faults.add(api=API, errcode=-1)
        assert ask() == MISSING

    def test_of_several_the_oldest_that_fits_is_met(self, add, ask, tenant, door):
        tenant.faults.add(api="auth.resetUserSessionKey", errcode=48001)
        tenant.faults.add(api="*", errcode=45009)
        add(errcode=-1)
        assert ask()["errcode"] == 45009

    def test_programmed_answers_come_one_a_call_in_their_order(self, tenant, add, ask):
        for number in (1, 2):
            tenant.faults.next_answer({"errcode": 0, "number": number}, api=API)
        add(errcode=-1, times=1)
        assert [ask() for _ in range(4)] == [*({"errcode": 0, "number": n} for n in (1, 2)), SYSTEM_ERROR, MISSING]

    def test_a_probability_is_that_of_each_call(self, add, ask):
        add(errcode=-1, probability=0.5)
        assert {ask()["errcode"] for _ in range(60)} == {-1, 41009}

    def test_a_call_that_a_probability_spares_may_meet_the_next_fault(self, add, ask):
        add(errcode=45009, probability=1e-12)
        add(errcode=-1)
        assert ask() == SYSTEM_ERROR

    def test_a_refused_token_does_not(self, add, door, ask, tenant):
        add(errcode=-1, times=1)
        good, refused = (door.token, 40001) if isinstance(door, Https) else (door.sdk.token, -604104)
        holder = door if isinstance(door, Https) else door.sdk
        holder.token = f"10_{'x' * 133}"
        assert ask()["errcode"] == refused
        assert tenant.faults.waiting()[0].hits == 0
        holder.token = good
        assert ask() == SYSTEM_ERROR

    def test_a_lacking_permission_is_told_first(self, add, ask, tenant):
        tenant.restrict(unauthorized=[API])
        add(errcode=-1)
        assert ask()["errcode"] == 48001


@pytest.mark.parametrize(
    ("effect", "status", "body", "outcome"),
    [
        ({"errcode": -1}, 200, "system error", ("-1", True)),
        ({"reply": {"x": 1}}, 200, '{"x":1}', ("ok", False)),
        ({"reply": {"errcode": 7}}, 200, '{"errcode":7}', ("7", True)),
        ({"status": 504, "body": "gone"}, 504, "gone", ("HTTP 504", True)),
        ({"abort": True}, 0, "", ("no answer", True)),
        ({"latency_ms": 40}, 200, "missing openid", ("41009", True)),
    ],
)
@pytest.mark.parametrize("door", ["HTTPS"], indirect=True)
@pytest.mark.usefixtures("waited")
def test_the_journal_names_the_fault_beside_what_was_answered(add, door, control, *, effect, status, body, outcome):
    fault = add(**effect)
    try:
        door.open()
    except ConnectionAbortedError:
        assert "abort" in effect
    exchange = control.exchanges[0]
    assert (exchange["remark"], exchange["status"]) == (f"fault {fault.number}", status)
    assert body in exchange["response_body"]
    assert (exchange["outcome"], exchange["is_failure"]) == outcome
    assert exchange["cost_in_ms"] >= effect.get("latency_ms", 0)


def test_any_openapi_meets_one_for_all(tenant, wechat):
    token = wechat.access_token
    tenant.faults.add(api="*", errcode=-1, times=3)
    answers = (
        wechat.stable_token(),
        wechat.code_to_session("x"),
        wechat.check_session("oAlice", KEY, access_token=token),
    )
    assert [answer.refusal for answer in answers] == [(-1, "system error")] * 3


def test_40001_of_a_fault_leaves_the_token_as_good_as_it_was(tenant, wechat):
    token = wechat.access_token
    tenant.faults.add(api="auth.checkSessionKey", errcode=40001, times=1)
    answers = [wechat.check_session("oAlice", KEY, access_token=token).errcode for _ in range(2)]
    assert answers == [40001, 0]


@pytest.mark.parametrize("effect", [{"errcode": -1}, {"reply": {}}, {"status": 502}, {"abort": True}])
def test_a_fault_stands_in_place_of_the_decision_so_that_no_code_is_used_up(tenant, wechat, new_phone, effect):
    code = new_phone("none", openid="oAlice").login()
    tenant.faults.add(api="auth.code2Session", **effect, times=1)
    query = {**wechat.credentials, "js_code": code, "grant_type": "authorization_code"}
    try:
        wechat.http.get("/sns/jscode2session", query_string=query)
    except ConnectionAbortedError:
        assert "abort" in effect
    assert wechat.code_to_session(code).is_success


def test_a_late_answer_has_used_up_the_code(tenant, wechat, new_phone):
    code = new_phone("none", openid="oAlice").login()
    tenant.faults.add(api="auth.code2Session", latency_ms=1, times=1)
    assert [wechat.code_to_session(code).errcode for _ in range(2)] == [0, 40163]


class TestOfALogin:
    """Of which nothing but the fault is of interest: 41002, if it meets none."""

    @pytest.fixture
    def errcode(self):
        return lambda http: json.loads(http.get("/sns/jscode2session").text)["errcode"]

    def test_nobody_waits_for_a_late_answer_but_its_client(self, control, http, errcode, monkeypatch):
        seen = []
        waiting = SimpleNamespace(sleep=lambda seconds: seen.append((seconds, errcode(http))))
        monkeypatch.setattr("wxemu.core.faults.time", waiting)
        control.post("faults", api="auth.code2Session", latencyMs=250, times=1)
        assert errcode(http) == 41002
        assert seen == [(0.25, 41002)]  # another call was answered while the first one waited

    def test_when_as_many_answers_are_late_as_may_be_the_next_comes_at_once(
        self, control, http, errcode, waited, monkeypatch
    ):
        monkeypatch.setattr("wxemu.core.faults._LATE", late := threading.BoundedSemaphore(1))
        control.post("faults", api="auth.code2Session", latencyMs=500)
        with late:
            assert (errcode(http), waited) == (41002, [])
        assert (errcode(http), waited) == (41002, [0.5])

    def test_the_seed_of_randomness_repeats_which_calls_meet_it(self, open_world, serve, errcode):
        def outcomes():
            world = open_world(random_seed="dice")
            seed.load(world, {"apps": []})
            with world.transaction():
                faults.add(world, faults.Fault(api="*", errcode=-1, probability=0.5))
            asked = serve(world)
            return [errcode(asked) for _ in range(20)]

        first = outcomes()
        assert first == outcomes()
        assert {-1, 41002} == set(first)

    def test_it_is_met_in_every_process_that_serves_the_world(self, tmp_path, open_world, serve, errcode):
        one, another = open_world(tmp_path), open_world(tmp_path)
        seed.load(one, {"apps": []})
        fault = {"api": "auth.code2Session", "errcode": -1, "times": 1}
        assert serve(one).post("/emulator/v1/faults", json=fault).status_code == 200
        asked = serve(another)
        assert [errcode(asked) for _ in range(2)] == [-1, 41002]
