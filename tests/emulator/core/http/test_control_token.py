"""Beyond loopback our own interfaces ask for the control token; what is emulated has credentials of its own."""

import pytest

from wxemu.core.http.access import Access
from wxemu.core.http.admission import COOKIE

TOKEN = "a-token-of-the-tests-own"
OURS = [
    ("GET", "/emulator/v1/apps"),
    ("POST", "/emulator/v1/state/reset"),
    ("GET", "/emulator/v1/nothing-here"),
    ("GET", "/phone/v1/phones"),
    ("POST", "/phone/v1/phones"),
    ("GET", "/"),
    ("GET", "/requests"),
    ("POST", "/requests"),
    ("GET", "/functions/nothing-here"),
    ("GET", "/live"),
]


@pytest.fixture
def http(world, serve):
    return serve(world, access=Access(control_token=TOKEN))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path"), OURS)
def test_without_the_token_nobody_gets_at_our_own_interfaces(http, tenant, method, path):
    answer = http.open(path, method=method)
    assert answer.status_code == 401
    assert "the control token is missing" in answer.json["error"]["message"]
    assert "--token" in answer.json["error"]["message"]
    assert tenant.appid not in answer.text


@pytest.mark.parametrize("token", [f"{TOKEN}x", TOKEN[:-1], TOKEN.upper(), "é" * 16])
def test_another_token_is_refused_and_repeated_nowhere(http, token):
    answer = http.get("/emulator/v1/apps", headers=bearer(token))
    assert answer.status_code == 401
    assert "is wrong" in answer.json["error"]["message"]
    assert token not in answer.text
    assert TOKEN not in answer.text


@pytest.mark.parametrize("authorization", [TOKEN, "Bearer", f"Basic {TOKEN}", "Basic YTpi", ""])
def test_the_token_is_a_bearer_token_and_nothing_else(http, authorization):
    assert http.get("/emulator/v1/apps", headers={"Authorization": authorization}).status_code == 401


@pytest.mark.parametrize("path", ["/emulator/v1/apps", "/phone/v1/phones"])
def test_with_the_token_they_are_as_ever(http, path):
    assert http.get(path, headers=bearer(TOKEN)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/emulator/v1/healthz", "/emulator/v1/readyz"])
def test_whether_it_lives_is_told_to_anybody(http, path):
    assert http.get(path).status_code == 200


def test_what_is_emulated_is_as_open_as_the_real_one(http, tenant):
    credentials = {"grant_type": "client_credential", "appid": tenant.appid, "secret": tenant.secret}
    assert "access_token" in http.get("/cgi-bin/token", query_string=credentials).json
    assert http.post("/admin").json["code"] != 401
    assert http.get("/openapi.json").status_code == 200


def test_a_browser_opens_one_page_with_the_token_and_keeps_it(http):
    led = http.get(f"/requests?q=login&token={TOKEN}")
    assert (led.status_code, led.headers["Location"]) == (303, "/requests?q=login")
    (cookie,) = led.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert http.get("/emulator/v1/apps").status_code == 200  # the test's client keeps cookies, too


def test_the_front_page_takes_the_token_as_well(http):
    assert http.get(f"/?token={TOKEN}").status_code == 303


def test_a_page_opened_with_another_token_gives_no_cookie(http):
    answer = http.get("/?token=another-token-altogether")
    assert answer.status_code == 401
    assert COOKIE not in answer.headers.get("Set-Cookie", "")


def test_a_header_beats_the_cookie(http):
    http.get(f"/?token={TOKEN}")
    assert http.get("/emulator/v1/apps", headers=bearer("another-token-altogether")).status_code == 401


def test_the_token_is_in_no_exchange_and_no_repr(http):
    http.get("/?token=another-token-altogether")
    http.get(f"/?token={TOKEN}")
    http.get(f"/nothing-here?token={TOKEN}")
    kept = http.get("/emulator/v1/exchanges?limit=1000", headers=bearer(TOKEN))
    assert kept.status_code == 200
    assert TOKEN not in kept.text
    assert "another-token" not in kept.text
    assert TOKEN not in repr(Access(control_token=TOKEN))


def test_on_loopback_nothing_is_asked_for(world, serve):
    http = serve(world)
    assert http.get("/emulator/v1/apps", headers=bearer("whatever")).status_code == 200
    assert http.get("/phone/v1/phones").status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize("path", ["/clock/freeze", "/state/replace", "/functions/x/invoke"])
def test_a_refused_form_of_another_page_tells_nothing_without_it(http, tenant, path, headers):
    answer = http.post(path, headers=headers)
    assert answer.status_code == 403
    assert tenant.appid not in answer.text
