"""How often an API may be called before it says so."""

ADVICE = "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
DAY, MINUTE = 24 * 3600, 60
BY_DAY = (45009, "reach max api daily quota limit")
BY_MINUTE = (45011, "api minute-quota reach limit, must slower, retry next minute")
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="


def test_token_has_a_quota_by_the_day_and_tells_where_to_go(wechat, control, clock):
    control.set(quotas={"auth.getAccessToken": {"day": 2}})
    assert [wechat.plain_token().errcode for _ in range(2)] == [0, 0]
    assert wechat.plain_token().refusal == (45009, f"reach max api daily quota limit, {ADVICE}")
    clock.advance(DAY)
    assert wechat.plain_token().is_success


def test_a_day_begins_at_midnight_in_china(wechat, control, clock):
    midnight_in_china = 1_700_064_000
    control.set(quotas={"auth.getAccessToken": {"day": 1}})
    clock.freeze(midnight_in_china - 1)
    assert [wechat.plain_token().errcode for _ in range(2)] == [0, 45009]
    clock.advance(1)
    assert wechat.plain_token().is_success


def test_stable_token_has_a_quota_by_the_day(wechat, control):
    control.set(quotas={"auth.getStableAccessToken": {"day": 1}})
    assert wechat.stable_token().is_success
    assert wechat.stable_token().refusal == BY_DAY


def test_stable_token_has_a_quota_by_the_minute(wechat, control, clock):
    control.set(quotas={"auth.getStableAccessToken": {"minute": 1}})
    assert wechat.stable_token().is_success
    assert wechat.stable_token().refusal == BY_MINUTE
    clock.advance(MINUTE)
    assert wechat.stable_token().is_success


def test_a_quota_is_of_one_app(wechat, other_wechat, control):
    control.set(quotas={"auth.getStableAccessToken": {"minute": 1}})
    wechat.stable_token()
    assert wechat.stable_token().errcode == 45011
    assert other_wechat.stable_token().is_success


def test_resetusersessionkey_has_a_quota_by_the_minute(wechat, control, clock):
    control.set(quotas={"auth.resetUserSessionKey": {"minute": 1}})
    renewed = wechat.reset_session("oAlice", KEY)["session_key"]
    assert wechat.reset_session("oAlice", renewed).refusal == BY_MINUTE
    clock.advance(MINUTE)
    assert wechat.reset_session("oAlice", renewed).is_success


def test_one_user_logs_in_100_times_a_minute(wechat, new_phone):
    alice = new_phone("none", openid="oAlice")
    assert all(wechat.code_to_session(alice.login()).is_success for _ in range(100))
    assert wechat.code_to_session(alice.login()).refusal == BY_MINUTE


def test_a_login_quota_is_of_one_user_and_uses_up_no_code(wechat, control, clock, new_phone):
    control.set(quotas={"auth.code2Session": {"minute": 1}})
    alice, bob = new_phone("none", openid="oAlice"), new_phone("none", openid="oBob")
    assert wechat.code_to_session(alice.login()).is_success
    code = alice.login()
    assert wechat.code_to_session(code).refusal == BY_MINUTE
    assert wechat.code_to_session(bob.login()).is_success
    clock.advance(MINUTE)
    assert wechat.code_to_session(code).is_success
