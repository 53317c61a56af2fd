"""Users, sessions, phones, keys, tokens and quotas on the console."""

import html
import re
from urllib.parse import quote

import pytest

from wxemu.console import rows
from wxemu.phone import phones
from wxemu.phone.phones import Override
from wxemu.wechat import auth_keys, sessions, soter, tokens, users
from wxemu.wechat.users import User

APPID = "wx1234567890abcdef"
OTHER_APPID = "wxfedcba0987654321"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ALICE = f"/users/{APPID}/oAlice"


def names(page):
    """What the rows of a page lead to."""
    return re.findall(r'class="whole mono" id="[^"]+" href="[^"]+">([^<]+)</a>', page)


class TestUsers:
    def test_of_all_apps_are_listed_with_their_sessions(self, http, read):
        assert names(http.get("/users").text) == ["oAlice", "oBob", "oCarol", "oMallory", "oDave"]
        assert "oCarol" in read("/users")
        assert "never logged in" in read("/users")
        assert "blocked" in read("/users")

    def test_of_the_chosen_app_are_listed_alone(self, http):
        assert names(http.get(f"/users?app={OTHER_APPID}").text) == ["oDave"]

    def test_are_found_by_openid_unionid_and_phone(self, http, new_phone):
        phone = new_phone(openid="oBob")
        assert names(http.get("/users?q=ALICE").text) == ["oAlice"]
        assert names(http.get("/users?q=uAlice").text) == ["oAlice"]
        assert names(http.get(f"/users?q={phone.phone_id}").text) == ["oBob"]
        assert "Nothing found" in http.get("/users?q=nobody").text

    def test_come_page_by_page(self, http, world):
        with world.transaction():
            for number in range(120):
                users.add(world, User(APPID, f"oX{number:03}"))
        seen, address = [], "/users?q=oX"
        while address:
            page = http.get(address).text
            seen += names(page)
            more = re.search(r'href="([^"]+)" rel="next"', page)
            address = html.unescape(more[1]) if more else ""
        assert seen == [f"oX{number:03}" for number in range(120)]

    @pytest.mark.parametrize("start", ["x", "-1", "1e3", "٣", "9" * 40])
    def test_begin_at_the_beginning_where_a_place_is_none(self, http, start):
        assert names(http.get("/users", query_string={"from": start}).text)[:1] == ["oAlice"]

    def test_are_none_at_first(self, open_world, serve):
        world = open_world()
        page = serve(world).get("/users").text
        assert "wxemu phone new" in page
        assert 'action="/users/add"' not in page

    def test_are_added(self, send, world):
        status, page = send("/users/add", openid="oNew", unionid="uNew", is_high_risk="1")
        assert status == 303
        assert "The user is added." in page
        assert users.find(world, APPID, "oNew") == User(APPID, "oNew", "uNew", is_high_risk=True)

    def test_are_added_to_the_chosen_app_with_an_openid_of_their_own(self, send, http, world):
        http.get(f"/users?app={OTHER_APPID}")
        status, _ = send("/users/add", openid="", unionid="")
        assert status == 303
        assert len(users.all_users(world, OTHER_APPID)) == 2

    def test_cannot_be_added_where_there_is_no_app(self, open_world, serve):
        assert serve(open_world()).post("/users/add").status_code == 404

    def test_have_openids_that_are_shown_as_text_and_lead_to_them(self, http, world):
        with world.transaction():
            users.add(world, User(APPID, HOSTILE, HOSTILE))
        for path in ("/users", f"/users/{APPID}/{quote(HOSTILE, safe='')}", "/tokens", "/phones"):
            answer = http.get(path)
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text


