"""What each endpoint refuses, with the contract's errcode and exact text, and in which order it looks."""

import json

import pytest

APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
CREDENTIAL = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
LOGIN = {"appid": APPID, "secret": SECRET, "js_code": "c" * 32, "grant_type": "authorization_code"}
LOGIN_STATE = {"openid": "oAlice", "signature": "0" * 64, "sig_method": "hmac_sha256"}
VERIFY = {"openid": "oAlice", "json_string": "{}", "json_signature": "AAAA"}
UNKNOWN_TOKEN = f"10_{'x' * 133}"

ADVICE = "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
INVALID_CREDENTIAL = f"invalid credential, access_token is invalid or not latest, {ADVICE}"

TOKEN_ENDPOINTS = [("GET", "/cgi-bin/token"), ("POST", "/cgi-bin/stable_token")]
LOGIN_STATE_PATHS = ["/wxa/checksession", "/wxa/resetusersessionkey"]
POST_WITH_TOKEN = {"/cgi-bin/soter/verify_signature": VERIFY, "/cgi-bin/openapi/rid/get": {"rid": "0" * 8}}
WITH_TOKEN = [*(("GET", path) for path in LOGIN_STATE_PATHS), *(("POST", path) for path in POST_WITH_TOKEN)]


def _without(members, *names):
    return {name: value for name, value in members.items() if name not in names}


def _ask(wechat, method, path, members, **query):
    if method == "GET":
        return wechat.get(path, **query, **members)
    return wechat.post(path, members, **query)


CREDENTIAL_REFUSALS = {
    "no grant_type": (_without(CREDENTIAL, "grant_type"), 40002, "invalid grant_type"),
    "another grant_type": ({**CREDENTIAL, "grant_type": "authorization_code"}, 40002, "invalid grant_type"),
    "no appid": (_without(CREDENTIAL, "appid"), 41002, "appid missing"),
    "an empty appid": ({**CREDENTIAL, "appid": ""}, 41002, "appid missing"),
    "an unknown appid": ({**CREDENTIAL, "appid": "wx0000000000000000"}, 40013, "invalid appid"),
    "no secret": (_without(CREDENTIAL, "secret"), 41004, "appsecret missing"),
    "another secret": ({**CREDENTIAL, "secret": "f" * 32}, 40125, "invalid appsecret"),
    "nothing: grant_type first": ({}, 40002, "invalid grant_type"),
    "a wrong grant_type and no appid: the missing appid first": ({"grant_type": "x"}, 41002, "appid missing"),
    "neither appid nor secret: appid first": ({"grant_type": "client_credential"}, 41002, "appid missing"),
    "unknown appid and wrong secret: appid first": (
        {**CREDENTIAL, "appid": "wx0000000000000000", "secret": "f"},
        40013,
        "invalid appid",
    ),
}


@pytest.mark.parametrize(("method", "path"), TOKEN_ENDPOINTS)
@pytest.mark.parametrize(("members", "errcode", "errmsg"), CREDENTIAL_REFUSALS.values(), ids=CREDENTIAL_REFUSALS)
def test_a_token_endpoint_refuses(wechat, *, method, path, members, errcode, errmsg):
    assert _ask(wechat, method, path, members).refusal == (errcode, errmsg)


TYPED_REFUSALS = {
    "an appid that is a number": ({**CREDENTIAL, "appid": 7}, 40013, "invalid appid"),
    "an appid with a lone surrogate": ({**CREDENTIAL, "appid": "\ud800"}, 40013, "invalid appid"),
    "a secret in a list": ({**CREDENTIAL, "secret": [SECRET]}, 40125, "invalid appsecret"),
    "a grant_type of true": ({**CREDENTIAL, "grant_type": True}, 40002, "invalid grant_type"),
    "a force_refresh that is a text": ({**CREDENTIAL, "force_refresh": "true"}, 40097, "invalid args"),
    "a force_refresh that is a number": ({**CREDENTIAL, "force_refresh": 1}, 40097, "invalid args"),
}


@pytest.mark.parametrize(("members", "errcode", "errmsg"), TYPED_REFUSALS.values(), ids=TYPED_REFUSALS)
def test_stable_token_refuses_values_of_another_type(wechat, members, errcode, errmsg):
    assert wechat.post("/cgi-bin/stable_token", members).refusal == (errcode, errmsg)


