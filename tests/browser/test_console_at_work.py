"""What one does on the console, in a real browser: invoke and watch, break a phone, end a session, go back."""

from __future__ import annotations

import json
import re
import socket

import pytest
from playwright.sync_api import expect

APPID = "wx1234567890abcdef"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TALKER = """
import socket

def main(event, context):
    print("begun", event.get("text"), flush=True)
    if "gate" in event:
        with socket.create_connection(("127.0.0.1", event["gate"])) as gate:
            gate.recv(1)
    print("opened", flush=True)
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {"text": event.get("text"), "openid": event.get("userInfo", {}).get("openId")}
"""


PROJECT = """
envId: env-demo
functions:
  - {name: talker, runtime: Python3.11, handler: index.main, timeout: 60}
"""


@pytest.fixture
def gate():
    """Where a function waits until it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def emulator(start_for_module, write_project):
    """A project of one function, which prints its event's text, and waits at the gate that the event names."""
    return start_for_module("--no-intercept", project=write_project(PROJECT, talker=TALKER))


def write_event(page, event, sender="server"):
    page.get_by_label("Event (JSON)").fill(json.dumps(event))
    page.get_by_label("Sent by").select_option(sender)


def test_a_function_is_found_invoked_and_its_result_read(open_page, emulator):
    user = emulator.app.new_user().openid
    page = open_page("/functions")
    page.get_by_role("link", name="talker").click()
    write_event(page, {"text": "hello"}, "user")
    page.get_by_role("combobox", name="openid", exact=True).fill(user)
    page.get_by_label("Event (JSON)").press("Control+Enter")

    expect(page.get_by_role("status").first).to_contain_text("The function has run.")
    expect(page.locator("#outcome")).to_contain_text(f'"openid": "{user}"')
    expect(page.get_by_role("log")).to_contain_text("begun hello")
    expect(page.get_by_label("Event (JSON)")).to_have_value(re.compile("hello"))


def test_its_log_comes_line_by_line_while_it_runs(open_page, emulator, gate):
    page = open_page("/functions/talker")
    expect(page.locator("#live.on")).to_be_visible()
    write_event(page, {"text": "slowly", "gate": gate.getsockname()[1]})
    page.get_by_role("button", name="Invoke", exact=True).click()

    expect(page.get_by_role("log")).to_contain_text("begun slowly")
    assert "opened" not in page.get_by_role("log").inner_text().rpartition("begun slowly")[2]
    expect(page.get_by_role("button", name="Invoke", exact=True)).to_be_disabled()
    gate.accept()[0].close()
    expect(page.get_by_role("status").first).to_contain_text("The function has run.")
    assert "opened" in page.get_by_role("log").inner_text().rpartition("begun slowly")[2]


def test_what_cannot_be_sent_is_told_and_stays_to_be_mended(open_page):
    page = open_page("/functions/talker", complaints=["400"])
    page.get_by_label("Event (JSON)").fill("{")
    page.get_by_role("button", name="Invoke", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("expected JSON")
    expect(page.get_by_label("Event (JSON)")).to_have_value("{")
    expect(page).to_have_url(re.compile("/functions/talker$"))


def test_a_function_is_invoked_without_scripts_too(open_page):
    page = open_page("/functions/talker", java_script_enabled=False)
    write_event(page, {"text": "plainly"})
    page.get_by_role("button", name="Invoke", exact=True).click()

    expect(page.locator("#outcome")).to_contain_text("plainly")
    expect(page.get_by_role("status").first).to_contain_text("The function has run.")


def test_who_only_watches_sees_lines_figures_and_instances(open_page, emulator, gate):
    page = open_page("/functions/talker")
    expect(page.locator("#live.on")).to_be_visible()
    number = page.locator("tbody .whole").count()
    phone = emulator.new_phone()
    other = open_page("/functions/talker")
    write_event(other, {"text": "watched", "gate": gate.getsockname()[1]})
    other.get_by_role("button", name="Invoke", exact=True).click()

    expect(page.get_by_role("log")).to_contain_text("begun watched")
    expect(page.locator("#instances")).to_contain_text("busy")
    gate.accept()[0].close()
    expect(page.locator("#list tbody tr")).to_have_count(number + 1)
    expect(page.locator("#instances")).not_to_contain_text("busy")
    expect(page.locator("#figures svg").first).to_be_visible()
    phone.call_function("talker", text="from a phone")
    expect(page.get_by_role("log")).to_contain_text("begun from a phone")


def test_what_a_function_says_and_returns_runs_nowhere(open_page, emulator):
    page = open_page("/functions/talker")
    expect(page.locator("#live.on")).to_be_visible()
    for event in ({"text": HOSTILE}, {"text": HOSTILE, "fail": HOSTILE}):
        emulator.ask("POST", "/emulator/v1/functions/talker/invocations", {"event": event})
        expect(page.get_by_role("log")).to_contain_text(f"begun {HOSTILE}")
        expect(page.locator("#outcome")).to_contain_text("onerror")
        assert page.locator("main img, main script").count() == 0
    page.reload()
    expect(page.get_by_role("log")).to_contain_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0


def test_an_event_is_kept_under_a_name_and_brought_back(open_page):
    page = open_page("/functions/talker")
    write_event(page, {"text": "kept"})
    page.get_by_label("Name of the event").fill("the usual")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("saved")
    page.goto("/functions/talker")

    page.get_by_role("link", name="the usual").click()

    expect(page.get_by_label("Event (JSON)")).to_have_value(re.compile("kept"))
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="the usual")).to_have_count(0)


