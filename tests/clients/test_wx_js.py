"""The `wx` shim as mini program code uses it in Node, against a real emulator."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
APPID = "wx1234567890abcdef"
FUNCTION = """
def main(event, context):
    if event.get("ask") == "error":
        raise ValueError("boom")
    return event
"""
PROJECT = """
envId: env-demo
functions:
  - {name: ask, runtime: Python3.11, handler: index.main, timeout: 5}
"""


def confirm(**changes):
    return ["startSoterAuthentication", {"requestAuthModes": ["fingerPrint", "facial"], "challenge": "o"} | changes]


SOTER = confirm(challenge="order-1")
INIT = ["cloud.init"]
OUTCOMES = {
    "cancel": 90008,
    "mismatch": 90009,
    "unauthorized": 90002,
    "internal": 90007,
    "killed": -1,
    "lockout": 90010,
}
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def emulator(start_for_module, write_project):
    """An emulator with a function that returns its event."""
    return start_for_module(project=write_project(PROJECT, ask=FUNCTION))


@pytest.fixture
def run(node, emulator):
    """What the shim says of itself after some calls."""

    def run_some(calls, **options):
        return node(
            "wx.cjs", json.dumps({"url": emulator.url, "profile": "none", **options}), json.dumps(calls), env={}
        )

    return run_some


@pytest.fixture
def ask(run):
    """What each of some calls gave."""
    return lambda *calls, **options: run(calls, **options)["results"]


def call(data=None, name="ask", **more):
    return ["cloud.callFunction", {"name": name, "data": data or {}, **more}]


def test_login_gives_a_code_and_the_session_is_in_force(ask):
    login, session = ask(["login"], ["checkSession"])
    assert re.fullmatch(r"[A-Za-z0-9]{32}", login["resolved"]["code"])
    assert session["resolved"] == {"errMsg": "checkSession:ok"}


def test_callbacks_get_the_same_and_then_there_is_no_promise(ask):
    (login,) = ask(["login", {}, "callbacks"])
    success, complete = login["heard"]
    assert success == ["success", {"code": success[1]["code"], "errMsg": "login:ok"}]
    assert complete == ["complete", success[1]]
    assert login["returned"] == "undefined"


def test_before_2_10_2_only_the_cloud_has_promises(ask):
    old, _, called, with_callbacks = ask(["login"], INIT, call(), ["login", {}, "callbacks"], baseLibrary="2.10.1")
    assert old == {}
    assert called["resolved"]["errMsg"] == "cloud.callFunction:ok"
    assert [kind for kind, _ in with_callbacks["heard"]] == ["success", "complete"]


def test_from_2_10_2_on_all_have_them(ask):
    (login,) = ask(["login"], baseLibrary="2.10.2")
    assert login["resolved"]["errMsg"] == "login:ok"


def test_a_failure_goes_to_fail_and_to_complete(ask):
    (checked,) = ask(["checkSession", {}, "callbacks"])
    failure = {"errMsg": "checkSession:fail session time out, need relogin"}
    assert checked["heard"] == [["fail", failure], ["complete", failure]]


@pytest.mark.parametrize(
    ("profile", "modes"),
    [("android", ["fingerPrint"]), ("ios", ["facial"]), ("huawei", ["fingerPrint", "facial"]), ("none", [])],
)
def test_each_profile_supports_its_own_modes(ask, profile, modes):
    supported, finger = ask(
        ["checkIsSupportSoterAuthentication"],
        ["checkIsSoterEnrolledInDevice", {"checkAuthMode": "fingerPrint"}],
        profile=profile,
    )
    assert supported["resolved"]["supportMode"] == modes
    if "fingerPrint" in modes:
        assert finger["resolved"] == {"isEnrolled": True, "errMsg": "checkIsSoterEnrolledInDevice:ok"}
    else:
        assert finger["rejected"] == {"isEnrolled": False, "errMsg": "checkIsSoterEnrolledInDevice:fail not support"}


def test_a_match_signs_the_challenge(ask):
    (signed,) = ask(SOTER, profile="android")
    assert signed["resolved"]["errMsg"] == "startSoterAuthentication:ok"
    assert json.loads(signed["resolved"]["resultJSON"])["raw"] == "order-1"
    assert signed["resolved"]["resultJSONSignature"]


@pytest.mark.parametrize(("outcome", "code"), OUTCOMES.items())
def test_a_fixed_outcome_holds_for_each_prompt(ask, outcome, code):
    (failed,) = ask(SOTER, profile="android", outcome=outcome)
    assert failed["rejected"]["errCode"] == code
    assert failed["rejected"]["resultJSON"] == ""


def test_a_function_may_decide_at_each_prompt(run):
    asked = confirm(authContent="Pay 1.00")
    ran = run([asked, asked], profile="ios", outcomes=["cancel", "match"])
    assert ran["results"][0]["rejected"]["errCode"] == 90008
    assert ran["results"][1]["resolved"]["authMode"] == "facial"
    assert ran["prompts"] == [{"authMode": "facial", "authContent": "Pay 1.00"}] * 2


def test_it_is_not_asked_where_the_phone_shows_no_prompt(run):
    ran = run(
        [SOTER, confirm(requestAuthModes=["facial"]), SOTER],
        profile="android",
        outcomes=["lockout"],
    )
    assert [result["rejected"]["errCode"] for result in ran["results"]] == [90010, 90003, 90010]
    assert len(ran["prompts"]) == 1


def test_the_storage_of_a_mini_game(ask):
    pairs = [{"key": "score", "value": "100"}, {"key": "gold", "value": "中"}]
    keys = {"keyList": ["gold", "none", "score"]}
    stored, read, removed, left, refused = ask(
        ["setUserCloudStorage", {"KVDataList": pairs}],
        ["getUserCloudStorage", keys],
        ["removeUserCloudStorage", {"keyList": ["gold"]}],
        ["getUserCloudStorage", keys],
        ["setUserCloudStorage", {"KVDataList": [{"key": "k", "value": {"$length": 1024}}]}],
    )
    assert stored["resolved"] == {"errMsg": "setUserCloudStorage:ok"}
    assert read["resolved"] == {"errMsg": "getUserCloudStorage:ok", "KVDataList": pairs[::-1]}
    assert removed["resolved"] == {"errMsg": "removeUserCloudStorage:ok"}
    assert left["resolved"]["KVDataList"] == pairs[:1]
    assert refused["rejected"] == {"errMsg": "setUserCloudStorage:fail some key-value in list meet length exceed"}


def test_friends_of_a_mini_game(ask, emulator):
    friend = emulator.new_phone("none")
    gift = {"key": "1", "opNum": 1, "operation": "add", "toUser": friend.openid}
    _, listed, group, given, refused = ask(
        ["setUserCloudStorage", {"KVDataList": [{"key": "score", "value": "7"}]}],
        ["getFriendCloudStorage", {"keyList": ["score"]}],
        ["getGroupCloudStorage", {"shareTicket": "any", "keyList": ["score"]}],
        ["modifyFriendInteractiveStorage", gift],
        ["modifyFriendInteractiveStorage", {**gift, "key": "51"}],
    )
    assert [{"key": "score", "value": "7"}] in [one["KVDataList"] for one in listed["resolved"]["data"]]
    assert group["resolved"]["data"] == listed["resolved"]["data"]
    assert given["resolved"] == {"errMsg": "modifyFriendInteractiveStorage:ok"}
    assert refused["rejected"]["errCode"] == -17008


def test_a_key_to_encrypt_with(ask):
    key, again = ask(["getUserCryptoManager().getLatestUserKey"], ["getUserCryptoManager().getLatestUserKey"])
    assert key["resolved"].keys() == {"encryptKey", "iv", "version", "expireTime", "errMsg"}
    assert again == key


@pytest.mark.parametrize("api", ["getUserInfo", "getUserProfile"])
def test_who_the_user_is(ask, api):
    _, anonymous = ask(["login"], [api, {"desc": "for the ranking"}])
    _, named = ask(["login"], [api, {}, "callbacks"], userInfo={"nickName": "Ada"})
    assert anonymous["resolved"]["userInfo"]["nickName"] == "微信用户"
    assert anonymous["resolved"]["errMsg"] == f"{api}:ok"
    success = named["heard"][0][1]
    assert json.loads(success["rawData"]) == success["userInfo"]
    assert success["userInfo"]["nickName"] == "Ada"
    assert success["encryptedData"]


def test_a_phone_that_is_there_already_is_used(ask, emulator):
    phone = emulator.new_phone()
    before = phone.counter
    ask(SOTER, phoneId=phone.phone_id)
    assert phone.counter == before + 1


def test_the_phone_itself_can_be_arranged(ask):
    enrolled, failed = ask(["$phone.ask", ["enrol", {"mode": "facial", "count": 0}]], SOTER, profile="ios")
    assert enrolled["resolved"]["enrolled"] == {"facial": 0}
    assert failed["rejected"]["errCode"] == 90011


def test_two_calls_are_made_on_one_phone(ask):
    first, second = ask(["$phone.id"], ["$phone.id"])
    assert first == second


def test_each_exchange_is_told_with_its_rid(run):
    ran = run([["login"], INIT, call()])
    assert ran["exchanges"] == [["login", "string"], ["callFunction", "string"]]


class TestCallFunction:
    def test_the_function_answers_and_is_told_who_calls(self, ask):
        _, called = ask(INIT, call({"text": '订单/1 "\\/" 😀'}))
        assert called["resolved"]["errMsg"] == "cloud.callFunction:ok"
        assert called["resolved"]["requestID"]
        event = called["resolved"]["result"]
        assert event["text"] == '订单/1 "\\/" 😀'
        assert event["userInfo"]["appId"] == APPID

    def test_callbacks_work_as_well(self, ask):
        _, called = ask(INIT, [*call(), "callbacks"])
        assert [kind for kind, _ in called["heard"]] == ["success", "complete"]

    def test_a_cloud_id_at_the_top_becomes_the_data_and_one_below_stays_text(self, ask, emulator):
        phone = emulator.new_phone("none")
        cloud_id = phone.cloud_id(step=9103)
        data = {"weRunData": {"$cloudID": cloud_id}, "obj": {"shareInfo": {"$cloudID": cloud_id}}}
        _, called = ask(INIT, call(data), phoneId=phone.phone_id)
        event = called["resolved"]["result"]
        assert event["weRunData"]["data"]["step"] == 9103
        assert event["obj"] == {"shareInfo": cloud_id}

    def test_before_init_it_is_refused(self, ask):
        (refused,) = ask(call())
        assert refused["rejected"]["isError"]
        assert refused["rejected"]["errMsg"] == (
            "cloud.callFunction:fail Error: Cloud API isn't enabled, please call wx.cloud.init first"
        )

    def test_without_a_name_it_is_refused(self, ask):
        _, refused = ask(INIT, ["cloud.callFunction"])
        assert refused["rejected"]["errCode"] == -401003
        assert "parameter.name should be string instead of undefined" in refused["rejected"]["errMsg"]

    def test_too_much_data_is_refused(self, ask):
        as_json = len('{"a":""}')
        limit = 256 * 1024 - as_json
        _, refused, taken = ask(INIT, call({"a": {"$length": limit + 1}}), call({"a": {"$length": limit}}))
        assert refused["rejected"]["errMsg"] == "cloud.callFunction:fail Error: data exceed max size"
        assert taken["resolved"]["errMsg"] == "cloud.callFunction:ok"

    @pytest.mark.parametrize(
        ("asked", "code", "text"),
        [
            (call(name="nobody"), -501000, "errCode: -501000 | errMsg: FunctionName parameter could not be found."),
            (call({"ask": "error"}), -504002, "errCode: -504002 functions execute fail | errMsg: Traceback"),
            (call(config={"env": "env-nobody"}), -501000, "errCode: -501000 | errMsg: Environment not found"),
        ],
    )
    def test_failures_of_the_newer_base_library(self, ask, asked, code, text):
        _, failed = ask(INIT, asked)
        assert failed["rejected"]["isError"]
        assert failed["rejected"]["errCode"] == code
        assert failed["rejected"]["errMsg"].startswith(f"cloud.callFunction:fail Error: {text}")
        assert failed["rejected"]["message"] == failed["rejected"]["errMsg"]

    @pytest.mark.parametrize(
        ("asked", "text"),
        [
            (call(name="nobody"), "service error code -504002, error message Function not found: [nobody]; "),
            (call({"ask": "error"}), "service error code -504002, error message Traceback"),
            (call(config={"env": "env-nobody"}), "service error code -501000, error message [100004] env not exists; "),
        ],
    )
    def test_failures_of_the_older_one(self, ask, asked, text):
        _, failed = ask(INIT, asked, baseLibrary="2.20.0")
        assert failed["rejected"]["errCode"] == -404011
        assert text in failed["rejected"]["errMsg"]
        assert failed["rejected"]["errMsg"].endswith("; at cloud.callFunction api;")
        head = "errCode: -404011 cloud function execution error | errMsg: "
        assert failed["rejected"]["message"] == head + failed["rejected"]["errMsg"]

    def test_init_names_the_environment_of_each_call(self, ask):
        _, failed = ask(["cloud.init", {"env": "env-nobody"}], call())
        assert failed["rejected"]["errCode"] == -501000


def test_an_emulator_that_is_not_there_fails_each_call_in_words(ask):
    login, _, called = ask(["login"], INIT, call(), url=NOBODY)
    assert login["rejected"]["errMsg"].startswith(f"login:fail no emulator answers at {NOBODY}")
    assert called["rejected"]["errCode"] == -601003
    assert f"no emulator answers at {NOBODY}" in called["rejected"]["errMsg"]


def test_a_phone_that_is_not_there_fails_each_call_in_words(ask):
    (login,) = ask(["login"], phoneId="phone-nobody")
    assert login["rejected"] == {
        "errMsg": "login:fail no phone has the id 'phone-nobody'; `wxemu phone list` shows which there are"
    }


def test_wechat_s_own_types_fit(node):
    done = subprocess.run(
        [HERE / "node_modules/.bin/tsc", "--project", HERE], check=False, capture_output=True, text=True
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_without_a_url_the_environment_names_the_emulator(node, emulator):
    calls = json.dumps([["login"]])
    (answered,) = node("wx.cjs", "{}", calls, env={"WXEMU_URL": emulator.url, "WX_APPID": APPID})["results"]
    (refused,) = node("wx.cjs", json.dumps({"url": emulator.url}), calls, env={"WXEMU_URL": NOBODY})["results"]
    (nobody,) = node("wx.cjs", "{}", calls, env={"WXEMU_URL": NOBODY})["results"]

    assert "code" in answered["resolved"]
    assert "code" in refused["resolved"]
    assert f"no emulator answers at {NOBODY}" in nobody["rejected"]["errMsg"]