CODE_REFUSALS = {
    "no appid": (_without(LOGIN, "appid"), 41002, "appid missing"),
    "an unknown appid": ({**LOGIN, "appid": "wx0000000000000000"}, 40013, "invalid appid"),
    "no secret": (_without(LOGIN, "secret"), 41004, "appsecret missing"),
    "another secret": ({**LOGIN, "secret": "f" * 32}, 40125, "invalid appsecret"),
    "no js_code": (_without(LOGIN, "js_code"), 41008, "missing code"),
    "a code nobody gave out": (LOGIN, 40029, "invalid code"),
    "another grant_type": ({**LOGIN, "grant_type": "client_credential"}, 40002, "invalid grant_type"),
    "nothing: appid first": ({}, 41002, "appid missing"),
    "no secret and no code: secret first": ({"appid": APPID}, 41004, "appsecret missing"),
    "a wrong secret and a wrong code: secret first": ({**LOGIN, "secret": "f"}, 40125, "invalid appsecret"),
}


@pytest.mark.parametrize(("query", "errcode", "errmsg"), CODE_REFUSALS.values(), ids=CODE_REFUSALS)
def test_jscode2session_refuses(wechat, query, errcode, errmsg):
    assert wechat.get("/sns/jscode2session", **query).refusal == (errcode, errmsg)


LOGIN_STATE_REFUSALS = {
    "no openid": (_without(LOGIN_STATE, "openid"), 41009, "missing openid"),
    "an openid nobody has": ({**LOGIN_STATE, "openid": "oNobody"}, 40003, "invalid openid"),
    "an openid of another app": ({**LOGIN_STATE, "openid": "oDave"}, 40003, "invalid openid"),
    "no signature": (_without(LOGIN_STATE, "signature"), 40101, "missing parameter"),
    "no sig_method": (_without(LOGIN_STATE, "sig_method"), 87008, "invalid sig_method"),
    "another sig_method": ({**LOGIN_STATE, "sig_method": "hmac_sha1"}, 87008, "invalid sig_method"),
    "a sig_method in capitals": ({**LOGIN_STATE, "sig_method": "HMAC_SHA256"}, 87008, "invalid sig_method"),
    "a wrong signature": (LOGIN_STATE, 87009, "invalid signature"),
    "a buffer of 1001 bytes": ({**LOGIN_STATE, "buffer": "b" * 1001}, 87010, "invalid buffer size"),
    "a buffer of 334 Chinese characters": ({**LOGIN_STATE, "buffer": "字" * 334}, 87010, "invalid buffer size"),
    "a buffer of 1000 bytes passes": ({**LOGIN_STATE, "buffer": "b" * 1000}, 87009, "invalid signature"),
    "nothing: openid first": ({}, 41009, "missing openid"),
    "an unknown openid and sig_method: openid first": (
        {"openid": "oNobody", "signature": "0", "sig_method": "x"},
        40003,
        "invalid openid",
    ),
    "a wrong sig_method and signature: sig_method first": (
        {**LOGIN_STATE, "sig_method": "x"},
        87008,
        "invalid sig_method",
    ),
}


@pytest.mark.parametrize("path", LOGIN_STATE_PATHS)
@pytest.mark.parametrize(("query", "errcode", "errmsg"), LOGIN_STATE_REFUSALS.values(), ids=LOGIN_STATE_REFUSALS)
def test_an_endpoint_with_login_state_refuses(wechat, path, query, errcode, errmsg):
    assert wechat.get(path, access_token=wechat.access_token, **query).refusal == (errcode, errmsg)


VERIFY_REFUSALS = {
    "no openid": (_without(VERIFY, "openid"), 41009, "missing openid"),
    "an openid nobody has": ({**VERIFY, "openid": "oNobody"}, 40003, "invalid openid"),
    "an openid of another app": ({**VERIFY, "openid": "oDave"}, 40003, "invalid openid"),
    "an openid that is a number": ({**VERIFY, "openid": 5}, 40003, "invalid openid"),
    "no json_string": (_without(VERIFY, "json_string"), 40101, "missing parameter"),
    "an empty json_string": ({**VERIFY, "json_string": ""}, 40101, "missing parameter"),
    "a json_string sent as an object": ({**VERIFY, "json_string": {"raw": "a"}}, 40097, "invalid args"),
    "a json_string with a lone surrogate": ({**VERIFY, "json_string": "\udfff"}, 40097, "invalid args"),
    "no json_signature": (_without(VERIFY, "json_signature"), 40101, "missing parameter"),
    "a json_signature that is null": ({**VERIFY, "json_signature": None}, 40101, "missing parameter"),
    "a json_signature that is a list": ({**VERIFY, "json_signature": ["A"]}, 40097, "invalid args"),
    "nothing: openid first": ({}, 41009, "missing openid"),
}


