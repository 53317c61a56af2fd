"""Making a phone, what it has, enrolment, wx.login and wx.checkSession."""

import re
from unittest.mock import ANY

import pytest

from wxemu.state import seed

APPID = "wx1234567890abcdef"
DAY = 24 * 3600


class TestCreation:
    def test_a_phone_is_shown_without_its_keys(self, http, new_phone):
        phone = new_phone("android", openid="oAlice")
        shown = phone.state
        assert re.fullmatch(r"phone-[0-9a-f]{12}", shown["phoneId"])
        assert re.fullmatch(r"[0-9a-f]{32}", shown.pop("cpuId"))
        assert re.fullmatch(r"1\d{4}", shown.pop("uid"))
        assert shown == {
            "phoneId": phone.phone_id,
            "appid": APPID,
            "openid": "oAlice",
            "profile": "android",
            "supportMode": ["fingerPrint"],
            "enrolled": {"fingerPrint": 1},
            "counter": 2,
            "failures": 0,
            "lockedFor": 0.0,
            "untilCleared": False,
            "override": [],
        }

    def test_without_an_openid_it_is_a_new_users(self, new_phone):
        openids = {new_phone("none").openid for _ in range(5)}
        assert len(openids) == 5
        assert all(re.fullmatch(r"o[A-Za-z0-9_-]{27}", openid) for openid in openids)

    def test_an_openid_nobody_has_becomes_a_users(self, wechat, new_phone):
        phone = new_phone("none", openid="oNew")
        assert wechat.code_to_session(phone.login())["openid"] == "oNew"

    def test_a_user_keeps_the_unionid_with_a_second_phone(self, wechat, new_phone):
        for _ in range(2):
            assert wechat.code_to_session(new_phone("none", openid="oAlice").login())["unionid"] == "uAlice"

    def test_phones_are_listed_by_app(self, http, new_phone):
        here = new_phone("none").phone_id
        there = new_phone("none", appid="wxfedcba0987654321").phone_id
        listed = {phone["phoneId"] for phone in http.get("/phone/v1/phones").json["phones"]}
        assert listed == {here, there}
        of_one_app = http.get(f"/phone/v1/phones?appid={APPID}").json["phones"]
        assert [phone["phoneId"] for phone in of_one_app] == [here]


@pytest.mark.parametrize(
    ("profile", "modes"),
    [("android", ["fingerPrint"]), ("ios", ["facial"]), ("huawei", ["fingerPrint", "facial"]), ("none", [])],
)
def test_a_phone_tells_the_modes_of_its_profile(new_phone, profile, modes):
    phone = new_phone(profile)
    assert phone.do("checkIsSupportSoterAuthentication") == {
        "supportMode": modes,
        "errMsg": "checkIsSupportSoterAuthentication:ok",
    }
    for mode in ("fingerPrint", "facial", "speech"):
        is_there = mode in modes
        assert phone.do("checkIsSoterEnrolledInDevice", checkAuthMode=mode) == {
            "isEnrolled": is_there,
            "errMsg": f"checkIsSoterEnrolledInDevice:{'ok' if is_there else 'fail not support'}",
        }


class TestEnrolment:
    def test_fingers_come_and_go(self, new_phone):
        phone = new_phone("android")
        enrolled = {"isEnrolled": True, "errMsg": "checkIsSoterEnrolledInDevice:ok"}
        assert phone.do("enrol", count=0)["enrolled"] == {"fingerPrint": 0}
        assert phone.do("checkIsSoterEnrolledInDevice", checkAuthMode="fingerPrint") == {
            **enrolled,
            "isEnrolled": False,
        }
        assert phone.confirm()["errCode"] == 90011
        assert phone.do("enrol")["enrolled"] == {"fingerPrint": 1}
        assert phone.do("checkIsSoterEnrolledInDevice", checkAuthMode="fingerPrint") == enrolled
        assert phone.confirm()["errCode"] == 0

    def test_one_mode_does_not_touch_the_other(self, new_phone):
        phone = new_phone("huawei")
        assert phone.do("enrol", mode="facial", count=0)["enrolled"] == {"fingerPrint": 1, "facial": 0}
        assert phone.confirm(requestAuthModes=["fingerPrint"])["errCode"] == 0
        assert phone.confirm(requestAuthModes=["facial"])["errCode"] == 90011


class TestLogin:
    def test_it_gives_a_code(self, new_phone):
        assert new_phone("none").do("login") == {"code": ANY, "errMsg": "login:ok"}

    def test_every_login_gives_another_code_and_all_of_them_work(self, wechat, new_phone):
        phone = new_phone("none")
        codes = [phone.login() for _ in range(3)]
        assert len({wechat.code_to_session(code)["session_key"] for code in codes}) == 3


class TestCheckSession:
    FAILED = {"errMsg": "checkSession:fail session time out, need relogin"}  # noqa: RUF012 - never changed

    def test_a_phone_that_never_logged_in_has_none(self, new_phone):
        assert new_phone("none").do("checkSession") == self.FAILED

    def test_a_code_that_still_can_buy_one_counts(self, new_phone, clock):
        phone = new_phone("none")
        phone.login()
        assert phone.do("checkSession") == {"errMsg": "checkSession:ok"}
        clock.advance(300)
        assert phone.do("checkSession") == self.FAILED

    def test_it_lives_with_the_session_key(self, wechat, new_phone, control, clock):
        control.set(session_idle_seconds=1000)
        phone = new_phone("none")
        wechat.code_to_session(phone.login())
        clock.advance(999)
        assert phone.check_session()  # and was active thereby
        clock.advance(999)
        assert phone.check_session()
        clock.advance(1000)
        assert not phone.check_session()

    def test_a_login_on_another_phone_of_the_user_ends_it(self, wechat, new_phone):
        phone, tablet = new_phone("none", openid="oAlice"), new_phone("none", openid="oAlice")
        wechat.code_to_session(phone.login())
        code = tablet.login()
        assert phone.check_session()
        wechat.code_to_session(code)
        assert not phone.check_session()
        assert tablet.check_session()

    def test_a_later_code_of_the_same_phone_counts_alone(self, wechat, new_phone, clock):
        phone = new_phone("none")
        wechat.code_to_session(phone.login())
        phone.login()
        clock.advance(300)
        assert not phone.check_session()

    def test_a_reset_key_ends_it(self, wechat, new_phone):
        phone = new_phone("none", openid="oAlice")
        key = wechat.code_to_session(phone.login())["session_key"]
        wechat.reset_session("oAlice", key)
        assert not phone.check_session()

    def test_a_seeded_session_counts_for_a_phone_that_has_not_logged_in(self, new_phone):
        assert new_phone("none", openid="oAlice").check_session()

    def test_a_code_of_before_a_reset_counts_no_more(self, world, control, http):
        phone_of = {"id": "alices", "profile": "none"}
        app = {"appid": APPID, "secret": "0" * 32, "env": "e", "users": [{"openid": "oAlice", "phones": [phone_of]}]}
        seed.load(world, {"apps": [app]})
        http.post("/phone/v1/phones/alices/login")
        assert http.post("/phone/v1/phones/alices/checkSession").json == {"errMsg": "checkSession:ok"}
        control.post("state/reset")
        assert http.post("/phone/v1/phones/alices/checkSession").json == self.FAILED
