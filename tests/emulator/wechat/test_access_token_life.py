"""How long tokens live, what ends them, and that the two kinds do not touch each other."""

import pytest

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
MALFORMED, NOT_LATEST, EXPIRED = 40014, 40001, 42001


@pytest.fixture
def errcode_of(wechat):
    """How an endpoint takes a token: 0, or why not."""
    return lambda token: wechat.check_session("oAlice", KEY, access_token=token).errcode


@pytest.fixture(params=["plain_token", "stable_token"])
def either_kind(request, wechat):
    return getattr(wechat, request.param)


def test_a_token_works_until_its_end_and_is_expired_then(errcode_of, either_kind, clock):
    token = either_kind()["access_token"]
    clock.advance(7199)
    assert errcode_of(token) == 0
    clock.advance(1)
    assert errcode_of(token) == EXPIRED


def test_a_token_works_as_cloudbase_access_token_too(wechat, either_kind):
    token = either_kind()["access_token"]
    assert wechat.check_session("oAlice", KEY, access_token="", cloudbase_access_token=token).is_success


def test_a_token_speaks_for_its_own_app_only(wechat, other_wechat):
    answered = wechat.check_session("oAlice", KEY, access_token=other_wechat.access_token)
    assert answered.refusal == (40003, "invalid openid")


def test_a_token_with_one_character_changed_is_not_valid(errcode_of, either_kind):
    token = either_kind()["access_token"]
    assert errcode_of(token[:-1] + ("A" if token[-1] != "A" else "B")) == NOT_LATEST
    assert errcode_of(token[:50]) == MALFORMED


class TestToken:
    def test_every_call_gives_a_new_one(self, wechat):
        assert wechat.plain_token()["access_token"] != wechat.plain_token()["access_token"]

    def test_the_one_before_works_for_five_more_minutes(self, wechat, errcode_of, clock):
        former = wechat.plain_token()["access_token"]
        latest = wechat.plain_token()["access_token"]
        clock.advance(299)
        assert (errcode_of(former), errcode_of(latest)) == (0, 0)
        clock.advance(1)
        assert (errcode_of(former), errcode_of(latest)) == (NOT_LATEST, 0)

    def test_a_third_one_does_not_prolong_the_first(self, wechat, errcode_of, clock):
        first = wechat.plain_token()["access_token"]
        wechat.plain_token()
        clock.advance(200)
        wechat.plain_token()
        clock.advance(100)
        assert errcode_of(first) == NOT_LATEST

    def test_a_replaced_one_is_not_the_latest_even_after_its_natural_end(self, wechat, errcode_of, clock):
        former = wechat.plain_token()["access_token"]
        wechat.plain_token()
        clock.advance(7200)
        assert errcode_of(former) == NOT_LATEST

    def test_one_that_ended_before_the_next_was_fetched_stays_expired(self, wechat, errcode_of, clock):
        former = wechat.plain_token()["access_token"]
        clock.advance(7200)
        wechat.plain_token()
        assert errcode_of(former) == EXPIRED

    def test_another_app_does_not_replace_it(self, wechat, other_wechat, errcode_of, clock):
        token = wechat.plain_token()["access_token"]
        other_wechat.plain_token()
        clock.advance(301)
        assert errcode_of(token) == 0


class TestStableToken:
    def test_it_stays_the_same_and_tells_what_is_left(self, wechat, clock):
        first = wechat.stable_token()
        clock.advance(1000)
        again = wechat.stable_token()
        assert again["access_token"] == first["access_token"]
        assert again["expires_in"] == 6200

    def test_it_is_renewed_in_its_last_five_minutes(self, wechat, errcode_of, clock):
        former = wechat.stable_token()["access_token"]
        clock.advance(7200 - 301)
        assert wechat.stable_token().members == {"access_token": former, "expires_in": 301}
        clock.advance(1)
        renewed = wechat.stable_token()
        assert renewed["access_token"] != former
        assert renewed["expires_in"] == 7200
        assert errcode_of(former) == 0

    def test_expires_in_is_never_less_than_five_minutes(self, wechat, clock):
        for _ in range(60):
            clock.advance(137)
            assert 300 <= wechat.stable_token()["expires_in"] <= 7200

    def test_the_renewed_one_works_for_five_more_minutes(self, wechat, errcode_of, clock):
        former = wechat.stable_token()["access_token"]
        clock.advance(7200 - 10)
        latest = wechat.stable_token()["access_token"]
        clock.advance(299)
        assert errcode_of(former) == 0
        clock.advance(1)
        assert (errcode_of(former), errcode_of(latest)) == (NOT_LATEST, 0)

    def test_after_its_end_there_is_a_new_one(self, wechat, clock):
        former = wechat.stable_token()["access_token"]
        clock.advance(7200)
        assert wechat.stable_token()["access_token"] != former

    def test_null_for_force_refresh_is_false(self, wechat):
        token = wechat.stable_token()["access_token"]
        assert wechat.stable_token(force_refresh=None)["access_token"] == token


class TestForceRefresh:
    def test_it_ends_the_present_token_at_once(self, wechat, errcode_of):
        former = wechat.stable_token()["access_token"]
        forced = wechat.stable_token(force_refresh=True)
        assert forced["access_token"] != former
        assert forced["expires_in"] == 7200
        assert (errcode_of(former), errcode_of(forced["access_token"])) == (NOT_LATEST, 0)

    def test_within_30_seconds_of_the_last_it_changes_nothing(self, wechat, clock):
        wechat.stable_token()
        forced = wechat.stable_token(force_refresh=True)["access_token"]
        clock.advance(29)
        assert wechat.stable_token(force_refresh=True).members == {"access_token": forced, "expires_in": 7171}
        clock.advance(1)
        assert wechat.stable_token(force_refresh=True)["access_token"] != forced

    def test_it_works_20_times_a_day(self, wechat, clock):
        wechat.stable_token()
        for _ in range(20):
            assert wechat.stable_token(force_refresh=True).is_success
            clock.advance(30)
        assert wechat.stable_token(force_refresh=True).refusal == (45009, "reach max api daily quota limit")
        assert wechat.stable_token().is_success
        clock.advance(24 * 3600)
        wechat.stable_token()
        assert wechat.stable_token(force_refresh=True).is_success


class TestIsolation:
    def test_a_plain_token_leaves_the_stable_one_alone(self, wechat, errcode_of, clock):
        stable = wechat.stable_token()["access_token"]
        wechat.plain_token()
        wechat.plain_token()
        clock.advance(400)
        assert errcode_of(stable) == 0
        assert wechat.stable_token()["access_token"] == stable

    def test_a_forced_stable_token_leaves_the_plain_one_alone(self, wechat, errcode_of, clock):
        plain = wechat.plain_token()["access_token"]
        wechat.stable_token()
        wechat.stable_token(force_refresh=True)
        clock.advance(400)
        assert errcode_of(plain) == 0