@pytest.mark.parametrize(("members", "errcode", "errmsg"), VERIFY_REFUSALS.values(), ids=VERIFY_REFUSALS)
def test_verify_signature_refuses(wechat, members, errcode, errmsg):
    answered = wechat.post("/cgi-bin/soter/verify_signature", members, access_token=wechat.access_token)
    assert answered.refusal == (errcode, errmsg)


BODIES = {
    "no body": (b"", 44002, "empty post data"),
    "whitespace": (b" \r\n", 44002, "empty post data"),
    "a form": (b"openid=oAlice&json_string=%7B%7D", 47001, "data format error"),
    "JSON that breaks off": (b'{"openid":"oAlice"', 47001, "data format error"),
    "a template that did not escape": (b'{"openid":"o","json_string":"{"raw":"a"}"}', 47001, "data format error"),
    "a number that JSON does not have": (b'{"openid":NaN}', 47001, "data format error"),
    "JSON after a byte order mark": (b"\xef\xbb\xbf{}", 47001, "data format error"),
    "JSON in another encoding": ('{"openid":"字"}'.encode("gbk"), 47001, "data format error"),
    "bytes that are no text": (b"\xff\xfe\x00", 47001, "data format error"),
    "a list": (b"[]", 47001, "data format error"),
    "a string": (b'"openid"', 47001, "data format error"),
    "null": (b"null", 47001, "data format error"),
    "brackets without end": (b"[" * 200_000, 47001, "data format error"),
}


@pytest.mark.parametrize(("body", "errcode", "errmsg"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/cgi-bin/stable_token", *POST_WITH_TOKEN])
def test_a_post_refuses_a_body_that_is_no_json_object(wechat, path, body, errcode, errmsg):
    answered = wechat.call("POST", path, body=body, access_token=wechat.access_token)
    assert answered.refusal == (errcode, errmsg)


TOKEN_REFUSALS = {
    "no token": ({}, 41001, "access_token missing"),
    "an empty token": ({"access_token": ""}, 41001, "access_token missing"),
    "a token in no token's form": ({"access_token": "nonsense"}, 40014, "invalid access_token"),
    "a token with a character no token has": ({"access_token": f"10_{'x' * 132}+"}, 40014, "invalid access_token"),
    "a token nobody gave out": ({"access_token": UNKNOWN_TOKEN}, 40001, INVALID_CREDENTIAL),
    "a cloudbase token nobody gave out": ({"cloudbase_access_token": UNKNOWN_TOKEN}, 40001, INVALID_CREDENTIAL),
}


@pytest.mark.parametrize(("method", "path"), WITH_TOKEN)
@pytest.mark.parametrize(("query", "errcode", "errmsg"), TOKEN_REFUSALS.values(), ids=TOKEN_REFUSALS)
def test_an_endpoint_that_takes_a_token_refuses_and_looks_no_further(wechat, *, method, path, query, errcode, errmsg):
    assert wechat.call(method, path, **query).refusal == (errcode, errmsg)


def test_a_token_in_the_body_does_not_count(wechat):
    answered = wechat.post("/cgi-bin/soter/verify_signature", {**VERIFY, "access_token": wechat.access_token})
    assert answered.refusal == (41001, "access_token missing")


OTHER_THAN_GET = ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE")
READ_FROM_A_FORM = ("/cgi-bin/token", "/sns/jscode2session")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *((method, path) for method in OTHER_THAN_GET for path in (*READ_FROM_A_FORM, *LOGIN_STATE_PATHS)),
        *(("POST", path) for path in LOGIN_STATE_PATHS),
    ],
)
def test_a_get_endpoint_requires_get_before_anything_else(http, method, path):
    response = http.open(path, method=method, data=b"not looked at")
    assert response.status_code == 200
    if method != "HEAD":  # whose answers have no body
        assert response.is_json or path.startswith("/sns/")
        answered = json.loads(response.data)
        assert (answered["errcode"], answered["errmsg"][:18]) == (43001, "require GET method")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
