"""Why a call was refused before it was decided: its token, its permission, its parameters, its code, its session."""

import base64
from urllib.parse import quote

import pytest
from classic_mistakes import VERIFY, digest

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
NO_FORM = b'--x\r\nContent-Disposition: form-data; name="openid"\r\n\r\no\r\n--x--\r\n'


def body(content):
    return lambda wechat: wechat.call("POST", VERIFY, body=content, access_token=wechat.access_token)


def session(openid, key, **changes):
    return lambda wechat: wechat.check_session(openid, key, **changes)


def forced_away(wechat):
    token = wechat.access_token
    wechat.stable_token(force_refresh=True)
    return wechat.check_session("oAlice", "any", access_token=token)


def after_reset(wechat):
    assert wechat.reset_session("oAlice", KEY).is_success
    return wechat.check_session("oAlice", KEY)


def by_key(openid, key):
    return lambda wechat: wechat.with_signature("/wxa/checksession", openid, digest(key).hex())


def by_reset(wechat):
    return wechat.with_signature("/wxa/resetusersessionkey", "oAlice", digest(base64.b64decode(KEY)).hex())


# A call that is refused, the mistake by its name, and what is told besides.
REFUSED = [
    (forced_away, "token_replaced", ""),
    (session("oAlice", "any", access_token=f"81_{'a' * 133}"), "token_unknown", ""),
    (session("oAlice", "any", access_token="undefined"), "token_malformed", "it is 'undefined'"),
    (session("oAlice", "any", access_token="s3cret"), "token_malformed", "it is '6 characters'"),
    (lambda wechat: wechat.post(VERIFY, {"openid": "oAlice"}), "token_missing", ""),
    (lambda wechat: wechat.plain_token(secret="f" * 32), "secret_wrong", ""),
    (lambda wechat: wechat.plain_token(appid="wx0000000000000000"), "secret_wrong", ""),
    (lambda wechat: wechat.verify("oDave", "{}", "AAAA"), "openid_of_another_app", "wxfedcba0987654321"),
    *(
        (lambda wechat, openid=openid: wechat.verify(openid, "{}", "AAAA"), "openid_placeholder", "")
        for openid in ("OPENID", "undefined", "{{openid}}", "${openid}", "[object Object]", "oXXXXXXXX")
    ),
    (lambda wechat: wechat.verify("uAlice", "{}", "AAAA"), "openid_is_unionid", ""),
    (lambda wechat: wechat.verify("oRfYc5bilYLjGB6qb_e1qtSYbbBQ", "{}", "AAAA"), "openid_unknown", ""),
    (lambda wechat: wechat.verify("oCarol", "{}", "AAAA"), "no_auth_key", ""),
    (lambda wechat: wechat.code_to_session("the code"), "code_unknown", ""),
    (body(b""), "body_empty", ""),
    (body(b'{"openid":"o","json_string":"{"raw":"1"}"}'), "json_string_unescaped", ""),
    (body(b"{'openid': 'o'}"), "body_not_json", ""),
    (body(b'["openid"]'), "body_not_json", ""),
    (body(b"[" * 100_000), "body_not_json", ""),
    (body(NO_FORM), "body_form_encoded", ""),
    (body(b'{"openid":"oAlice"}'), "parameter_wrong", "json_string"),
    (lambda wechat: wechat.get(VERIFY), "method_wrong", ""),
    *(
        (lambda wechat, path=path: wechat.get(path), "path_unknown", told)
        for path, told in {
            "/wxa/checksessionkey": "it was '/wxa/checksessionkey'; there is /wxa/checksession",
            "/wxa/resetusersession": "; there is /wxa/resetusersessionkey",
            "/cgi-bin/stabletoken": "; there is /cgi-bin/stable_token",
            "/sns/jscode2sesion": "; there is /sns/jscode2session",
        }.items()
    ),
    (after_reset, "session_key_replaced", ""),
    (session("oAlice", "9hAb/NEYUlkaMBEsmFgzig=="), "session_key_of_another_user", "oBob"),
    (session("oCarol", "any"), "session_never_began", ""),
    (session("oAlice", "any"), "session_key_unknown", ""),
    (session("oAlice", "any", sig_method="md5"), "sig_method", ""),
    (by_reset, "session_key_decoded", ""),
    (by_key("oAlice", f'"{KEY}"'), "session_key_with_quotes", ""),
    (by_key("oAlice", quote(KEY, safe="")), "session_key_percent_encoded", ""),
    (by_key("oAlice", quote(KEY)), "session_key_percent_encoded", ""),
]


@pytest.mark.parametrize(("make", "name", "told"), REFUSED)
def test_a_refusal_is_explained_by_the_name_of_the_mistake(wechat, explain, make, name, told):
    answer = make(wechat)
    explained = explain(answer.rid) if "errmsg" in answer.members else explain()
    assert explained["causes"] == [name]
    found = explained["findings"][0]["result"]
    assert found == told if name == "token_malformed" else told in found


def test_a_replaced_token_is_told_with_the_call_that_replaced_it(wechat, explain, http, clock):
    token = wechat.plain_token()["access_token"]
    clock.advance(10)
    query = {"grant_type": "client_credential", **wechat.credentials}
    http.get("/cgi-bin/token", query_string=query, headers={"User-Agent": "billing/2.0"})
    clock.advance(301)
    explained = explain(wechat.check_session("oAlice", "any", access_token=token).rid)
    assert explained["causes"] == ["token_replaced"]
    assert "billing/2.0" in explained["findings"][0]["result"]
    assert "auth.getAccessToken was called again at 2023-11-14 22:13:30 UTC" in explained["findings"][0]["result"]


def test_a_token_and_a_code_at_their_ends_have_expired(wechat, explain, new_phone, clock):
    code, token = new_phone().login(), wechat.plain_token()["access_token"]
    clock.advance(7201)
    assert explain(wechat.check_session("oAlice", "any", access_token=token).rid)["causes"] == ["token_expired"]
    assert explain(wechat.code_to_session(code).rid)["causes"] == ["code_expired"]


def test_a_refused_address_is_named(wechat, explain, tenant):
    tenant.restrict(ip_whitelist=["10.0.0.1"])
    explained = explain(wechat.plain_token().rid)
    assert explained["causes"] == ["address_refused"]
    assert explained["findings"][0]["result"] == "it comes from 127.0.0.1"


def test_a_spent_quota_is_told(wechat, control, explain):
    control.set(quotas={"auth.getAccessToken": {"day": 0}})
    assert explain(wechat.plain_token().rid)["causes"] == ["quota_spent"]


def test_a_code_that_comes_twice_is_told_with_its_first_use(wechat, explain, new_phone):
    code = new_phone(openid="oAlice").login()
    wechat.code_to_session(code)
    explained = explain(wechat.code_to_session(code).rid)
    assert explained["causes"] == ["code_used"]
    assert "at 2023-11-14 22:13:20 UTC by Werkzeug" in explained["findings"][0]["result"]


def test_a_code_of_another_app_or_of_a_blocked_user_is_told(wechat, other_wechat, explain, new_phone):
    assert explain(other_wechat.code_to_session(new_phone().login()).rid)["causes"] == ["code_of_another_app"]
    assert explain(wechat.code_to_session(new_phone(openid="oMallory").login()).rid)["causes"] == ["user_blocked"]


def test_a_path_that_is_like_no_other_is_told_alone(wechat, explain):
    wechat.get("/wxa/nothing_of_the_kind")
    assert explain()["findings"][0]["result"] == "it was '/wxa/nothing_of_the_kind'"
