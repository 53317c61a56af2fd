"""What a browser gets of the phone: its pages, the mini program on it, and what the pages ask for."""

import base64
import hashlib
import json
import re
from html import unescape
from pathlib import Path

import pytest

import wxemu.phone

TEXTS = Path(wxemu.phone.__file__).parent / "texts"
SCREEN = Path(wxemu.phone.__file__).parent / "static/screen"
APPID = "wx1234567890abcdef"
PROMPT = {"requestAuthModes": ["fingerPrint", "facial"], "challenge": "order-1", "authContent": "pay"}


def members(texts, path=()):
    for name, value in texts.items():
        yield from members(value, (*path, name)) if isinstance(value, dict) else [(*path, name)]


class TestPages:
    def test_the_gallery_frames_each_phone_of_an_app(self, http, new_phone):
        phones = [new_phone("none").phone_id, new_phone("none").phone_id]
        page = http.get("/phone").text
        assert sorted(re.findall(r'src="/phone/(phone-\w+)\?framed"', page)) == sorted(phones)

    def test_the_gallery_shows_one_app_only(self, http, new_phone):
        phone = new_phone("none")
        assert phone.phone_id in http.get(f"/phone?app={APPID}").text
        assert phone.phone_id not in http.get("/phone?app=wxfedcba0987654321").text

    def test_what_a_page_asks_for_is_refused_in_its_language(self, http):
        def refusal():
            return http.post("/phone/v1/phones", json={"appid": APPID, "profile": "nokia"}).json["error"]["message"]

        assert refusal().startswith("no profile is called 'nokia'")
        http.get("/phone?lang=zh")
        assert refusal().startswith("没有名为 'nokia' 的型号")

    def test_a_phone_that_is_gone_has_a_page_that_says_so(self, http):
        answer = http.get("/phone/phone-nobody")
        assert answer.status_code == 404
        assert "This phone is gone" in answer.text

    @pytest.mark.parametrize("path", ["/phone", "/phone/phone-nobody"])
    def test_a_page_runs_nothing_but_our_own_scripts(self, http, path):
        answer = http.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)

    def test_an_openid_is_text_whatever_it_is(self, http, new_phone):
        openid = "\"'><script>alert(1)</script>"
        phone = new_phone("none", openid=openid)
        for path in ("/phone", f"/phone/{phone.phone_id}"):
            page = http.get(path).text
            assert "<script>alert" not in page
        data = unescape(re.search(r'data-phone="([^"]*)"', page)[1])
        assert json.loads(data)["openid"] == openid

    def test_a_page_shows_no_key(self, http, new_phone):
        assert "PRIVATE KEY" not in http.get(f"/phone/{new_phone('android').phone_id}").text


