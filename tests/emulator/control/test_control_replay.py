"""A request once more, with the credentials of now."""

import json

import pytest

VERIFY = "/cgi-bin/soter/verify_signature"


@pytest.fixture
def replay(http):
    def again(rid, status=200):
        response = http.post(f"/emulator/v1/exchanges/{rid}/replay", json={})
        assert response.status_code == status, response.text
        return response.json

    return again


def test_a_token_of_now_is_put_in_for_the_one_that_was_struck_out(wechat, replay, clock):
    ended = wechat.plain_token()["access_token"]
    clock.advance(7201)
    refused = wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==", access_token=ended)
    answered = replay(refused.rid)
    assert answered["replayed"]["errcode"] == "42001"
    assert answered["differences"] == [
        {"place": "errcode", "before": 42001, "now": 0},
        {"place": "errmsg", "before": "access_token expired rid: ", "now": "ok"},
    ]
    kept = answered["exchange"]
    assert (kept["errcode"], kept["api"], kept["user_agent"]) == ("0", "auth.checkSessionKey", kept["user_agent"])
    assert "access_token=***" in kept["url"]


def test_the_apps_secret_is_put_in_too(wechat, replay, control):
    for wrong in (wechat.plain_token(secret="f" * 32), wechat.stable_token(secret="f" * 32)):
        assert wrong.errcode == 40125
        assert replay(wrong.rid)["exchange"]["errcode"] is None
    assert wechat.tenant.secret not in json.dumps(control.exchanges)


def test_a_signed_body_is_sent_again_byte_for_byte(wechat, replay, clock):
    ended = wechat.plain_token()["access_token"]
    clock.advance(7201)
    body = '{ "kv_list": [{"value":"中 \\u4e2d", "key":"n"}] }'.encode()
    refused = wechat.post_signed(
        "/wxa/set_user_storage", body, "oAlice", "o0q0otL8aEzpcZL/FT9WsQ==", access_token=ended
    )
    assert refused.errcode == 42001
    assert replay(refused.rid)["exchange"]["errcode"] == "0"


def test_what_answers_as_before_has_no_differences(wechat, replay):
    refused = wechat.verify("oNobody", "{}", "AAAA")
    answered = replay(refused.rid)
    assert answered["differences"] == []
    assert answered["exchange"]["number"] > answered["replayed"]["number"]


def test_what_a_phone_did_can_be_done_again(new_phone, control, replay):
    phone = new_phone()
    phone.login()
    answered = replay(control.exchanges[0]["rid"])
    assert [difference["place"] for difference in answered["differences"]] == ["code"]
    assert answered["exchange"]["face"] == "phone"


def test_a_body_that_was_cut_cannot_be_sent_again(http, wechat, replay, control):
    http.post(VERIFY, query_string={"access_token": wechat.access_token}, data="x" * 70_000)
    assert "too long" in replay(control.exchanges[0]["rid"], 409)["error"]["message"]


def test_a_web_users_call_cannot_be_made_in_their_name(http, replay, control):
    http.post("/v1/functions/ask", json={}, headers={"Authorization": "Bearer no.jwt.atall"})
    assert "send it again from its client" in replay(control.exchanges[0]["rid"], 409)["error"]["message"]


def test_a_call_of_no_known_app_is_refused_as_before(http, replay, control):
    http.get("/cgi-bin/token?grant_type=client_credential&appid=wx0&secret=s")
    answered = replay(control.exchanges[0]["rid"])
    assert (answered["exchange"]["errcode"], answered["differences"]) == ("40013", [])


def test_a_rid_of_nothing_cannot_be_sent_again(replay):
    assert replay("6553f100-00000000-00000000", 404)["error"]["status"] == 404


def test_a_page_of_another_origin_cannot_have_it_done(http, wechat):
    refused = wechat.verify("oNobody", "{}", "AAAA")
    response = http.post(
        f"/emulator/v1/exchanges/{refused.rid}/replay", json={}, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
