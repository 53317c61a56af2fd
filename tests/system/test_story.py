"""The main job through every room: phone, function in its child process, WeChat's endpoint."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxemu.client.remote import Remote


def test_a_confirmation_is_genuine_for_its_user_and_for_nobody_else(emulator):
    mine, theirs = emulator.phone(), emulator.phone("huawei")
    signed = mine.confirm("order-1")
    result = {"jsonString": signed["resultJSON"], "jsonSignature": signed["resultJSONSignature"]}

    assert mine.call("verifySignature", **result)["result"] == {
        "errCode": 0,
        "errMsg": "openapi.soter.verifySignature:ok",
        "isOk": True,
    }
    assert theirs.call("verifySignature", **result)["result"]["isOk"] is False


def test_a_session_is_valid_until_another_login_replaces_it(emulator):
    phone = emulator.phone()
    assert phone.call("checkSession")["result"]["errCode"] == 87007, "nothing is kept before the first login"

    login = phone.call("login", code=phone.do("login")["code"])["result"]
    assert login == {"errCode": 0, "errMsg": "login:ok", "openid": phone.openid}
    assert phone.call("checkSession")["result"] == {"errCode": 0, "errMsg": "checkSession:ok"}

    code = phone.do("login")["code"]
    secret = "0123456789abcdef0123456789abcdef"
    query = f"appid=wx1234567890abcdef&secret={secret}&js_code={code}&grant_type=authorization_code"
    emulator.remote.send("GET", f"/sns/jscode2session?{query}")
    stale = phone.call("checkSession")["result"]
    assert stale["errCode"] == 87009
    assert stale["errMsg"].startswith("checkSession:fail invalid signature rid: ")


def test_a_mini_program_cannot_say_who_it_is(emulator):
    mine, theirs = emulator.phone(), emulator.phone()
    signed = mine.confirm("order-1")

    forged = theirs.call(
        "verifySignature",
        userInfo={"openId": mine.openid, "appId": "wx1234567890abcdef"},
        jsonString=signed["resultJSON"],
        jsonSignature=signed["resultJSONSignature"],
    )

    assert forged["result"]["isOk"] is False


def test_a_session_key_sent_from_a_mini_program_is_refused_and_not_repeated(emulator):
    answer = emulator.phone().call("checkSession", sessionKey="HyVFkGl5F5OQWJZZaNzBBg==")["result"]

    assert answer["errCode"] == -501008
    assert "session_key stays on the server side" in answer["errMsg"]
    assert "HyVFkGl5F5OQWJZZaNzBBg==" not in answer["errMsg"]


def test_an_unknown_function_fails_in_the_platforms_words(emulator):
    answer = emulator.phone().call("nope")

    assert answer["errCode"] == -501000
    assert answer["errMsg"].startswith(
        "cloud.callFunction:fail Error: errCode: -501000 | errMsg: FunctionName parameter could not be found. "
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8), data=st.data())
def test_any_json_text_travels_verbatim_from_the_phone_to_the_endpoint(emulator, text, data):
    """Whatever its escapes: the endpoint's journal shows the very characters that the phone's user signed."""
    ascii_only = data.draw(st.booleans())
    separators = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
    sent = json.dumps({"raw": text}, ensure_ascii=ascii_only, separators=separators).replace("/", "\\/")
    sent = sent.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    phone = emulator.phone("none")

    answer = phone.call("verifySignature", jsonString=sent, jsonSignature="c2lnbmF0dXJl")

    assert answer["result"]["isOk"] is False
    seen = emulator.remote.ask("GET", "/emulator/v1/exchanges?api=soter.verifySignature&limit=10")["exchanges"]
    asked = [one["given"] for one in seen]
    assert [given["json_string"] for given in asked if given["openid"] == phone.openid] == [sent]


@pytest.mark.slow
def test_two_hundred_logins_and_confirmations_by_twenty_users_at_once_lose_and_mix_nothing(emulator):
    phones = [emulator.phone() for _ in range(20)]

    def one_round(number):
        mine, theirs = phones[number % 20], phones[(number + 1) % 20]
        phone = type(mine)(Remote(emulator.remote.url), mine.made)
        login = phone.call("login", code=phone.do("login")["code"])["result"]
        signed = phone.confirm(f"order-{number}")
        result = {"jsonString": signed["resultJSON"], "jsonSignature": signed["resultJSONSignature"]}
        genuine = phone.call("verifySignature", **result)["result"]
        stranger = type(mine)(Remote(emulator.remote.url), theirs.made).call("verifySignature", **result)["result"]
        return login, json.loads(signed["resultJSON"]), genuine, stranger, mine

    with ThreadPoolExecutor(32) as pool:
        rounds = list(pool.map(one_round, range(200)))

    counters = {}
    for number, (login, signed, genuine, stranger, mine) in enumerate(rounds):
        assert login == {"errCode": 0, "errMsg": "login:ok", "openid": mine.openid}
        assert signed["raw"] == f"order-{number}"
        assert signed["cpu_id"] == mine.made["cpuId"]
        assert genuine["isOk"] is True
        assert stranger["isOk"] is False
        counters.setdefault(mine.openid, []).append(signed["counter"])
    assert all(sorted(seen) == list(range(3, 13)) for seen in counters.values()), "each counter value was used once"
