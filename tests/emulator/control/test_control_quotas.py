"""What is used up of the quotas."""

DAY_ENDS = 1_700_064_000  # midnight in China, after the noon of `world`
MINUTE_ENDS = 1_700_000_040
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="


def usages(control, tenant):
    return control.get(f"quotas?appid={tenant.appid}")["quotas"]


def test_every_quota_of_an_app_is_shown_before_any_call(control, tenant):
    shown = [(usage["api"], usage["period"], usage["calls"], usage["limit"]) for usage in usages(control, tenant)]
    assert shown == [
        ("auth.getAccessToken", "day", 0, 2000),
        ("auth.getStableAccessToken", "minute", 0, 10_000),
        ("auth.getStableAccessToken", "day", 0, 500_000),
        ("auth.resetUserSessionKey", "minute", 0, 60_000),
    ]


def test_calls_count_until_the_period_ends(control, tenant, wechat, clock):
    for _ in range(3):
        wechat.stable_token()
    of_a_minute, of_a_day = (usage for usage in usages(control, tenant) if usage["api"] == "auth.getStableAccessToken")
    assert (of_a_minute["calls"], of_a_minute["resetsAt"]) == (3, MINUTE_ENDS)
    assert (of_a_day["calls"], of_a_day["resetsAt"]) == (3, DAY_ENDS)
    clock.freeze(MINUTE_ENDS)
    counts = [usage["calls"] for usage in usages(control, tenant) if usage["api"] == "auth.getStableAccessToken"]
    assert counts == [0, 3]


def test_a_quota_per_user_is_shown_for_those_who_have_called(control, tenant, wechat, clock):
    wechat.log_in("oAlice")
    logins = {
        "appid": tenant.appid,
        "api": "auth.code2Session",
        "period": "minute",
        "subject": "oAlice",
        "calls": 1,
        "limit": 100,
        "resetsAt": MINUTE_ENDS,
    }
    assert logins in usages(control, tenant)
    clock.advance(60)
    assert "oAlice" not in {usage["subject"] for usage in usages(control, tenant)}


def test_a_setting_is_the_limit_that_is_shown(control, tenant, wechat):
    control.set(quotas={"auth.getAccessToken": {"day": 1}})
    assert [wechat.plain_token().errcode for _ in range(2)] == [0, 45009]
    (usage,) = (usage for usage in usages(control, tenant) if usage["api"] == "auth.getAccessToken")
    assert (usage["calls"], usage["limit"]) == (2, 1)


def test_without_an_appid_every_app_is_shown(control, tenant, other_tenant):
    assert {usage["appid"] for usage in control.get("quotas")["quotas"]} == {tenant.appid, other_tenant.appid}