@pytest.mark.parametrize("path", ["/cgi-bin/stable_token", *POST_WITH_TOKEN])
def test_a_post_endpoint_requires_post_before_anything_else(http, method, path):
    response = http.open(path, method=method)
    assert response.status_code == 200
    if method != "HEAD":
        assert (response.json["errcode"], response.json["errmsg"][:19]) == (43002, "require POST method")


@pytest.mark.parametrize(
    ("restriction", "errcode", "errmsg"),
    [
        ("unauthorized", 48001, "api unauthorized"),
        ("forbidden", 48004, "api forbidden for irregularities, view detail on mp.weixin.qq.com"),
    ],
)
@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("auth.checkSessionKey", "GET", "/wxa/checksession"),
        ("auth.resetUserSessionKey", "GET", "/wxa/resetusersessionkey"),
        ("soter.verifySignature", "POST", "/cgi-bin/soter/verify_signature"),
        ("openApi.getRidInfo", "POST", "/cgi-bin/openapi/rid/get"),
    ],
)
def test_an_app_without_permission_is_refused_before_its_body_is_read(
    wechat, tenant, *, restriction, errcode, errmsg, name, method, path
):
    tenant.restrict(**{restriction: [name]})
    answered = wechat.call(method, path, body=b"no JSON", access_token=wechat.access_token)
    assert answered.refusal == (errcode, errmsg)


def test_a_bad_token_is_told_before_a_missing_permission(wechat, tenant):
    tenant.restrict(unauthorized=["soter.verifySignature"])
    answered = wechat.post("/cgi-bin/soter/verify_signature", VERIFY, access_token=UNKNOWN_TOKEN)
    assert answered.refusal == (40001, INVALID_CREDENTIAL)


def test_a_permission_is_missing_for_the_named_openapi_only(wechat, tenant):
    tenant.restrict(unauthorized=["soter.verifySignature"], forbidden=["auth.resetUserSessionKey"])
    assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").is_success


@pytest.mark.parametrize(("method", "path"), TOKEN_ENDPOINTS)
class TestAddresses:
    def test_an_address_outside_the_whitelist_gets_no_token(self, wechat, tenant, method, path):
        tenant.restrict(ip_whitelist=["203.0.113.7"])
        errmsg = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist"
        assert _ask(wechat, method, path, CREDENTIAL).refusal == (40164, errmsg)

    def test_an_address_in_the_whitelist_gets_one(self, wechat, tenant, method, path):
        tenant.restrict(ip_whitelist=["203.0.113.7", "127.0.0.1"])
        assert _ask(wechat, method, path, CREDENTIAL).is_success

    def test_a_wrong_secret_is_told_before_the_address(self, wechat, tenant, method, path):
        tenant.restrict(ip_whitelist=["203.0.113.7"])
        assert _ask(wechat, method, path, {**CREDENTIAL, "secret": "f" * 32}).errcode == 40125

    @pytest.mark.parametrize(
        ("refusal", "errcode", "errmsg"),
        [
            ("needs_confirmation", 89503, "needs admin confirm"),
            ("refused_24h", 89506, "ip refused by admin for 24 hours"),
            ("refused_1h", 89507, "ip refused by admin for 1 hour"),
        ],
    )
    def test_the_admin_can_refuse_an_address(self, wechat, tenant, *, method, path, refusal, errcode, errmsg):
        tenant.restrict(ip_refusal=refusal)
        assert _ask(wechat, method, path, CREDENTIAL).refusal == (errcode, errmsg)

    def test_a_frozen_secret_gets_no_token(self, wechat, tenant, method, path):
        tenant.restrict(is_secret_frozen=True)
        assert _ask(wechat, method, path, CREDENTIAL).refusal == (40243, "AppSecret frozen")


def test_a_frozen_secret_buys_no_session(wechat, tenant):
    tenant.restrict(is_secret_frozen=True)
    assert wechat.get("/sns/jscode2session", **LOGIN).refusal == (40243, "AppSecret frozen")