class TestOneUser:
    def test_shows_since_when_until_when_and_by_whom_the_session_is(self, read, wechat, new_phone):
        phone = new_phone(openid="oAlice")
        code = phone.login()
        wechat.code_to_session(code)
        shown = read(ALICE)
        assert f"wx.login on {phone.phone_id} , code {code}" in shown
        assert "in 3 d" in shown
        assert "stays on the server" in shown

    def test_shows_no_code_that_bought_nothing(self, read, new_phone):
        code = new_phone(openid="oAlice").login()
        assert code not in read(ALICE)
        assert "the seed, a reset, or an earlier login" in read(ALICE)

    def test_shows_the_sessions_before(self, http, wechat, clock):
        assert "None yet. A new login ends" in http.get(ALICE).text
        wechat.log_in("oAlice")
        clock.advance(5)
        wechat.log_in("oAlice")
        assert http.get(ALICE).text.count("<tr><td") == 2

    def test_teaches_how_to_log_in(self, read, new_phone):
        phone = new_phone(openid="oCarol")
        assert f"wxemu phone login {phone.phone_id}" in read(f"/users/{APPID}/oCarol")

    def test_shows_no_key(self, http, wechat):
        former, present = wechat.log_in("oAlice"), wechat.log_in("oAlice")
        for path in ("/users", ALICE):
            assert not [key for key in (former, present) if key in http.get(path).text]

    @pytest.mark.parametrize("path", [f"/users/{APPID}/oNobody", f"/users/{OTHER_APPID}/oAlice"])
    def test_that_nobody_is_is_a_page_that_says_so(self, http, path):
        answer = http.get(path)
        assert answer.status_code == 404
        assert "nobody has the openid" in answer.text

    def test_s_session_is_ended(self, send, world):
        status, page = send("/users/end", appid=APPID, openid="oAlice")
        assert status == 303
        assert "The session has ended." in page
        assert sessions.find(world, APPID, "oAlice") is None
        assert 'action="/users/end"' not in page


class TestPhones:
    def test_are_listed_with_their_state(self, read, world, new_phone):
        honest, attacker, plain = new_phone(), new_phone("huawei"), new_phone("none")
        attacker.do("override", tamperedRaw=True)
        shown = read("/phones")
        assert f"{honest.phone_id} android ready" in shown
        assert f"{attacker.phone_id} huawei misbehaves" in shown
        assert f"{plain.phone_id} none no key" in shown
        assert phones.find(world, honest.phone_id).cpu_id not in shown

    def test_are_found_by_what_they_are(self, http, new_phone):
        ios, android = new_phone("ios"), new_phone("android", openid="oBob")
        assert names(http.get("/phones?q=ios").text) == [ios.phone_id]
        assert names(http.get("/phones?q=obob").text) == [android.phone_id]
        assert "Nothing found" in http.get("/phones?q=nobody").text
        assert names(http.get(f"/phones?app={OTHER_APPID}").text) == []

    def test_that_are_locked_say_for_how_long(self, read, new_phone, clock):
        phone = new_phone()
        phone.confirm(outcome="lockout")
        assert "locked for 30 s" in read("/phones")
        clock.advance(30)
        assert "locked" not in read(f"/phones/{phone.phone_id}")

    def test_are_made_for_a_user_or_with_one(self, send, world):
        status, page = send("/phones/add", profile="ios", openid="oAlice")
        assert status == 303
        assert "its keys are made and uploaded" in page
        send("/phones/add", profile="android", openid="", appid=OTHER_APPID)
        held = {phone.appid: phone for phone in phones.all_phones(world)}
        assert (held[APPID].openid, held[APPID].profile.name) == ("oAlice", "ios")
        assert held[OTHER_APPID].profile.name == "android"


