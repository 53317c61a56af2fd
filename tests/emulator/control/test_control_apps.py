"""Apps, users, sessions and tokens, arranged over HTTP for tests in any language."""

import re

APPID = "wx1234567890abcdef"
OTHER = "wxfedcba0987654321"
NOON = 1_700_000_000.0
APPS = "/emulator/v1/apps"


def told(response):
    return response.status_code, response.json["error"]["message"]


def test_the_app_that_is_meant_where_none_is_named_stays_the_seed_s_first(http, control):
    control.post("apps", appid="wx0000000000000000")
    control.post("state/reset", appid=APPID)
    assert [app["appid"] for app in control.get("apps")["apps"]] == [APPID, OTHER, "wx0000000000000000"]
    assert http.post("/emulator/v1/environments", json={}).json["env"]["WX_APPID"] == APPID


def test_that_there_is_no_app_is_told_with_what_to_do(http, control):
    control.post("state/reset", to="empty")
    status, message = told(http.post("/emulator/v1/environments", json={}))
    assert (status, message.partition(";")[0]) == (400, "there is no app")


class TestNewApp:
    def test_has_all_that_is_left_out_made_up(self, http, control):
        made = control.post("apps")
        assert re.fullmatch("wx[0-9a-f]{16}", made["appid"])
        assert re.fullmatch("[0-9a-f]{32}", made["secret"])
        assert re.fullmatch("env-[0-9a-f]{8}", made["env"])
        query = {"grant_type": "client_credential", "appid": made["appid"], "secret": made["secret"]}
        assert http.post("/cgi-bin/stable_token", json=query).json["expires_in"] == 7200
        assert control.post("apps")["appid"] != made["appid"]

    def test_is_an_app_of_the_seed_s_form(self, http, control):
        entry = {
            "appid": "wx00000000000000aa",
            "secret": "a" * 32,
            "env": "env-mine",
            "secret_id": "AKIDmine",
            "secret_key": "mine",
            "unauthorized": ["soter.verifySignature"],
            "users": [{"openid": "oEve", "session_key": "k", "phones": [{"id": "eves", "profile": "none"}]}],
        }
        made = control.post("apps", **entry)
        assert made == {
            **{name: value for name, value in entry.items() if name != "users"},
            "ip_whitelist": [],
            "ip_refusal": None,
            "is_secret_frozen": False,
            "forbidden": [],
        }
        (user,) = control.get(f"apps/{entry['appid']}/users")["users"]
        assert (user["openid"], user["phones"]) == ("oEve", ["eves"])

    def test_shows_its_secrets_once(self, control):
        made = control.post("apps", secret_key="the secret key")
        shown = control.get(f"apps/{made['appid']}")
        assert shown == {name: value for name, value in made.items() if name not in ("secret", "secret_key")}
        assert made["secret"] not in str(control.get("apps"))


class TestRestrictions:
    def test_are_changed_one_by_one_and_taken_back(self, http, wechat, control):
        changed = http.patch(f"{APPS}/{APPID}", json={"is_secret_frozen": True}).json
        assert changed["is_secret_frozen"]
        assert wechat.plain_token().errcode == 40243
        http.patch(f"{APPS}/{APPID}", json={"is_secret_frozen": False, "ip_refusal": "refused_1h"})
        assert wechat.plain_token().errcode == 89507
        http.patch(f"{APPS}/{APPID}", json={"ip_whitelist": ["192.0.2.1"]})
        assert wechat.plain_token().errcode == 40164
        http.patch(f"{APPS}/{APPID}", json={"ip_refusal": None, "ip_whitelist": []})
        assert wechat.plain_token().is_success


def test_an_app_is_taken_away_with_all_that_belonged_to_it(http, wechat, other_wechat, control, new_phone):
    new_phone("none")
    token = other_wechat.access_token
    assert http.delete(f"{APPS}/{APPID}").json == {"removed": APPID}
    assert wechat.plain_token().errcode == 40013
    assert http.get("/phone/v1/phones").json == {"phones": []}
    assert other_wechat.check_session("oDave", "49Q2zEXM3ogcyacpGdCa3A==", access_token=token).is_success
    assert control.post("apps", appid=APPID)["appid"] == APPID


class TestUsers:
    def test_are_shown_with_their_phones(self, control, new_phone):
        phone = new_phone("none", openid="oBob")
        users = {user["openid"]: user for user in control.get(f"apps/{APPID}/users")["users"]}
        assert list(users) == ["oAlice", "oBob", "oCarol", "oMallory"]
        assert users["oAlice"] == {"openid": "oAlice", "unionid": "uAlice", "is_high_risk": False, "phones": []}
        assert users["oBob"]["phones"] == [phone.phone_id]
        assert users["oMallory"]["is_high_risk"]

    def test_are_made_with_an_openid_of_their_own(self, control):
        made = control.post(f"apps/{APPID}/users")
        assert re.fullmatch("o[A-Za-z0-9_-]{27}", made["openid"])
        assert made == {"openid": made["openid"], "unionid": None, "is_high_risk": False}

    def test_are_made_as_a_seed_would(self, http, wechat, control):
        key = "HyVFkGl5F5OQWJZZaNzBBg=="
        made = control.post(f"apps/{APPID}/users", openid="oEve", unionid="uEve", session_key=key)
        assert made == {"openid": "oEve", "unionid": "uEve", "is_high_risk": False}
        assert wechat.check_session("oEve", key).is_success


class TestSessions:
    def test_are_shown_without_their_keys(self, http, wechat, control):
        key = wechat.log_in("oCarol")
        shown = {one["openid"]: one for one in control.get(f"apps/{APPID}/sessions")["sessions"]}
        assert shown["oCarol"] == {
            "openid": "oCarol",
            "issued_at": NOON,
            "expires_at": NOON + 3 * 24 * 3600,
            "is_expired": False,
        }
        assert key not in http.get(f"{APPS}/{APPID}/sessions").text

    def test_end_when_they_are_told_to(self, http, wechat, control):
        key = wechat.log_in("oCarol")
        ended = control.post(f"apps/{APPID}/users/oCarol/session/expire")
        assert ended == {"openid": "oCarol", "issued_at": NOON, "expires_at": NOON, "is_expired": True}
        assert wechat.check_session("oCarol", key).errcode == 87009
        again = http.post(f"{APPS}/{APPID}/users/oCarol/session/expire")
        assert told(again) == (404, f"'oCarol' has no session in {APPID} now; the user would have to log in first")


class TestTokens:
    def test_are_shown_newest_first_without_themselves(self, http, wechat, control, clock):
        first = wechat.plain_token()["access_token"]
        clock.advance(10)
        wechat.plain_token()
        clock.advance(10)
        wechat.stable_token()
        shown = control.get(f"apps/{APPID}/tokens")["tokens"]
        assert len({token.pop("digest") for token in shown}) == 3
        assert shown == [
            {"kind": "stable_token", "issued_at": NOON + 20, "expires_at": NOON + 7220, "replaced_at": None},
            {"kind": "token", "issued_at": NOON + 10, "expires_at": NOON + 7210, "replaced_at": None},
            {"kind": "token", "issued_at": NOON, "expires_at": NOON + 7200, "replaced_at": NOON + 310},
        ]
        assert first not in http.get(f"{APPS}/{APPID}/tokens").text

    def test_are_shown_as_many_as_are_asked_for(self, wechat, control):
        for _ in range(3):
            wechat.plain_token()
        assert len(control.get(f"apps/{APPID}/tokens?limit=2")["tokens"]) == 2
