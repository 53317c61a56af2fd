"""What a mini program's server gets when WeChat is made to fail."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest

from wxemu.core import faults
from wxemu.state import seed

LOGIN = "/sns/jscode2session"
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SYSTEM_ERROR = (-1, "system error")
VERIFY = "/cgi-bin/soter/verify_signature"


def errcode(http):
    """Of a login that says nothing: 41002, if it meets no fault."""
    return json.loads(http.get(LOGIN).text)["errcode"]


@pytest.fixture
def add(control):
    """Add a fault of an openapi; as it is shown."""

    def add(api="auth.checkSessionKey", **members):
        return control.post("faults", api=api, **members)

    return add


@pytest.fixture
def checked(wechat):
    """Ask whether Alice's session is valid, which it is."""
    return lambda: wechat.check_session("oAlice", KEY)


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
        (40001, None),
        (40164, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist"),
        (42001, "access_token expired"),
        (45009, "reach max api daily quota limit"),
        (45011, "api minute-quota reach limit, must slower, retry next minute"),
        (48001, "api unauthorized"),
    ],
)
def test_an_errcode_is_told_in_wechats_words_with_a_rid(add, checked, errcode, errmsg):
    add(errcode=errcode)
    told = checked().refusal
    assert told[0] == errcode
    assert errmsg in (None, told[1])


def test_a_text_of_ones_own_stands_in_place_of_wechats(add, checked):
    add(errcode=99999, errmsg="日本 unheard of")
    assert checked().refusal == (99999, "日本 unheard of")


def test_a_fault_is_met_so_many_times_and_then_gone(add, checked, control):
    add(errcode=-1, times=2)
    assert [checked().errcode for _ in range(3)] == [-1, -1, 0]
    assert control.get("faults") == {"faults": []}


def test_a_fault_without_a_number_of_times_stays_and_is_counted(add, checked, control):
    add(errcode=-1)
    assert {checked().errcode for _ in range(3)} == {-1}
    (kept,) = control.get("faults")["faults"]
    assert (kept["hits"], kept["times"]) == (3, None)


def test_times_shows_how_often_it_will_be_met_yet(add, checked, control):
    add(errcode=-1, times=5)
    checked()
    (kept,) = control.get("faults")["faults"]
    assert (kept["hits"], kept["times"]) == (1, 4)


def test_only_calls_of_its_openapi_meet_it(add, checked, wechat):
    add("auth.resetUserSessionKey", errcode=-1)
    assert checked().is_success
    assert wechat.reset_session("oAlice", KEY).refusal == SYSTEM_ERROR


def test_any_openapi_meets_one_for_all(add, checked, wechat, control):
    token = wechat.access_token
    add("*", errcode=-1, times=3)
    assert wechat.stable_token().refusal == SYSTEM_ERROR
    assert wechat.code_to_session("x").refusal == SYSTEM_ERROR
    assert wechat.check_session("oAlice", KEY, access_token=token).refusal == SYSTEM_ERROR


def test_only_calls_of_its_app_meet_it(add, wechat, other_wechat):
    add("auth.getStableAccessToken", errcode=-1, appid=other_wechat.tenant.appid)
    assert wechat.stable_token().is_success
    assert other_wechat.stable_token().refusal == SYSTEM_ERROR


def test_programmed_answers_are_given_one_a_call_in_their_order(add, checked):
    for number in (1, 2):
        add(reply={"errcode": 0, "errmsg": "ok", "第": number, "b": None, "a": [{}]}, times=1)
    add(errcode=-1, times=1)
    assert [checked().members for _ in range(2)] == [
        {"errcode": 0, "errmsg": "ok", "第": number, "b": None, "a": [{}]} for number in (1, 2)
    ]
    assert [checked().errcode for _ in range(2)] == [-1, 0]


def test_a_programmed_answer_keeps_the_order_of_its_members(add, wechat):
    add("auth.code2Session", reply={"z": 1, "a": "é", "errcode": 7})
    assert wechat.http.get(LOGIN).text == '{"z":1,"a":"é","errcode":7}'


def test_the_oldest_that_fits_is_met(add, http):
    add("auth.resetUserSessionKey", errcode=48001)
    add("*", errcode=45009)
    add("auth.code2Session", errcode=-1)
    assert errcode(http) == 45009


def test_a_probability_is_that_of_each_call(add, checked):
    add(errcode=-1, probability=0.5)
    outcomes = {checked().errcode for _ in range(60)}
    assert outcomes == {-1, 0}


def test_a_call_that_a_probability_spares_may_meet_the_next_fault(add, checked):
    add(errcode=45009, probability=1e-12)
    add(errcode=-1)
    assert checked().errcode == -1


def test_the_seed_of_randomness_repeats_which_calls_meet_it(open_world, serve):
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


class TestItStandsAfterTheCredentials:
    """So that one app's calls never use up another's faults, and a fault hides nobody's wrong token."""

    def test_a_refused_token_meets_no_fault(self, add, wechat, control):
        add("soter.verifySignature", errcode=-1, times=1)
        assert wechat.post(VERIFY, {}, access_token="10_" + "x" * 133).errcode == 40001
        assert wechat.post(VERIFY, {}).errcode == 41001
        assert wechat.post(VERIFY, {}, access_token=wechat.access_token).refusal == SYSTEM_ERROR

    def test_a_permission_that_lacks_is_told_first(self, add, restricted, wechat):
        restricted(unauthorized=["soter.verifySignature"])
        add("soter.verifySignature", errcode=-1)
        assert wechat.verify("oAlice", "{}", "x").errcode == 48001

    def test_parameters_are_not_looked_at(self, add, wechat):
        add("soter.verifySignature", errcode=-1)
        assert wechat.post(VERIFY, {}, access_token=wechat.access_token).refusal == SYSTEM_ERROR

    def test_40001_of_a_fault_leaves_the_token_as_good_as_it_was(self, add, wechat):
        token = wechat.access_token
        add(errcode=40001, times=1)
        answers = [wechat.check_session("oAlice", KEY, access_token=token).errcode for _ in range(2)]
        assert answers == [40001, 0]


