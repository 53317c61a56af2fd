"""The main job through every room: phone, function in its child process, WeChat's endpoint."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxemu.client.testing import MiniProgramError

pytestmark = pytest.mark.slow  # an emulator is started


def test_a_confirmation_is_genuine_for_its_user_and_for_nobody_else(emulator):
    mine, theirs = emulator.new_phone(), emulator.new_phone("huawei")
    signed = mine.start_soter_authentication("order-1").signed

    assert mine.call_function("verifySignature", **signed) == {
        "errCode": 0,
        "errMsg": "openapi.soter.verifySignature:ok",
        "isOk": True,
    }
    assert theirs.call_function("verifySignature", **signed)["isOk"] is False
    forged = theirs.call_function(
        "verifySignature", userInfo={"openId": mine.openid, "appId": emulator.app.appid}, **signed
    )
    assert forged["isOk"] is False, "a mini program cannot say who it is"


def test_a_session_is_valid_until_another_login_replaces_it(emulator):
    phone = emulator.new_phone()
    assert phone.call_function("checkSession")["errCode"] == 87007, "nothing is kept before the first login"

    login = phone.call_function("login", code=phone.login())
    assert login == {"errCode": 0, "errMsg": "login:ok", "openid": phone.openid}
    assert phone.call_function("checkSession") == {"errCode": 0, "errMsg": "checkSession:ok"}

    query = f"appid={emulator.app.appid}&secret={emulator.app.secret}&js_code={phone.login()}"
    emulator.remote.send("GET", f"/sns/jscode2session?{query}&grant_type=authorization_code")
    stale = phone.call_function("checkSession")
    assert stale["errCode"] == 87009
    assert stale["errMsg"].startswith("checkSession:fail invalid signature rid: ")


def test_a_session_key_sent_from_a_mini_program_is_refused_and_not_repeated(emulator):
    answer = emulator.new_phone().call_function("checkSession", sessionKey="HyVFkGl5F5OQWJZZaNzBBg==")

    assert answer["errCode"] == -501008
    assert "session_key stays on the server" in answer["errMsg"]
    assert "HyVFkGl5F5OQWJZZaNzBBg==" not in answer["errMsg"]


def test_an_unknown_function_fails_in_the_platforms_words(emulator):
    with pytest.raises(MiniProgramError) as failed:
        emulator.new_phone().call_function("nope")

    assert failed.value.err_code == -501000
    assert failed.value.err_msg.startswith(
        "cloud.callFunction:fail Error: errCode: -501000 | errMsg: FunctionName parameter could not be found. "
    )


@settings(max_examples=60)
@given(text=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8), data=st.data())
def test_any_json_text_travels_verbatim_from_the_phone_to_the_endpoint(emulator, text, data):
    """Whatever its escapes: the endpoint's journal shows the very characters that the phone's user signed."""
    ascii_only = data.draw(st.booleans())
    separators = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
    sent = json.dumps({"raw": text}, ensure_ascii=ascii_only, separators=separators).replace("/", "\\/")
    sent = sent.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    phone = emulator.new_phone("none")

    answer = phone.call_function("verifySignature", jsonString=sent, jsonSignature="c2lnbmF0dXJl")

    assert answer["isOk"] is False
    (asked,) = emulator.app.requests.list(api="soter.verifySignature", text=phone.openid, face="cloudbase")
    assert asked.given["json_string"] == sent


def test_two_hundred_logins_and_confirmations_by_twenty_users_at_once_lose_and_mix_nothing(emulator):
    phones = [emulator.new_phone() for _ in range(20)]
    cpu_ids = {phone.openid: emulator.ask("GET", f"/phone/v1/phones/{phone.phone_id}")["cpuId"] for phone in phones}

    def one_round(number):
        connection = emulator.again()
        mine, theirs = (connection.same_phone(phones[(number + more) % 20]) for more in (0, 1))
        login = mine.call_function("login", code=mine.login())
        confirmation = mine.start_soter_authentication(f"order-{number}")
        genuine = mine.call_function("verifySignature", **confirmation.signed)
        stranger = theirs.call_function("verifySignature", **confirmation.signed)
        return login, json.loads(confirmation.result_json), genuine, stranger, mine

    with ThreadPoolExecutor(32) as pool:
        rounds = list(pool.map(one_round, range(200)))

    counters = {}
    for number, (login, signed, genuine, stranger, mine) in enumerate(rounds):
        assert login == {"errCode": 0, "errMsg": "login:ok", "openid": mine.openid}
        assert signed["raw"] == f"order-{number}"
        assert signed["cpu_id"] == cpu_ids[mine.openid]
        assert genuine["isOk"] is True
        assert stranger["isOk"] is False
        counters.setdefault(mine.openid, []).append(signed["counter"])
    assert all(sorted(seen) == list(range(3, 13)) for seen in counters.values()), "each counter value was used once"
