"""The console in a real browser: live, by keyboard, with a full journal."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from wxemu.core.journal import KEPT_EXCHANGES

APPID = "wx1234567890abcdef"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def story(emulator):
    """A login and a confirmation, one of them with a text that was changed: its phone, and the rid of the last call."""
    phone = emulator.new_phone()
    phone.call_function("login", code=phone.login())
    genuine = phone.start_soter_authentication("order-1").signed
    phone.call_function("verifySignature", **genuine)
    tampered = {**genuine, "jsonString": genuine["jsonString"].replace("order-1", "order-2")}
    assert phone.call_function("verifySignature", **tampered)["isOk"] is False
    return phone, emulator.app.requests.last(api="wx.cloud.callFunction").rid


def test_a_request_appears_while_one_looks(open_page, emulator):
    phone = emulator.new_phone()
    page = open_page(f"/requests?q={phone.phone_id}")
    expect(page.locator("#live.on")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(0)

    phone.login()

    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_last_flow_is_drawn_while_it_happens_and_leads_to_its_requests(open_page, emulator, story):
    page = open_page("/")
    expect(page.locator("#live.on")).to_be_visible()

    story[0].call_function("checkSession")

    arrow = page.get_by_role("link", name=re.compile("Function asks WeChat: auth.checkSessionKey")).last
    arrow.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("auth.checkSessionKey")


def test_a_page_that_is_live_keeps_the_focus_and_what_was_opened(open_page, emulator, story):
    page = open_page("/requests")
    expect(page.locator("#live.on")).to_be_visible()
    row = page.locator("tbody .whole").first
    row.focus()
    number = row.get_attribute("id")

    story[0].check_session()

    expect(page.locator("tbody .whole").first).not_to_have_attribute("id", number)
    expect(page.locator(f"#{number}")).to_be_focused()


def test_why_a_signature_is_wrong_is_on_its_page(open_page, story):
    page = open_page(f"/requests/{story[1]}")

    expect(page.locator("#explanation")).to_contain_text("json_string_tampered")
    expect(page.locator("#explanation")).to_contain_text("wxemu explain")


def test_a_request_is_sent_again_after_its_cause_is_mended(open_page, emulator):
    app = emulator.app
    app.faults.add(api="auth.getAccessToken", errcode=-1, times=1)
    emulator.remote.send("GET", f"/cgi-bin/token?grant_type=client_credential&appid={APPID}&secret={app.secret}")
    page = open_page("/requests?q=getAccessToken&outcome=failed")
    page.locator("tbody .whole").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("-1")

    page.get_by_role("button", name="Send again").click()

    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"Before: -1\s+Now: ok"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("ok")


def test_the_search_answers_as_one_types_and_is_in_the_address(open_page, story):
    page = open_page("/requests")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()

    page.keyboard.type("code2Session")

    expect(page.locator("tbody tr").first).to_contain_text("code2Session")
    expect(page).to_have_url(re.compile(r"/requests\?q=code2Session$"))
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("code2Session")


def test_keys_lead_to_pages_through_rows_and_to_their_own_list(open_page, story):
    page = open_page("/")
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile("/requests$"))
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tbody .whole").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/requests/.+"))
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/clock$"))
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_are_letters_where_one_writes(open_page):
    page = open_page("/requests")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("g8?")

    expect(page.get_by_role("searchbox")).to_have_value("g8?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(open_page):
    page = open_page("/clock")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_a_value_is_copied_with_one_press(open_page, story):
    page = open_page(f"/requests/{story[1]}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy {story[1]}").click()

    assert page.evaluate("navigator.clipboard.readText()") == story[1]
    expect(page.locator("#announcement")).to_have_text("Copied")


def test_language_and_colours_are_switched_and_stay(open_page):
    page = open_page("/", locale="en-GB")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("概览")
    page.get_by_role("link", name="深色").click()
    page.goto("/clock")

    expect(page.get_by_role("heading", level=1)).to_have_text("时钟")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 16, 18)"


def test_the_clock_is_moved_by_hand_and_a_fault_arranged(open_page):
    page = open_page("/clock")
    page.get_by_role("button", name="Freeze", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("frozen")
    page.get_by_role("button", name="2 h: a token ends").click()
    page.get_by_role("button", name="Real time", exact=True).click()
    expect(page.locator("#clock")).to_contain_text("real time")

    page.goto("/faults")
    page.get_by_role("combobox", name="errcode").fill("-1")
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("tbody tr")).to_contain_text("soter.verifySignature")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("main")).to_contain_text("No faults")


def test_a_mistake_in_a_form_is_told_beside_it(open_page):
    page = open_page("/faults", complaints=["400"])
    page.get_by_role("combobox", name="errcode").fill("12345")
    page.get_by_role("button", name="Add", exact=True).first.click()

    expect(page.get_by_role("alert")).to_contain_text("errmsg")
    expect(page).to_have_url(re.compile("/faults$"))  # reloading it sends nothing again


def test_without_scripts_the_pages_work_all_the_same(open_page, story):
    page = open_page("/requests?q=code2Session", java_script_enabled=False)
    page.locator("tbody .whole").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("auth.code2Session")


def test_what_callers_send_runs_nowhere(open_page, emulator, browser):
    phone = emulator.new_phone(openid=HOSTILE)
    phone.call_function("verifySignature", jsonString=HOSTILE, jsonSignature=HOSTILE)
    context = browser.new_context(user_agent=f"Agent {HOSTILE}")
    context.request.get(f"{emulator.url}/wxa/checksession?openid={HOSTILE}")
    context.close()

    page = open_page("/requests")
    for number in range(3):
        page.goto("/requests")
        page.locator("tbody .whole").nth(number).click()
        expect(page.locator("main")).to_contain_text("onerror")
        assert page.locator("main img, main script").count() == 0
    page.goto("/")
    assert page.locator("main img, main script").count() == 0


def test_ten_thousand_requests_are_as_quick_to_look_through_as_ten(start, open_page, tmp_path):
    running = start("--state", str(tmp_path), "--no-intercept")
    running.ask("GET", "/emulator/v1/clock")
    with closing(sqlite3.connect(tmp_path / "world.sqlite")) as world, world:
        columns = [row[1] for row in world.execute("PRAGMA table_info(exchanges)")]
        told = dict.fromkeys(columns) | {"at": 1.0, "face": "wechat", "name": "soter.verifySignature", "method": "POST"}
        told |= dict.fromkeys(("url", "request_body", "response_body", "client_ip", "user_agent"), "")
        told |= {"status": 200, "cost_in_ms": 1.0, "outcome": "ok", "is_failure": 0}
        world.executemany(
            f"INSERT INTO exchanges ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [tuple((told | {"rid": f"rid-{number:05}"}).values()) for number in range(KEPT_EXCHANGES)],
        )
    world.close()
    page = open_page("/requests", of=running)

    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr").first).to_contain_text("soter.verifySignature")
    page.get_by_role("searchbox").fill("rid-00007")
    expect(page.locator("tbody tr")).to_have_count(1)
