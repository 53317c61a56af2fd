"""The life of a code of wx.login, and of the session_key it buys."""

import pytest

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
DAY = 24 * 3600
INVALID_SIGNATURE = (87009, "invalid signature")


@pytest.fixture
def alice(new_phone):
    return new_phone("none", openid="oAlice")


class TestCode:
    def test_it_is_32_letters_and_digits(self, alice):
        code = alice.login()
        assert len(code) == 32
        assert code.isascii()
        assert code.isalnum()

    def test_it_works_only_once(self, wechat, alice):
        code = alice.login()
        assert wechat.code_to_session(code)["openid"] == "oAlice"
        assert wechat.code_to_session(code).refusal == (40163, "code been used")

    def test_it_works_for_five_minutes(self, wechat, alice, clock):
        in_time, too_late = alice.login(), alice.login()
        clock.advance(299)
        assert wechat.code_to_session(in_time).is_success
        clock.advance(1)
        assert wechat.code_to_session(too_late).refusal == (40029, "invalid code")

    def test_a_used_one_is_told_as_used_even_later(self, wechat, alice, clock):
        code = alice.login()
        wechat.code_to_session(code)
        clock.advance(301)
        assert wechat.code_to_session(code).errcode == 40163

    def test_it_works_in_its_own_app_only_and_another_does_not_use_it_up(self, wechat, other_wechat, alice):
        code = alice.login()
        assert other_wechat.code_to_session(code).refusal == (40029, "invalid code")
        assert wechat.code_to_session(code).is_success

    def test_a_refused_call_does_not_use_it_up(self, wechat, alice):
        code = alice.login()
        assert wechat.code_to_session(code, secret="f" * 32).errcode == 40125
        assert wechat.code_to_session(code).is_success

    def test_the_grant_type_may_be_left_out(self, wechat, alice):
        assert wechat.code_to_session(alice.login(), grant_type="").is_success

    def test_a_high_risk_user_is_blocked(self, wechat, new_phone):
        code = new_phone("none", openid="oMallory").login()
        assert wechat.code_to_session(code).refusal == (40226, "code blocked")


class TestSessionKey:
    def test_a_new_login_replaces_it(self, wechat):
        assert wechat.check_session("oAlice", KEY).is_success
        replaced_by = wechat.log_in("oAlice")
        assert replaced_by != KEY
        assert wechat.check_session("oAlice", KEY).refusal == INVALID_SIGNATURE
        assert wechat.check_session("oAlice", replaced_by).is_success

    def test_a_code_that_is_not_spent_replaces_nothing(self, wechat, alice):
        alice.login()
        assert wechat.check_session("oAlice", KEY).is_success

    def test_it_belongs_to_one_user(self, wechat):
        assert wechat.check_session("oBob", KEY).refusal == INVALID_SIGNATURE

    def test_a_user_who_never_logged_in_has_none(self, wechat):
        assert wechat.check_session("oCarol", KEY).refusal == INVALID_SIGNATURE

    def test_it_ends_when_it_is_not_used(self, wechat, control, clock):
        control.set(session_idle_seconds=1000)
        key = wechat.log_in("oBob")
        clock.advance(999)
        assert wechat.check_session("oBob", key).is_success
        clock.advance(1)
        assert wechat.check_session("oBob", key).refusal == INVALID_SIGNATURE

    def test_it_ends_after_three_idle_days_unless_set_otherwise(self, wechat, clock):
        clock.advance(3 * DAY - 1)
        assert wechat.check_session("oAlice", KEY).is_success
        clock.advance(1)
        assert wechat.check_session("oAlice", KEY).refusal == INVALID_SIGNATURE

    def test_checksession_does_not_prolong_it(self, wechat, clock):
        for _ in range(3):
            assert wechat.check_session("oAlice", KEY).is_success
            clock.advance(DAY)
        assert wechat.check_session("oAlice", KEY).refusal == INVALID_SIGNATURE

    @pytest.mark.parametrize("activity", ["login", "checkSession", "startSoterAuthentication"])
    def test_activity_in_the_mini_program_prolongs_it(self, wechat, clock, new_phone, activity):
        phone = new_phone("android", openid="oAlice")
        wanted = {"requestAuthModes": ["fingerPrint"], "challenge": "c"} if activity.startswith("start") else {}
        clock.advance(2 * DAY)
        phone.do(activity, **wanted)
        clock.advance(2 * DAY)
        assert wechat.check_session("oAlice", KEY).is_success

    def test_activity_does_not_bring_back_one_that_ended(self, wechat, clock, alice):
        clock.advance(3 * DAY)
        alice.login()
        assert wechat.check_session("oAlice", KEY).refusal == INVALID_SIGNATURE

    def test_a_stale_one_can_be_told_as_87007_by_setting(self, wechat, control, clock):
        control.set(stale_session_errcode=87007)
        clock.advance(3 * DAY)
        assert wechat.check_session("oAlice", KEY).refusal == (87007, "session_key is not existd or expired")

    def test_a_wrong_one_stays_87009_under_that_setting(self, wechat, control):
        control.set(stale_session_errcode=87007)
        assert wechat.check_session("oAlice", "another key").refusal == INVALID_SIGNATURE

    def test_a_quick_new_login_can_keep_it_by_setting(self, wechat, control, clock):
        control.set(session_refresh_seconds=60)
        first = wechat.log_in("oBob")
        clock.advance(59)
        assert wechat.log_in("oBob") == first
        clock.advance(1)
        assert wechat.log_in("oBob") != first


class TestReset:
    def test_it_replaces_the_key(self, wechat):
        renewed = wechat.reset_session("oAlice", KEY)["session_key"]
        assert renewed != KEY
        assert wechat.check_session("oAlice", KEY).refusal == INVALID_SIGNATURE
        assert wechat.check_session("oAlice", renewed).is_success

    def test_the_old_key_cannot_reset_again(self, wechat):
        wechat.reset_session("oAlice", KEY)
        assert wechat.reset_session("oAlice", KEY).refusal == INVALID_SIGNATURE

    def test_the_new_key_inherits_the_expiry_of_the_old_one(self, wechat, clock):
        clock.advance(2 * DAY)
        renewed = wechat.reset_session("oAlice", KEY)["session_key"]
        clock.advance(DAY - 1)
        assert wechat.check_session("oAlice", renewed).is_success
        clock.advance(1)
        assert wechat.check_session("oAlice", renewed).refusal == INVALID_SIGNATURE