class TestOnePhone:
    def test_shows_the_chain_of_its_keys_by_fingerprints(self, http, world, new_phone):
        held = phones.find(world, new_phone(openid="oAlice").phone_id)
        page = http.get(f"/phones/{held.phone_id}").text
        (uploaded,) = auth_keys.of_user(world, APPID, "oAlice")
        prints = re.findall(r'data-copy="([0-9a-f]{64})"', page)
        assert prints[0] == soter.fingerprint(held.attk)
        assert len(set(prints)) == 3
        assert prints[2] == prints[3] == soter.fingerprint(uploaded.public_key)
        assert "the same key" in page
        assert "PRIVATE KEY" not in page

    def test_without_keys_shows_that_they_are_not_here(self, read, new_phone):
        shown = read(f"/phones/{new_phone('none').phone_id}")
        assert shown.count("not here") == 4
        assert "signs nothing that could be forged" in shown

    def test_shows_what_it_signed_with_its_counters(self, read, new_phone):
        phone = new_phone()
        first = phone.confirm("order-1")
        phone.do("override", staleCounter=True)
        phone.confirm("order-2")
        shown = read(f"/phones/{phone.phone_id}")
        assert first["errCode"] == 0
        assert re.search(r" 3 order-2 staleCounter .* 3 order-1 honest ", shown)

    def test_shows_a_challenge_as_text(self, http, new_phone):
        phone = new_phone()
        phone.confirm(HOSTILE)
        page = http.get(f"/phones/{phone.phone_id}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_that_is_not_there_is_a_page_that_says_so(self, http):
        assert http.get("/phones/nobody").status_code == 404

    def test_gets_fingers_and_loses_them(self, send, world, new_phone):
        phone_id = new_phone().phone_id
        assert send(f"/phones/{phone_id}/enrol", mode="fingerPrint", count="3")[0] == 303
        assert phones.find(world, phone_id).enrolled == {"fingerPrint": 3}
        send(f"/phones/{phone_id}/enrol", mode="fingerPrint", count="0")
        assert phones.find(world, phone_id).enrolled == {"fingerPrint": 0}

    def test_misbehaves_as_arranged_until_it_is_told_to_behave(self, send, world, new_phone):
        phone_id = new_phone().phone_id
        _, page = send(f"/phones/{phone_id}/override", wrongSalt="1", staleCounter="1", is_lasting="1")
        assert "Applied." in page
        assert phones.find(world, phone_id).override == Override(("wrongSalt", "staleCounter"), is_lasting=True)
        send(f"/phones/{phone_id}/override")
        assert phones.find(world, phone_id).override == Override()

    def test_is_thrown_away(self, send, world, new_phone):
        _, page = send(f"/phones/{new_phone().phone_id}/remove")

        assert "The phone is removed." in page
        assert phones.all_phones(world) == []


class TestTokens:
    def test_are_shown_newest_first_with_what_became_of_them(self, read, wechat, clock):
        wechat.plain_token()
        clock.advance(10)
        wechat.plain_token()
        clock.advance(10)
        wechat.stable_token()
        assert re.search(
            r"stable_token \w+ \w+ in force .* in 2 h .* token \w+ \w+ in force .* in 1 h 59 min"
            r" .* token \w+ \w+ replaced, still works .* in 4 min 50 s",
            read("/tokens"),
        )
        clock.advance(300)
        assert re.search(r" replaced .* 10 s ago", read("/tokens"))
        clock.advance(7200)
        assert re.search(r" expired .* 5 min ago", read("/tokens"))

    def test_themselves_are_not_shown(self, http, wechat):
        assert wechat.access_token not in http.get("/tokens").text

    def test_are_found_by_kind_and_api(self, http, wechat):
        wechat.plain_token()
        wechat.stable_token()
        assert http.get("/tokens?q=stable").text.count('action="/tokens/end"') == 1
        assert http.get("/tokens?q=auth.getAccessToken").text.count('action="/tokens/end"') == 1
        assert "Nothing found" in http.get("/tokens?q=nobody").text

    def test_of_another_app_are_left_out(self, http, wechat):
        wechat.plain_token()
        assert "/tokens/end" not in http.get(f"/tokens?app={OTHER_APPID}").text

    def test_are_made_to_expire(self, send, http, wechat, world):
        token = wechat.access_token
        digest = re.search(r'name="digest" value="([^"]+)"', http.get("/tokens").text)[1]
        status, page = send("/tokens/end", appid=APPID, digest=digest)
        assert status == 303
        assert "The token has expired." in page
        assert digest == tokens.digest(token)
        assert wechat.post("/cgi-bin/soter/verify_signature", {}, access_token=token).errcode == 42001
        assert wechat.access_token != token
        assert send("/tokens/end", appid=APPID, digest=digest) == (409, "the token has ended already")

    def test_of_another_app_do_not_expire(self, send, other_wechat):
        token = other_wechat.access_token
        assert send("/tokens/end", appid=APPID, digest=tokens.digest(token))[0] == 409
        assert other_wechat.access_token == token

    def test_teach_how_to_get_one(self, http):
        assert "/cgi-bin/token?grant_type" in http.get("/tokens").text


class TestQuotas:
    def test_show_what_is_used_of_what_and_until_when(self, read, wechat, clock):
        for _ in range(3):
            wechat.plain_token()
        wechat.log_in("oAlice")
        shown = read(f"/tokens?app={APPID}")
        assert "auth.getAccessToken a day 3 / 2,000" in shown
        assert re.search(r"auth.code2Session a minute 1 / 100 oAlice in \d+ s", shown)

    def test_that_are_used_up_are_marked(self, http, wechat, control):
        control.set(quotas={"auth.getAccessToken": {"day": 1}})
        wechat.plain_token()
        assert 'class="mono spent">1 / 1<' in http.get("/tokens").text

    def test_are_found_by_api(self, read):
        assert "auth.resetUserSessionKey" in read("/tokens?q=reset")
        assert "auth.getStableAccessToken" not in read("/tokens?q=reset")


def test_a_table_never_shows_more_rows_than_fit(http, world):
    with world.transaction():
        for number in range(3 * rows.PAGE_SIZE):
            users.add(world, User(APPID, f"oX{number}"))
    assert len(names(http.get("/users").text)) == rows.PAGE_SIZE
    assert len(names(http.get(f"/users?from={2 * rows.PAGE_SIZE}&q=oX").text)) == rows.PAGE_SIZE
