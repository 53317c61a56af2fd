"""What is done on the console's pages, by whom, and what becomes of it."""

import re
from copy import deepcopy

import pytest

from wxemu.console.routes import ACTIONS
from wxemu.core import faults

APPID = "wx1234567890abcdef"


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:5173"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_page_does_nothing(http, world, path, headers):
    before = world.store.writes()
    answer = http.post(re.sub("<[^>]+>", "x", path), data={"seconds": "7200"}, headers=headers)
    assert answer.status_code == 403
    assert world.store.writes() == before


def test_a_link_from_another_page_may_be_followed_but_not_read(http):
    answer = http.get("/clock", headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_command_line_may_send_a_form(http, world):
    before = world.clock.now()
    assert http.post("/clock/advance", data={"seconds": "60"}).status_code == 303
    assert world.clock.now() == before + 60


def test_the_clock_is_moved_frozen_hastened_and_released(send, world):
    before = world.clock.now()
    status, page = send("/clock/advance", seconds="90.5")
    assert (status, world.clock.now()) == (303, before + 90.5)
    assert "The clock was moved forward." in page
    assert "frozen" in page
    assert "60 times as fast" in send("/clock/scale", factor="60")[1]
    send("/clock/freeze")
    assert world.clock.state().is_frozen
    assert "real time" in send("/clock/release")[1]
    assert not world.clock.state().is_frozen


def test_what_was_done_is_not_said_to_the_page_that_is_left(http):
    http.set_cookie("done", "/clock/freeze")
    assert "frozen." not in http.get("/clock", headers={"X-Requested-With": "live"}).text
    assert "frozen." in http.get("/clock").text


def test_what_was_done_is_said_once(send, http):
    send("/clock/freeze")

    assert "The clock is frozen." not in http.get("/clock").text


INVOKE, PHONE, TOKEN = "/functions/ask/invoke", "/phones/alices", "/tokens/end"
SERVER = {"event": "{}", "sender": "server"}
REFUSED = [
    ("/clock/advance", {"seconds": "soon"}, 400, "seconds: expected a number, got 'soon'"),
    ("/clock/advance", {}, 400, "seconds: expected a number, got ''"),
    ("/clock/advance", {"seconds": "nan"}, 400, "seconds: expected a number, got 'nan'"),
    ("/clock/advance", {"seconds": "-1"}, 400, "the clock only moves forward"),
    ("/clock/scale", {"factor": "0"}, 400, "times as fast"),
    ("/faults/add", {"api": "soter.verifySignature"}, 400, "expected an effect, got none"),
    ("/faults/add", {"api": "nothing", "errcode": "-1"}, 400, "api: expected"),
    ("/faults/add", {"api": "*", "errcode": "1.5"}, 400, "errcode: expected a whole number"),
    ("/faults/add", {"api": "*", "errcode": "1e30"}, 400, "errcode: expected a whole number"),
    ("/faults/add", {"api": "*", "reply": "{"}, 400, "reply: expected JSON, got '{'"),
    ("/faults/add", {"function": "ask", "fail": "boredom"}, 400, "fail: expected one of"),
    ("/faults/add", {"api": "*", "errcode": "-1", "percent": "0"}, 400, "probability: expected more than 0"),
    ("/faults/add", {"api": "*", "errcode": "-1", "body": "x"}, 400, "body: expected a status with it"),
    ("/faults/add", {"api": "*", "reply": "{}", "errmsg": "x"}, 400, "errmsg: expected an errcode with it"),
    ("/faults/remove", {"id": "7"}, 404, "there is no fault 7"),
    ("/users/add", {"openid": "oAlice"}, 409, "is taken"),
    ("/users/add", {"appid": "wxNobody"}, 404, "no app has the appid 'wxNobody'"),
    ("/users/end", {"appid": APPID, "openid": "oCarol"}, 409, "has no session now"),
    ("/users/end", {"appid": APPID, "openid": "oNobody"}, 404, "nobody has"),
    ("/phones/add", {"profile": "nokia"}, 400, "no profile is called 'nokia'"),
    (f"{PHONE}/enrol", {"mode": "facial", "count": "1"}, 400, "has no 'facial'"),
    (f"{PHONE}/enrol", {"mode": "fingerPrint", "count": "-1"}, 400, "expected 0 or more"),
    (
        f"{PHONE}/enrol",
        {"mode": "fingerPrint", "count": "many"},
        400,
        "count: expected a whole number up to 1000, got 'many'",
    ),
    (f"{PHONE}/enrol", {"mode": "fingerPrint", "count": "1e9"}, 400, "expected a whole number up to 1000"),
    ("/phones/plain/override", {"wrongSalt": "1"}, 400, "has no key of its own"),
    *(
        (f"/phones/nobody/{deed}", {"count": "1", "mode": "fingerPrint"}, 404, "")
        for deed in ("enrol", "override", "remove")
    ),
    (TOKEN, {"appid": APPID, "digest": "0"}, 409, "the token has ended already"),
    (INVOKE, {"event": "{", "sender": "server"}, 400, "event: expected JSON, got '{'"),
    (INVOKE, {"event": "NaN", "sender": "server"}, 400, "event: expected JSON, got 'NaN'"),
    (INVOKE, {"event": "[1]", "sender": "user", "openid": "oAlice"}, 400, "expected an object"),
    (INVOKE, {"event": "7", "sender": "visitor"}, 400, "expected an object"),
    (INVOKE, {"event": "{}", "sender": "user"}, 400, "openid: expected some text"),
    (INVOKE, {"event": "{}", "sender": "user", "openid": "oNobody"}, 400, "40003"),
    (INVOKE, {"event": "{}", "sender": "everybody"}, 400, "'everybody' is not known here"),
    (INVOKE, {"event": "{}"}, 400, "is not known here"),
    ("/functions/ask/save", SERVER, 400, ""),
    ("/functions/ask/save", {**SERVER, "event": "{", "name": "x"}, 400, ""),
    ("/functions/ask/save", {"event": "{}", "name": "x"}, 400, ""),
    ("/functions/ask/forget", {"name": "x"}, 404, ""),
    ("/functions/nobody/save", {**SERVER, "name": "x"}, 404, ""),
    ("/functions/nobody/invoke", SERVER, 404, ""),
    ("/functions/nobody/forget", {"name": "x"}, 404, ""),
    ("/state/replace", {"is_sure": "1"}, 400, "wxemu state export"),
    *(("/state/save", {"name": name}, 400, "a snapshot cannot be called") for name in ("", "seed", "a b", "<b>")),
    *((f"/state/{deed}", {"to": "nothing"}, 404, "no snapshot is called 'nothing'") for deed in ("forget", "reset")),
    ("/state/reset", {}, 400, ""),
    ("/state/reset", {"to": "seed", "of": "wxNobody"}, 400, ""),
]
ELSEWHERE = (
    *("/faults/remove", "/users/end", "/tokens/end", "/state/forget", "/state/reset", "/phones/nobody"),
    *("/phones/plain", "/functions/nobody", "/functions/ask/forget"),
)
"""Where what is refused has no form of its own on the page that tells so."""


@pytest.fixture
def project(project_of):
    return project_of("def main(event, context): return 'ran'\n")


@pytest.fixture
def world_seed(world_seed):
    """With two phones in one hand."""
    seed = deepcopy(world_seed)
    phones = [{"id": "alices", "profile": "android"}, {"id": "plain", "profile": "none"}]
    seed["apps"][0]["users"].append({"openid": "oPhones", "phones": phones})
    return seed


@pytest.mark.parametrize(("path", "fields", "status", "reason"), REFUSED)
def test_what_cannot_be_done_is_told_on_the_page_itself_and_changes_nothing(  # noqa: PLR0917
    http, send, world, path, fields, status, reason
):
    before = world.store.writes()
    got, refusal = send(path, **fields)
    assert got == status
    assert reason in refusal
    assert world.store.writes() == before
    assert f'action="{path}"' in http.post(path, data=fields).text or path.startswith(ELSEWHERE)


@pytest.mark.parametrize("refused", REFUSED)
def test_a_page_in_chinese_refuses_in_chinese(http, send, refused):
    path, fields, status, reason = refused
    http.get("/clock?lang=zh")
    got, refusal = send(path, **fields)
    assert got == status
    assert re.search("[\u4e00-\u9fff]", refusal) or reason == "40003"  # WeChat's own text


def test_a_page_in_english_refuses_in_english(send):
    for path, fields, _, _ in REFUSED:
        assert not re.search("[\u4e00-\u9fff]", send(path, **fields)[1])


def test_a_page_that_tells_a_refusal_keeps_its_own_address(http):
    assert 'data-path="/clock"' in http.post("/clock/advance").text
    assert 'href="/clock?lang=zh"' in http.post("/clock/advance").text
    assert "data-path" not in http.get("/clock").text


def test_a_fault_is_added_met_and_removed(send, world, wechat):
    status, page = send("/faults/add", api="auth.getStableAccessToken", errcode="-1", times="2", latencyMs="")
    assert status == 303
    assert "auth.getStableAccessToken" in page
    assert wechat.stable_token().errcode == -1
    (waiting,) = faults.list_faults(world)
    assert (waiting.times, waiting.hits) == (1, 1)
    assert "No faults" in send("/faults/remove", id=str(waiting.number))[1]


def test_a_fault_is_for_the_app_that_the_console_is_about(http, send, world):
    http.get(f"/faults?app={APPID}")
    send("/faults/add", api="*", reply='{"is_ok": false}', times="1")
    http.get("/faults?app=*")
    send("/faults/add", function="*", fail="timeout", latencyMs="20", times="")
    of_app, of_all = faults.list_faults(world)
    assert (of_app.appid, of_app.reply, of_app.times) == (APPID, '{"is_ok":false}', 1)
    assert (of_all.appid, of_all.failure, of_all.latency_ms, of_all.times) == (None, "timeout", 20, None)


def test_a_fault_has_a_text_a_body_and_a_chance_of_its_own(send, world):
    send("/faults/add", api="*", errcode="-1", errmsg="busy <b>", percent="25", times="")
    send("/faults/add", api="*", status="502", body="<html>", times="1")
    refusal, outage = faults.list_faults(world)
    assert (refusal.errmsg, refusal.probability) == ("busy <b>", 0.25)
    assert (outage.status, outage.body, outage.probability) == (502, "<html>", 1)


def test_all_faults_are_removed_at_once(send, world):
    send("/faults/add", api="*", abort="true", times="1")
    send("/faults/add", api="*", status="502", times="1")
    send("/faults/remove")
    assert faults.list_faults(world) == []


def test_a_request_is_sent_again_with_the_credentials_of_now(send, http, wechat):
    wechat.verify("oAlice", "{}", "signature")
    (exchange, *_) = http.get("/emulator/v1/exchanges?api=soter.verifySignature").json["exchanges"]
    status, page = send(f"/requests/{exchange['rid']}/replay")
    assert status == 303
    assert f'href="/requests/{exchange["rid"]}"' in page
    assert len(http.get("/emulator/v1/exchanges?api=soter.verifySignature").json["exchanges"]) == 2


def test_a_request_whose_proof_is_not_kept_says_so_on_its_page(send, http):
    http.post("/", headers={"X-TC-Action": "ListFunctions"})
    (exchange, *_) = http.get("/emulator/v1/exchanges").json["exchanges"]
    status, refusal = send(f"/requests/{exchange['rid']}/replay")
    assert status == 409
    assert "send it again from its client" in refusal


def test_a_request_that_nobody_made_cannot_be_sent_again(http):
    assert http.post("/requests/nothing/replay").status_code == 404
