"""``wxemu requests`` and ``wxemu explain`` on a running emulator."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest
from classic_mistakes import CLASSIC, with_confirmation

from wxemu.explain import MISTAKES
from wxemu.explain.refusals import REASONS

pytestmark = pytest.mark.slow


@pytest.fixture
def wxemu(wxemu, emulator):
    return partial(wxemu, of=emulator)


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_classic_mistake_is_explained_by_name(mistaken_server, wxemu, classic):
    answer = classic.make(mistaken_server)
    rid = mistaken_server.latest()
    told = wxemu("explain", answer.get("errmsg", rid))
    assert told.returncode == 0
    assert f"\n  {classic.name}: " in told.stdout
    assert "\n  What to do: " in told.stdout
    assert json.loads(wxemu("explain", rid, "--json").stdout)["causes"] == [classic.name]


def test_what_is_right_is_told_to_be_so(mistaken_server, wxemu):
    with_confirmation(lambda text, signature: (text, signature))(mistaken_server)
    told = wxemu("explain", mistaken_server.latest())
    assert told.stdout.splitlines()[0] == "Nothing is wrong: the call succeeded."


def test_a_functions_own_rid_and_request_id_are_explained_by_what_it_called(emulator, wxemu):
    phone = emulator.new_phone()
    signed = phone.start_soter_authentication("order/1").signed
    text = json.dumps(json.loads(signed["jsonString"]))
    assert phone.call_function("verifySignature", **{**signed, "jsonString": text})["isOk"] is False
    told = wxemu("explain", emulator.app.requests.last(api="wx.cloud.callFunction").rid)
    assert "json_string_reserialised" in told.stdout
    assert "The function's call of soter.verifySignature is what failed" in told.stdout

    nobody = phone.call_function("verifySignature", jsonString="{}", jsonSignature="")
    assert "parameter_wrong" in wxemu("explain", nobody["errMsg"]).stdout


def test_an_errcode_that_a_function_made_up_itself_is_told_to_be_its_own(emulator, wxemu):
    emulator.new_phone().call_function("login")
    told = wxemu("explain", emulator.app.requests.last(api="wx.cloud.callFunction").rid)
    assert told.stdout.startswith(
        "The function itself returned this errCode; none of the calls that it made has failed."
    )
    assert "code must be a non-empty string" in told.stdout


def test_a_request_id_that_invoke_prints_is_among_the_requests_and_explained(wxemu):
    refused = wxemu("invoke", "login", "--data", '{"code": "nobody\'s"}')
    request_id = re.search(r"START RequestId: (\S+)", refused.stderr)[1]

    assert f"{request_id} tencentcloud invoke login errCode 40029 " in wxemu("requests", "--limit", "5").stdout
    explained = wxemu("explain", request_id).stdout
    assert 'code_unknown: it is "nobody\'s"' in explained
    assert "The function's call of auth.code2Session is what failed" in explained


@pytest.fixture
def pay(emulator):
    """What verifySignature takes: a challenge of issueChallenge's, confirmed on a phone that misbehaves as told."""

    def confirm(phone, *overrides, purpose="pay"):
        issued = phone.call_function("issueChallenge", purpose=purpose, payload={"order": 1})
        phone.override(*overrides)
        return phone.start_soter_authentication(issued["challenge"]).signed

    return confirm


def refuse(phone, signed, reason):
    answer = phone.call_function("verifySignature", purpose="pay", **signed)
    assert (answer["isOk"], answer["reason"]) == (False, reason)


