"""Why a call was refused before it was decided: its token, its permission, its parameters."""

from __future__ import annotations

import pytest
from classic_mistakes import VERIFY


class TestAccess:
    def test_a_replaced_token_is_told_with_the_call_that_replaced_it(self, wechat, explain, http, clock):
        token = wechat.plain_token()["access_token"]
        clock.advance(10)
        query = {"grant_type": "client_credential", **wechat.tenant.credentials}
        http.get("/cgi-bin/token", query_string=query, headers={"User-Agent": "billing/2.0"})
        clock.advance(301)
        refused = wechat.check_session("oAlice", "any", access_token=token)
        explained = explain(refused.rid)
        assert explained["causes"] == ["token_replaced"]
        assert "billing/2.0" in explained["findings"][0]["result"]
        assert "auth.getAccessToken was called again at 2023-11-14 22:13:30 UTC" in explained["findings"][0]["result"]

    def test_so_is_a_stable_one_that_somebody_forced_away(self, wechat, explain):
        token = wechat.stable_token()["access_token"]
        wechat.stable_token(force_refresh=True)
        assert explain(wechat.check_session("oAlice", "any", access_token=token).rid)["causes"] == ["token_replaced"]

    def test_a_token_at_its_end_has_expired(self, wechat, explain, clock):
        token = wechat.plain_token()["access_token"]
        clock.advance(7201)
        assert explain(wechat.check_session("oAlice", "any", access_token=token).rid)["causes"] == ["token_expired"]

    def test_a_token_of_elsewhere_is_unknown(self, wechat, explain):
        refused = wechat.check_session("oAlice", "any", access_token=f"81_{'a' * 133}")
        assert explain(refused.rid)["causes"] == ["token_unknown"]

    @pytest.mark.parametrize(
        ("token", "told"), [("undefined", "it is 'undefined'"), ("s3cret", "it is '6 characters'")]
    )
    def test_what_is_no_token_is_told_without_showing_it(self, wechat, explain, token, told):
        explained = explain(wechat.check_session("oAlice", "any", access_token=token).rid)
        assert explained["causes"] == ["token_malformed"]
        assert explained["findings"][0]["result"] == told

    def test_a_call_without_a_token_lacks_it(self, http, explain):
        http.post(VERIFY, json={"openid": "oAlice"})
        assert explain()["causes"] == ["token_missing"]

    @pytest.mark.parametrize("changes", [{"secret": "f" * 32}, {"appid": "wx0000000000000000"}])
    def test_a_wrong_secret_is_told_without_either(self, wechat, explain, changes):
        assert explain(wechat.plain_token(**changes).rid)["causes"] == ["secret_wrong"]

    def test_a_refused_address_is_named(self, wechat, explain, restricted):
        restricted(ip_whitelist=["10.0.0.1"])
        explained = explain(wechat.plain_token().rid)
        assert (explained["causes"], explained["findings"][0]["result"]) == (
            ["address_refused"],
            "it comes from 127.0.0.1",
        )

    def test_a_spent_quota_is_told(self, wechat, control, explain):
        control.set(quotas={"auth.getAccessToken": {"day": 0}})
        assert explain(wechat.plain_token().rid)["causes"] == ["quota_spent"]


class TestRequest:
    def test_an_openid_of_another_app_is_named_with_it(self, wechat, explain):
        explained = explain(wechat.verify("oDave", "{}", "AAAA").rid)
        assert explained["causes"] == ["openid_of_another_app"]
        assert "wxfedcba0987654321" in explained["findings"][0]["result"]

    @pytest.mark.parametrize(
        "openid", ["OPENID", "undefined", "{{openid}}", "${openid}", "[object Object]", "oXXXXXXXX"]
    )
    def test_a_placeholder_is_told_from_an_openid(self, wechat, explain, openid):
        assert explain(wechat.verify(openid, "{}", "AAAA").rid)["causes"] == ["openid_placeholder"]

    def test_a_unionid_is_no_openid(self, wechat, explain):
        assert explain(wechat.verify("uAlice", "{}", "AAAA").rid)["causes"] == ["openid_is_unionid"]

    def test_an_openid_of_nobody_is_unknown(self, wechat, explain):
        refused = wechat.verify("oRfYc5bilYLjGB6qb_e1qtSYbbBQ", "{}", "AAAA")
        assert explain(refused.rid)["causes"] == ["openid_unknown"]

    def test_a_code_that_comes_twice_is_told_with_its_first_use(self, wechat, explain, new_phone):
        code = new_phone(openid="oAlice").login()
        wechat.code_to_session(code)
        explained = explain(wechat.code_to_session(code).rid)
        assert explained["causes"] == ["code_used"]
        assert "at 2023-11-14 22:13:20 UTC by Werkzeug" in explained["findings"][0]["result"]

    def test_an_old_code_has_expired(self, wechat, explain, new_phone, clock):
        code = new_phone().login()
        clock.advance(301)
        assert explain(wechat.code_to_session(code).rid)["causes"] == ["code_expired"]

    def test_a_code_of_another_app_is_that_apps(self, other_wechat, explain, new_phone):
        assert explain(other_wechat.code_to_session(new_phone().login()).rid)["causes"] == ["code_of_another_app"]

    def test_a_code_of_nobody_is_unknown(self, wechat, explain):
        assert explain(wechat.code_to_session("the code").rid)["causes"] == ["code_unknown"]

    def test_a_blocked_user_is_told(self, wechat, explain, new_phone):
        assert explain(wechat.code_to_session(new_phone(openid="oMallory").login()).rid)["causes"] == ["user_blocked"]

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            (b"", "body_empty"),
            (b'{"openid":"o","json_string":"{"raw":"1"}"}', "json_string_unescaped"),
            (b"{'openid': 'o'}", "body_not_json"),
            (b'["openid"]', "body_not_json"),
            (b"[" * 100_000, "body_not_json"),
            (b'--x\r\nContent-Disposition: form-data; name="openid"\r\n\r\no\r\n--x--\r\n', "body_form_encoded"),
        ],
    )
    def test_a_body_that_is_not_taken_is_told_by_what_it_is(self, wechat, explain, body, name):
        refused = wechat.call("POST", VERIFY, body=body, access_token=wechat.access_token)
        assert explain(refused.rid)["causes"] == [name]

    def test_another_method_and_another_path_are_told(self, wechat, explain):
        assert explain(wechat.get(VERIFY).rid)["causes"] == ["method_wrong"]
        assert explain(wechat.get("/wxa/checksessionkey").rid)["causes"] == ["path_unknown"]

    def test_a_missing_parameter_is_named(self, wechat, explain):
        explained = explain(wechat.post(VERIFY, {"openid": "oAlice"}, access_token=wechat.access_token).rid)
        assert explained["causes"] == ["parameter_wrong"]
        assert "json_string" in explained["findings"][0]["result"]