class TestLanguages:
    def test_both_have_the_same_texts(self):
        english, chinese = (json.loads((TEXTS / f"{name}.json").read_text("utf-8")) for name in ("en", "zh"))
        assert set(members(english)) == set(members(chinese))

    def test_the_query_chooses_and_a_cookie_keeps_it(self, http):
        assert '<html lang="zh"' in http.get("/phone?lang=zh").text
        assert '<html lang="zh"' in http.get("/phone", headers={"Accept-Language": "en"}).text

    def test_else_the_browser_chooses(self, http):
        assert '<html lang="zh"' in http.get("/phone", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_the_colours_that_the_console_keeps_hold_here_too(self, http, theme):
        http.set_cookie("theme", theme)
        assert f'data-theme="{theme}"' in http.get("/phone").text


class TestScreen:
    def test_it_is_a_sandbox_without_a_network(self, http):
        answer = http.get("/phone/screen")
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["sandbox"] == "allow-scripts"
        assert policy["default-src"] == "'none'"
        assert not {"connect-src", "frame-src"} & set(policy)
        assert not re.search(r"http|\*|'self'|unsafe", policy["script-src"] + policy["img-src"] + policy["font-src"])

    def test_a_phone_s_page_has_it_in_a_sandbox_too(self, http, new_phone):
        page = http.get(f"/phone/{new_phone('none').phone_id}").text
        assert re.findall(r'<iframe[^>]* sandbox="([^"]*)"', page) == ["allow-scripts"]

    def test_each_of_its_scripts_is_one_that_the_policy_knows(self, http):
        answer = http.get("/phone/screen")
        scripts = re.findall("<script>(.*?)</script>", answer.text, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
        assert len(scripts) == len(list(SCREEN.glob("*.js"))) + 1  # wx.js
        assert re.findall("'sha256-([^']+)'", answer.headers["Content-Security-Policy"]) == digests


class TestWhatThePagesAskFor:
    def test_an_answer_names_the_exchange_in_the_journal(self, http, control, new_phone):
        phone = new_phone("none")
        answer = http.post(f"/phone/v1/phones/{phone.phone_id}/login", json={})
        assert control.get(f"exchanges/{answer.headers['X-Wxemu-Rid']}")["name"] == "wx.login"

    def test_what_fails_without_a_number_is_a_failure_in_the_journal_too(self, http, control, new_phone):
        phone = new_phone("none")
        answer = http.post(f"/phone/v1/phones/{phone.phone_id}/checkSession", json={})
        assert control.get(f"exchanges/{answer.headers['X-Wxemu-Rid']}")["errcode"] == "fail"

    def test_a_phone_asks_its_user_in_the_mode_that_it_will_use(self, new_phone):
        assert new_phone("ios").do("promptSoterAuthentication", **PROMPT) == {
            "authMode": "facial",
            "authContent": "pay",
        }

    def test_a_prompt_signs_nothing(self, new_phone):
        phone = new_phone("android")
        phone.do("promptSoterAuthentication", **PROMPT)
        assert phone.state["counter"] == 2

    @pytest.mark.parametrize(
        ("profile", "changes", "code"),
        [
            ("none", {}, 90001),
            ("ios", {"requestAuthModes": ["fingerPrint"]}, 90003),
            ("android", {"challenge": ""}, 90004),
        ],
    )
    def test_a_phone_that_asks_nobody_answers_as_the_api_does(self, new_phone, profile, changes, code):
        phone = new_phone(profile)
        asked = {**PROMPT, **changes}
        failed = phone.do("promptSoterAuthentication", **asked)
        assert failed["errCode"] == code
        assert failed == phone.do("startSoterAuthentication", **asked)

    def test_a_locked_phone_asks_nobody_until_its_time_is_over(self, clock, new_phone):
        phone = new_phone("android")
        phone.confirm(outcome="lockout")
        clock.advance(20)
        assert phone.do("promptSoterAuthentication", **PROMPT)["errCode"] == 90010
        assert phone.state["lockedFor"] == 10
        clock.advance(10)
        assert phone.do("promptSoterAuthentication", **PROMPT)["authMode"] == "fingerPrint"
        assert phone.state["lockedFor"] == 0

    def test_tries_are_counted(self, new_phone):
        phone = new_phone("android")
        phone.confirm(outcome="mismatch")
        assert phone.state["failures"] == 1


class TestRemoval:
    def test_a_phone_that_is_removed_is_gone(self, http, new_phone):
        phone = new_phone("android")
        assert http.delete(f"/phone/v1/phones/{phone.phone_id}").json["phoneId"] == phone.phone_id
        assert http.get(f"/phone/v1/phones/{phone.phone_id}").status_code == 404

    def test_wechat_forgets_its_key(self, http, wechat, new_phone):
        phone = new_phone("android")
        signed = phone.confirm()
        given = (phone.openid, signed["resultJSON"], signed["resultJSONSignature"])
        assert wechat.verify(*given)["is_ok"] is True
        http.delete(f"/phone/v1/phones/{phone.phone_id}")
        assert wechat.verify(*given)["is_ok"] is False