def test_each_reason_is_explained_by_its_name(emulator, wxemu, pay):
    def explain():
        rid = emulator.app.requests.last(api="wx.cloud.callFunction").rid
        told = json.loads(wxemu("explain", rid, "--json").stdout)
        return told["causes"], told["findings"][0]["result"], told["verdict"]

    phone = emulator.new_phone()
    signed = pay(phone)
    assert phone.call_function("verifySignature", purpose="pay", **signed)["payload"] == {"order": 1}
    refuse(phone, signed, "challenge_used")
    causes, result, verdict = explain()
    assert causes == ["challenge_used"]
    assert re.fullmatch(r"raw is '.+', and came at .+ UTC \(rid .+\)", result)
    assert verdict == "The challenge was used before, by a confirmation or by a try that failed."

    refuse(phone, pay(phone, "tamperedRaw"), "challenge_unknown")
    causes, result, _ = explain()
    assert causes == ["challenge_unknown"]
    assert re.fullmatch(r"raw is '(.+)!' and was signed as '\1'", result)

    refuse(phone, pay(phone, purpose="log in"), "challenge_mismatch")
    causes, result, _ = explain()
    assert causes == ["challenge_mismatch"]
    assert re.fullmatch(r"raw is '.+', issued at .+ UTC for 'log in' \(rid .+\)", result)

    invalid = pay(phone, "foreignKey")
    refuse(phone, invalid, "signature_invalid")
    causes, result, verdict = explain()
    assert causes == ["signature_invalid", "key_unknown"]
    assert verdict.startswith("WeChat does not find the signature genuine. A key of the user's phone signed")
    refuse(phone, invalid, "challenge_used")
    assert "and came at" in explain()[1]

    stale = pay(phone, "staleCounter")
    assert phone.call_function("verifySignature", purpose="pay", **stale)["isOk"]
    counter = json.loads(stale["jsonString"])["counter"]
    refuse(phone, pay(phone, "staleCounter"), "counter_replayed")
    assert explain()[:2] == (["counter_replayed"], f"it is {counter}")


def test_a_python_test_reads_explanations_in_the_language_of_its_environment(emulator, monkeypatch):
    emulator.new_phone().call_function("verifySignature", jsonString="{}", jsonSignature="")
    rid = emulator.app.requests.last(api="wx.cloud.callFunction").rid
    for language, verdict in (
        ("zh", "缺少参数，或参数类型不对。"),
        ("en", "A parameter is missing, or of another type."),
    ):
        monkeypatch.setenv("WXEMU_LANG", language)
        assert emulator.app.requests.explain(rid).verdict == verdict


def test_a_collection_that_a_function_has_to_make_first_is_no_failure_of_its_call(start, wxemu):
    fresh = start()
    fresh.new_phone().call_function("issueChallenge", purpose="pay")
    assert fresh.app.requests.list(errcode="DATABASE_COLLECTION_NOT_EXIST")
    told = wxemu("explain", fresh.app.requests.last(api="wx.cloud.callFunction").rid, of=fresh)
    assert told.stdout.splitlines()[0] == "Nothing is wrong: the call succeeded."


def test_a_name_is_explained_without_an_emulator(wxemu):
    for reason in REASONS:
        told = wxemu("explain", reason)
        assert (told.returncode, told.stdout) == (
            0,
            f"{MISTAKES[reason].happened}\n  What to do: {MISTAKES[reason].advice}\n",
        )
    assert json.loads(wxemu("explain", "counter_replayed", "--json").stdout)["name"] == "counter_replayed"


def test_an_explanation_speaks_chinese_when_asked_to(mistaken_server, wxemu):
    told = wxemu("explain", "challenge_used", "--lang", "zh")
    assert told.stdout.startswith("挑战值已被使用")
    assert "\n  建议：一次确认只能算一次" in told.stdout

    mistaken_server.verify("oNobodyHere", "{}", "AAAA")
    rid = mistaken_server.latest()
    assert wxemu("explain", rid, "--lang", "zh").stdout.startswith(
        "这里没有用户使用这个 openid。\n\n  openid_unknown: 它是"
    )
    explained = json.loads(wxemu("explain", rid, "--lang", "zh", "--json").stdout)
    assert explained["verdict"] == "这里没有用户使用这个 openid。"


def test_requests_are_listed_shown_and_sent_again(mistaken_server, wxemu):
    mistaken_server.verify("oNobodyHere", "{}", "AAAA")
    rid = mistaken_server.latest()
    (line,) = wxemu("requests", "--q", "oNobodyHere", "--errcode", "40003", "--limit", "1").stdout.splitlines()
    assert re.fullmatch(rf"\S+Z {rid} +wechat +soter.verifySignature 40003 [\d.]+ms", line)
    shown = json.loads(wxemu("requests", "show", rid, "--json").stdout)
    assert shown["layers"][1]["content"]["openid"] == "oNobodyHere"
    assert wxemu("requests", "replay", rid).stdout.splitlines()[1] == "  answered as before"
    assert len(wxemu("requests", "--failed", "--json", "--limit", "2").stdout.splitlines()) == 2


def test_a_rid_of_nothing_is_told_in_one_sentence(wxemu):
    told = wxemu("explain", "6553f100-00000000-00000000")
    assert (told.returncode, told.stderr) == (
        1,
        "Error: no exchange has the rid '6553f100-00000000-00000000'; `wxemu requests` shows the latest\n",
    )
