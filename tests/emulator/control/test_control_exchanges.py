"""The journal: what was asked and answered, without credentials."""

from __future__ import annotations

import json

import pytest

from emulator.world import journal

APPID = "wx1234567890abcdef"
NOON = 1_700_000_000


def test_an_exchange_is_kept_whole(wechat, control):
    refused = wechat.verify("oNobody", "{}", "AAAA")
    kept = control.exchanges[0]
    assert json.loads(kept.pop("request_body")) == {"openid": "oNobody", "json_string": "{}", "json_signature": "AAAA"}
    assert json.loads(kept.pop("response_body")) == refused.members
    assert kept.pop("cost_in_ms") >= 0
    assert kept == {
        "rid": refused.rid,
        "at": NOON,
        "face": "wechat",
        "name": "soter.verifySignature",
        "appid": APPID,
        "method": "POST",
        "url": "/cgi-bin/soter/verify_signature?access_token=***",
        "client_ip": "127.0.0.1",
        "remark": "'oNobody'",
    }


def test_one_is_found_by_its_rid(wechat, control):
    refused = wechat.get("/nothing")
    assert control.get(f"exchanges/{refused.rid}")["url"] == "/nothing"


def test_what_a_phone_did_is_kept_too(control, new_phone):
    new_phone().confirm("order-1", outcome="cancel")
    kept = control.exchanges[0]
    assert (kept["face"], kept["name"], kept["appid"]) == ("phone", "wx.startSoterAuthentication", APPID)
    assert json.loads(kept["response_body"])["errCode"] == 90008


def test_the_latest_is_the_first_and_the_limit_counts(wechat, http):
    for number in range(60):
        wechat.get(f"/{number}")
    shown = http.get("/emulator/v1/exchanges").json["exchanges"]
    assert [exchange["url"] for exchange in shown] == [f"/{number}" for number in range(59, 9, -1)]
    assert len(http.get("/emulator/v1/exchanges?limit=3").json["exchanges"]) == 3
    assert http.get("/emulator/v1/exchanges?limit=0").json["exchanges"] == []


def test_they_can_be_asked_for_by_app(wechat, other_wechat, control):
    for client in (wechat, other_wechat):
        client.plain_token()
        client.stable_token()
    shown = control.get(f"exchanges?appid={other_wechat.tenant.appid}")["exchanges"]
    assert [exchange["name"] for exchange in shown] == ["auth.getStableAccessToken", "auth.getAccessToken"]


def test_old_ones_are_forgotten(wechat, world, monkeypatch):
    monkeypatch.setattr(journal, "KEPT_EXCHANGES", 50)
    for number in range(400):
        wechat.get(f"/{number}")
    kept = journal.recent(world, limit=400)
    assert 50 <= len(kept) <= 150
    assert kept[0].url == "/399"


@pytest.mark.parametrize("limit", ["", "-1", "1.5", "many", "٣", "12345"])
def test_a_limit_that_is_no_small_number_is_refused(http, limit):
    response = http.get("/emulator/v1/exchanges", query_string={"limit": limit})
    assert response.status_code == 400
    assert response.json["error"]["message"] == f"limit: expected a number from 0 to 1000, got {limit!r}"


def test_a_rid_that_was_never_given_is_not_found(http):
    response = http.get("/emulator/v1/exchanges/6553f100-00000000-00000000")
    assert response.status_code == 404
    assert response.json["error"]["message"] == "no exchange has the rid '6553f100-00000000-00000000'"


def test_bytes_that_are_no_text_are_kept_as_escapes(http, control):
    http.post("/cgi-bin/stable_token", data=b"\xff\x00a")
    assert control.exchanges[0]["request_body"] == "\\xff\x00a"


SECRET = "9hAb/NEY+lkaMBEsmFgzig=="
WRITTEN = {
    "in a query": f"a=1&secret={SECRET}&b=2",
    "in a query, escaped": "cloudbase_access_token=9hAb%2FNEY%2BlkaMBEsmFgzig%3D%3D&b=2",
    "in JSON": json.dumps({"session_key": SECRET, "b": 2}),
    "in JSON with blanks": f'{{"access_token" : "{SECRET}" , "b":2}}',
    "in JSON with escaped slashes, as PHP writes it": json.dumps({"sessionKey": SECRET}).replace("/", r"\/"),
    "in JSON with escaped signs, as Gson writes it": json.dumps({"secret": SECRET}).replace("=", r"\u003d"),
    "in JSON in JSON": json.dumps({"body": json.dumps({"session_key": SECRET})}),
    "in JSON in JSON with escaped slashes": json.dumps(json.dumps({"session_key": SECRET}).replace("/", r"\/")),
    "in JSON in JSON in JSON": json.dumps(json.dumps(json.dumps({"session_key": SECRET}))),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_credential_is_struck_out_however_it_is_written(text):
    struck = journal.without_credentials(text)
    assert "***" in struck
    for piece in ("9hAb", "NEY", "lkaMBEsmFgzig", "3d", "=="):
        assert piece not in struck


@pytest.mark.parametrize(
    "text", ["a=1&signature=0", '{"openid":"o","json_string":"{}"}', '"secret"', "secret", '{"secretary":"Ann"}', ""]
)
def test_anything_else_stays_as_it_is(text):
    assert journal.without_credentials(text) == text


def test_a_text_full_of_backslashes_is_read_in_one_pass():
    for text in ("\\" * 200_000, '"secret"' + "\\" * 200_000, '"secret":"' + "\\" * 200_000):
        assert journal.without_credentials(text).startswith(text[:8])


def test_a_secret_of_another_type_is_not_remarked(wechat, control):
    wechat.stable_token(secret=["0123456789abcdef0123456789abcdef"])
    assert control.exchanges[0]["remark"] == "'secret'"
