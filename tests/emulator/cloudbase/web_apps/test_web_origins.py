"""Which pages may call: those of this machine, and those that a setting names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.http.origins import is_of_this_machine

LOOPBACK = [
    *("http://localhost", "http://localhost:5173", "https://localhost:443", "http://app.localhost:3000"),
    *("http://127.0.0.1:8080", "http://127.8.9.1", "http://[::1]:8080"),
]
FOREIGN = [
    *("https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://notlocalhost"),
    *("http://10.0.0.1", "http://192.168.1.2:8080", "http://0.0.0.0", "http://[::2]", "http://2130706433", "null", ""),
    *("file://", "http://localhost/path", "http://localhost@evil.example", "ftp://localhost", "localhost", "http://["),
]
PATHS = ["/web", "/v1/functions/ask", "/auth/v1/signin/anonymously", "/v1/other/thing", "/auth/v1/other"]
REFUSALS: dict[str, tuple[int, dict[str, Any]]] = {
    "/web": (200, {"code": "INVALID_REQUEST_SOURCE"}),
    "/v1/functions/ask": (403, {"code": "INVALID_REQUEST_SOURCE"}),
    "/v1/other/thing": (403, {"code": "INVALID_REQUEST_SOURCE"}),
    "/auth/v1/signin/anonymously": (403, {"error": "permission_denied", "error_code": 7}),
    "/auth/v1/other": (403, {"error": "permission_denied", "error_code": 7}),
}
every_path = pytest.mark.parametrize("path", PATHS)


@pytest.mark.parametrize("origin", LOOPBACK)
def test_an_origin_on_loopback_is_of_this_machine(origin):
    assert is_of_this_machine(origin)


@pytest.mark.parametrize("origin", FOREIGN)
def test_any_other_origin_is_not(origin):
    assert not is_of_this_machine(origin)


@given(st.text())
def test_any_text_can_be_told_to_be_one_or_not(text):
    assert not is_of_this_machine(f"https://{text}.example")


@every_path
@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:8080"])
def test_a_page_of_this_machine_reads_every_answer_even_a_refusal(http, path, origin):
    response = http.post(path, json={}, headers={"Origin": origin})
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in response.vary


@every_path
def test_a_preflight_allows_whatever_headers_the_sdk_wants_to_send(http, path):
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-request-id,x-sdk-version",
    }
    response = http.options(path, headers=asked)
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert response.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_a_preflight_that_asks_for_no_headers_is_allowed_none(http):
    response = http.options("/web", headers={"Origin": "http://localhost"})
    assert "Access-Control-Allow-Headers" not in response.headers


@every_path
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_foreign_page_is_refused_in_the_face_s_form_and_cannot_read_that(http, path, method, origin):
    response = http.open(path, method=method, json={}, headers={"Origin": origin})
    status, members = REFUSALS[path]
    assert response.status_code == status
    assert members.items() <= response.json.items()
    assert not [name for name, _ in response.headers if name.startswith("Access-Control-")]
    assert "Origin" in response.vary


def test_a_foreign_page_runs_no_function(app, token, control):
    headers = {"Origin": "https://evil.example", "Authorization": f"Bearer {token}"}
    assert app.invoke("ask", headers=headers).status_code == 403
    assert control.exchanges[0]["name"] == ""


def test_a_page_that_the_setting_names_may_call(app, token, control):
    control.set(web_origins=["https://app.example.com", "null"])
    for origin, status in (("https://app.example.com", 200), ("null", 200), ("https://app.example.com:8443", 403)):
        headers = {"Origin": origin, "Authorization": f"Bearer {token}"}
        assert app.invoke("ask", headers=headers).status_code == status


def test_who_is_no_page_sends_no_origin_and_may_call(app, token):
    response = app.invoke("ask", token=token)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