class TestItStandsInPlaceOfTheDecision:
    """Except a latency alone, which decides and then answers late."""

    @pytest.mark.parametrize("effect", [{"errcode": -1}, {"reply": {}}, {"status": 502}, {"abort": True}])
    def test_no_code_is_used_up(self, add, wechat, new_phone, effect):
        code = new_phone("none", openid="oAlice").login()
        add("auth.code2Session", **effect, times=1)
        query = {**wechat.tenant.credentials, "js_code": code, "grant_type": "authorization_code"}
        try:
            wechat.http.get(LOGIN, query_string=query)
        except ConnectionAbortedError:
            assert "abort" in effect
        assert wechat.code_to_session(code).is_success

    def test_a_late_answer_has_used_up_the_code(self, add, wechat, new_phone):
        code = new_phone("none", openid="oAlice").login()
        add("auth.code2Session", latencyMs=1, times=1)
        assert wechat.code_to_session(code).is_success
        assert wechat.code_to_session(code).errcode == 40163


class TestTheAnswerOnItsWay:
    """It comes late, never, or from somebody else."""

    def test_a_latency_passes_before_the_answer(self, add, checked, waited):
        add(latencyMs=80, times=1)
        assert checked().is_success
        assert waited == [0.08]

    @pytest.mark.parametrize("effect", [{"errcode": -1}, {"reply": {"errcode": -1}}])
    def test_a_latency_goes_with_another_effect(self, add, checked, waited, effect):
        add(latencyMs=80, **effect)
        assert checked().errcode == -1
        assert waited == [0.08]

    def test_nobody_waits_for_a_late_answer_but_its_client(self, add, http, monkeypatch):
        seen = []
        waiting = SimpleNamespace(sleep=lambda seconds: seen.append((seconds, errcode(http))))
        monkeypatch.setattr("wxemu.core.faults.time", waiting)
        add("auth.code2Session", latencyMs=250, times=1)
        assert errcode(http) == 41002
        assert seen == [(0.25, 41002)]  # another call was answered while the first one waited

    def test_a_cut_connection_has_no_answer(self, add, http):
        add("auth.code2Session", abort=True, times=1)
        with pytest.raises(ConnectionAbortedError):
            http.get(LOGIN)
        assert errcode(http) == 41002

    def test_a_proxy_answers_with_a_page(self, add, http):
        add("auth.code2Session", status=502)
        answered = http.get(LOGIN)
        assert (answered.status_code, answered.content_type) == (502, "text/html")
        assert "502 BAD GATEWAY" in answered.text

    def test_a_proxy_answers_what_it_is_told(self, add, http):
        add("auth.code2Session", status=200, body="请登录 <html>")
        answered = http.get(LOGIN)
        assert (answered.status_code, answered.text) == (200, "请登录 <html>")


@pytest.mark.parametrize(
    ("effect", "answered"),
    [
        ({"errcode": -1}, (200, "system error")),
        ({"reply": {"x": 1}}, (200, '{"x":1}')),
        ({"status": 504, "body": "gone"}, (504, "gone")),
        ({"abort": True}, (0, "")),
        ({"latencyMs": 40}, (200, "appid missing")),
    ],
)
@pytest.mark.usefixtures("waited")
def test_the_journal_names_the_fault_beside_what_was_answered(add, http, control, effect, answered):
    fault = add("auth.code2Session", **effect)
    try:
        http.get(LOGIN)
    except ConnectionAbortedError:
        assert "abort" in effect
    (exchange,) = control.exchanges
    assert (exchange["remark"], exchange["status"]) == (f"fault {fault['id']}", answered[0])
    assert answered[1] in exchange["response_body"]
    assert exchange["cost_in_ms"] >= effect.get("latencyMs", 0)


def test_a_gateways_refusal_is_met_by_cloud_calls_only(add, wechat):
    add("soter.verifySignature", errcode=-604101)
    assert wechat.verify("oAlice", "{}", "x").members == {"is_ok": False}


def test_no_number_is_given_twice(add, control, http):
    first = add(errcode=-1)["id"]
    http.delete(f"/emulator/v1/faults/{first}")
    assert add(errcode=-1)["id"] > first


def test_a_fault_is_met_in_every_process_that_serves_the_world(tmp_path, open_world, serve):
    one, another = open_world(tmp_path), open_world(tmp_path)
    seed.load(one, {"apps": []})
    fault = {"api": "auth.code2Session", "errcode": -1, "times": 1}
    assert serve(one).post("/emulator/v1/faults", data=json.dumps(fault)).status_code == 200
    asked = serve(another)
    assert [errcode(asked) for _ in range(2)] == [-1, 41002]


def test_when_as_many_answers_are_late_as_may_be_the_next_comes_at_once(add, checked, waited, monkeypatch):
    monkeypatch.setattr("wxemu.core.faults._LATE", threading.BoundedSemaphore(1))
    add(latencyMs=500)
    with faults._LATE:
        assert checked().is_success
    assert waited == []

    assert checked().is_success
    assert waited == [0.5]
