"""The journal: what was asked and answered, without credentials."""

import json
import re

import pytest

from wxemu.core import credentials, journal

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
        "user_agent": kept["user_agent"],
        "status": 200,
        "api": "soter.verifySignature",
        "function": None,
        "errcode": "40003",
        "request_id": None,
        "given": {"openid": "oNobody", "json_string": "{}", "json_signature": "AAAA"},
        "remark": "'oNobody'",
        "outcome": "40003",
        "is_failure": True,
        "number": kept["number"],
    }
    assert kept["user_agent"].startswith("Werkzeug/")


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
    kept = journal.list_latest(world, limit=400)
    assert 50 <= len(kept) <= 150
    assert kept[0].url == "/399"


def test_bytes_that_are_no_text_are_kept_as_escapes(http, control):
    http.post("/cgi-bin/stable_token", data=b"\xff\x00a")
    assert control.exchanges[0]["request_body"] == "\\xff\x00a"


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_have_is_shown_in_none(http, number):
    rid = re.search("[0-9a-f-]{26}", http.post("/nothing", data=f'{{"a": {number}}}').text)[0]
    for path in ("exchanges", f"exchanges/{rid}"):
        json.loads(http.get(f"/emulator/v1/{path}").text, parse_constant=pytest.fail)


def test_a_text_of_any_length_can_be_looked_for(http, control):
    http.get("/nothing", query_string={"q": "a" * 60_000})
    assert len(http.get("/emulator/v1/exchanges", query_string={"q": "A" * 60_000}).json["exchanges"]) == 1


CHOICES = {
    "api=soter.verifySignature": ["verify"],
    "api=wx.login": ["login"],
    "face=phone": ["confirm", "login"],
    "errcode=87009": ["check"],
    "errcode=90008": ["confirm"],
    "failed=true": ["confirm", "check", "verify"],
    "q=oalice": ["check"],
    "q=o%25ice": [],
    "q=order-7": ["confirm"],
    "q=Werkzeug&face=wechat": ["check", "verify", "token"],
    "appid=wx1234567890abcdef&limit=2": ["confirm", "login"],
    "appid=wxfedcba0987654321": [],
    "since=1700000000&limit=1": ["confirm"],
    "since=1700000001": [],
}


@pytest.mark.parametrize("query", CHOICES)
def test_they_can_be_chosen_in_every_way(wechat, control, new_phone, query):
    token = wechat.access_token
    wechat.post(f"/cgi-bin/soter/verify_signature?access_token={token}", {"openid": "oNobody"}, errand="verify")
    wechat.check_session("oAlice", "another key", access_token=token)
    phone = new_phone("android", openid="oBob")
    phone.login()
    phone.confirm("order-7", outcome="cancel")
    names = {
        "auth.getStableAccessToken": "token",
        "soter.verifySignature": "verify",
        "auth.checkSessionKey": "check",
        "wx.login": "login",
        "wx.startSoterAuthentication": "confirm",
    }
    assert [names[one["name"]] for one in control.get(f"exchanges?{query}")["exchanges"]] == CHOICES[query]


def test_older_ones_follow_page_by_page(wechat, control):
    for number in range(7):
        wechat.get(f"/{number}")
    pages, before = [], ""
    while page := control.get(f"exchanges?limit=3{before}")["exchanges"]:
        pages.append([one["url"] for one in page])
        before = f"&before={page[-1]['number']}"
    assert pages == [["/6", "/5", "/4"], ["/3", "/2", "/1"], ["/0"]]


class TestStream:
    @pytest.fixture
    def follow(self, http):
        opened = []

        def begin(query=""):
            response = http.get(f"/emulator/v1/exchanges/stream{query}")
            opened.append(response)
            assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
            return (json.loads(chunk)["url"] for chunk in response.response if chunk.strip())

        yield begin
        for response in opened:
            response.close()

    def test_it_tells_of_each_as_it_comes(self, follow, wechat):
        wechat.get("/before")
        told = follow()
        wechat.get("/1")
        assert next(told) == "/1"
        wechat.get("/2")
        assert next(told) == "/2"

    def test_it_begins_with_as_many_as_are_wanted(self, follow, wechat):
        for number in range(3):
            wechat.get(f"/{number}")
        told = follow("?limit=2")
        assert [next(told), next(told)] == ["/1", "/2"]

    def test_others_are_left_out_and_it_goes_on_after_a_reset(self, follow, wechat, control):
        told = follow("?q=wanted")
        wechat.get("/other")
        control.post("state/reset")
        wechat.get("/wanted")
        assert next(told) == "/wanted"