def test_a_phone_is_made_broken_watched_and_thrown_away(open_page, emulator):
    page = open_page("/phones")
    page.locator("select[name=profile]").select_option("android")
    page.get_by_role("button", name="New phone").click()
    expect(page.locator(".chain li")).to_have_count(4)
    page.get_by_role("checkbox", name="tamperedRaw").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#facts")).to_contain_text("misbehaves")
    phone = page.get_by_role("heading", level=1).inner_text()

    asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order-1"}
    emulator.ask("POST", f"/phone/v1/phones/{phone}/startSoterAuthentication", asked)

    expect(page.locator("#signed")).to_contain_text("tamperedRaw")
    expect(page.locator("#facts")).to_contain_text("ready")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status").first).to_contain_text("removed")


def test_what_is_asked_about_once_more_can_be_left(open_page, emulator):
    phone = emulator.new_phone()
    page = open_page(f"/phones/{phone.phone_id}")
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove").click()

    expect(page).to_have_url(re.compile(phone.phone_id))
    assert emulator.ask("GET", f"/phone/v1/phones/{phone.phone_id}")["phoneId"] == phone.phone_id


def test_a_state_is_saved_changed_asked_about_and_gone_back_to(open_page, emulator):
    page = open_page("/state")
    page.get_by_label("Name", exact=True).fill("before")
    page.get_by_role("button", name="Save", exact=True).click()
    phone = emulator.new_phone()
    page.goto(f"/phones?q={phone.phone_id}")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/state")
    page.get_by_role("link", name="Go back to it").click()
    expect(page.locator(".sure")).to_contain_text("before")

    page.locator(".sure").get_by_role("button").click()

    expect(page.get_by_role("status").first).to_contain_text("Reset.")
    page.goto(f"/phones?q={phone.phone_id}")
    expect(page.locator("main")).to_contain_text("Nothing found")


def test_a_state_goes_out_and_comes_in(open_page, emulator, tmp_path):
    page = open_page("/state")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    started.value.save_as(tmp_path / "state.json")
    phone = emulator.new_phone()
    page.get_by_label("Document").set_input_files(tmp_path / "state.json")
    page.get_by_label("Replace the present state").check()
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_role("status").first).to_contain_text("imported")
    page.goto(f"/phones?q={phone.phone_id}")
    expect(page.locator("main")).to_contain_text("Nothing found")


def test_a_session_is_ended_and_a_list_searched_as_one_types(open_page, emulator):
    phone = emulator.new_phone()
    user = f"/emulator/v1/apps/{APPID}/users"
    emulator.ask("POST", user, {"openid": "oGuest", "session_key": "o0q0otL8aEzpcZL/FT9WsQ=="})
    emulator.ask("POST", user, {"openid": HOSTILE})
    page = open_page("/users")
    expect(page.locator("main")).to_contain_text("onerror")
    assert page.locator("main img, main script").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("oGuest")
    expect(page.locator("tbody tr")).to_have_count(1)

    page.get_by_role("button", name="End session").click()

    expect(page.locator("#session")).to_contain_text("ended")
    page.goto(f"/users?q={phone.phone_id}")
    expect(page.locator("tbody tr")).to_contain_text("never logged in")
