"""A web page that a developer has open in another tab must not reach the emulator's own interfaces."""

import pytest

FOREIGN = "https://evil.example"
OURS = "http://localhost:5173"
DOORS = ["/emulator/v1/state/reset", "/emulator/v1/clock/release", "/phone/v1/phones"]


@pytest.mark.parametrize("path", DOORS)
def test_a_foreign_page_is_refused_and_cannot_read_the_answer(http, path):
    answer = http.post(path, data="{}", headers={"Origin": FOREIGN, "Content-Type": "text/plain"})
    assert answer.status_code == 403
    assert "web_origins" in answer.json["error"]["message"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_of_this_machine_may_call_and_read(http):
    answer = http.get("/emulator/v1/clock", headers={"Origin": OURS})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == OURS


def test_a_foreign_page_changes_nothing(http, wechat):
    before = http.get("/phone/v1/phones").json
    http.post("/phone/v1/phones", json={"appid": wechat.tenant.appid, "profile": "none"}, headers={"Origin": FOREIGN})
    assert http.get("/phone/v1/phones").json == before


@pytest.mark.parametrize("path", DOORS)
def test_a_page_of_another_site_that_sends_no_origin_is_refused_too(http, path):
    assert http.post(path, data="{}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:80.evil.example", "http://localhost:x", "http://127.0.0.1@evil.example", "null", ""]
)
def test_what_only_begins_like_this_machine_s_origin_is_foreign(http, origin):
    assert http.post("/emulator/v1/clock/release", data="{}", headers={"Origin": origin}).status_code == 403
