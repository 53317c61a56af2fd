"""What a browser gets where nobody answers: a page of ours, of which the journal hears nothing."""

from __future__ import annotations

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JAVA = {"Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}


@pytest.fixture
def kept(emulator):
    return lambda: emulator.ask("GET", "/emulator/v1/exchanges")["exchanges"]


@pytest.mark.parametrize(
    "path",
    [
        "/favicon.ico",
        "/robots.txt",
        "/apple-touch-icon.png",
        "/apple-touch-icon-120x120-precomposed.png",
        "/.well-known/appspecific/com.chrome.devtools.json",
    ],
)
def test_what_browsers_ask_for_on_their_own_is_not_there_and_not_kept(http, kept, path):
    answer = http.get(path)

    assert answer.status_code == 404
    assert "errcode" not in answer.text
    assert kept() == []


@pytest.mark.parametrize("path", ["/nowhere", "/cgi-bin/nowhere", "/phone/x/nowhere", "/emulator/v1/nowhere"])
@pytest.mark.parametrize(("language", "words"), [("en", "There is no page here"), ("zh-CN", "这里没有页面")])
def test_a_page_that_is_not_there_says_where_to_go(http, kept, path, language, words):
    answer = http.get(path, headers={**BROWSER, "Accept-Language": language})

    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert f"<h1>{words}</h1>" in answer.text
    assert all(f'href="{there}"' in answer.text for there in ("/", "/phone"))
    assert kept() == []


def test_an_address_is_text_whatever_it_is(http):
    page = http.get("/<script>alert(1)</script>", headers=BROWSER).text

    assert "<script>" not in page
    assert "/&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("headers", [{}, JAVA, {**BROWSER, "Host": "api.weixin.qq.com"}])
def test_whoever_is_no_browser_or_asks_wechat_by_its_name_is_answered_by_wechat(http, kept, headers):
    answer = http.get("/cgi-bin/nowhere", headers=headers)

    assert answer.get_json(force=True)["errcode"] == 40066
    assert len(kept()) == 1


def test_an_openapi_that_a_browser_asks_is_answered_by_wechat(http):
    assert http.get("/cgi-bin/token", headers=BROWSER).get_json(force=True)["errcode"] == 40002