def test_one_is_shown_on_every_layer(wechat, control, new_phone):
    phone = new_phone(openid="oAlice")
    done = phone.confirm("order/1")
    wechat.verify("oAlice", done["resultJSON"], done["resultJSONSignature"])
    shown = control.get(f"exchanges/{control.exchanges[0]['rid']}")
    query, body, text, answer = shown["layers"]
    assert query == {"direction": "request", "form": "query", "place": "", "content": {"access_token": "***"}}
    assert (body["direction"], body["form"], body["place"]) == ("request", "JSON", "")
    assert body["content"]["json_string"] == done["resultJSON"]
    assert (text["place"], text["content"]["raw"]) == ("json_string", "order/1")
    assert (answer["direction"], answer["content"]["is_ok"]) == ("response", True)


def test_what_is_long_is_cut_and_says_so(http, control, wechat):
    query = {"access_token": wechat.access_token}
    http.post("/cgi-bin/soter/verify_signature", query_string=query, data="x" * 70_000)
    kept = control.exchanges[0]["request_body"]
    assert kept == "x" * journal.KEPT_CHARACTERS + "\n[cut: 70000 characters in all]"


def test_time_is_that_of_the_beginning_and_the_cost_is_measured(serve, project_of, world, tenant):
    project = project_of("import time\ndef main(event, context):\n    time.sleep(0.05)\n")
    http = serve(world, project)
    phone = http.post("/phone/v1/phones", json={"appid": tenant.appid, "profile": "none"}).json["phoneId"]
    world.clock.release()
    answered = http.post(f"/phone/v1/phones/{phone}/callFunction", json={"name": "ask"}).json
    kept = http.get(f"/emulator/v1/exchanges/{answered['requestID']}").json
    assert kept["name"] == "wx.cloud.callFunction"
    assert kept["cost_in_ms"] >= 50
    assert kept["at"] + kept["cost_in_ms"] / 1000 <= world.clock.now()


SECRET = "9hAb/NEY+lkaMBEsmFgzig=="
WRITTEN = {
    "in a query": f"a=1&secret={SECRET}&b=2",
    "in a query, escaped": "cloudbase_access_token=9hAb%2FNEY%2BlkaMBEsmFgzig%3D%3D&b=2",
    "in JSON": json.dumps({"session_key": SECRET, "b": 2}),
    "in JSON with whitespace": f'{{"access_token" : "{SECRET}" , "b":2}}',
    "in JSON with escaped slashes, as PHP writes it": json.dumps({"sessionKey": SECRET}).replace("/", r"\/"),
    "in JSON with escaped signs, as Gson writes it": json.dumps({"secret": SECRET}).replace("=", r"\u003d"),
    "in a form": f'--b\r\nContent-Disposition: form-data; name="secret"\r\n\r\n{SECRET}\r\n--b--',
    "in a form, with a type": f'x; name="sessionToken"\r\nContent-Type: text/plain\r\n\r\n{SECRET}\r\n--b--',
    "in a header": f"Authorization: Bearer {SECRET}",
    "in a signature of Tencent Cloud's": f"TC3-HMAC-SHA256 Credential=a/b, SignedHeaders=c;d, Signature={SECRET}",
    "in JSON in JSON": json.dumps({"body": json.dumps({"session_key": SECRET})}),
    "in JSON in JSON with escaped slashes": json.dumps(json.dumps({"session_key": SECRET}).replace("/", r"\/")),
    "in JSON in JSON in JSON": json.dumps(json.dumps(json.dumps({"session_key": SECRET}))),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_credential_is_struck_out_however_it_is_written(text):
    struck = credentials.strike_out(text)
    assert "***" in struck
    for piece in ("9hAb", "NEY", "lkaMBEsmFgzig", "3d", "=="):
        assert piece not in struck


@pytest.mark.parametrize(
    "text", ["a=1&signature=0", '{"openid":"o","json_string":"{}"}', '"secret"', "secret", '{"secretary":"Ann"}', ""]
)
def test_anything_else_stays_as_it_is(text):
    assert credentials.strike_out(text) == text


@pytest.mark.parametrize("sign", ['name="secret"\nx\n', "TC3-HMAC-SHA256 ", '"secret":', "secret="])
def test_a_text_full_of_signs_of_a_credential_is_read_in_one_pass(sign):
    assert credentials.strike_out(sign * 10_000)


def test_a_text_full_of_backslashes_is_read_in_one_pass():
    for text in ("\\" * 200_000, '"secret"' + "\\" * 200_000, '"secret":"' + "\\" * 200_000):
        assert credentials.strike_out(text).startswith(text[:8])


def test_what_was_struck_out_can_be_put_in_again():
    kept = credentials.strike_out('a=1&secret=old&b=2 {"access_token": "old", "session_key": "old"}')
    filled = credentials.restore(kept, {"secret": "new\\1", "access_token": "newer"})
    assert filled == 'a=1&secret=new\\1&b=2 {"access_token": "newer", "session_key": "***"}'


def test_a_secret_of_another_type_is_not_remarked(wechat, control):
    wechat.stable_token(secret=["0123456789abcdef0123456789abcdef"])
    assert control.exchanges[0]["remark"] == "'secret'"
