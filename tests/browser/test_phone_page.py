"""The phone page in a real browser: the sample mini program, the sensor under somebody's finger, an attacker's kit."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from wxemu.client.testing import Clock, MiniProgramError

LOG_IN, PAY, CHECK, DONE = "Log in with WeChat", "Pay ¥128.00", "Am I still logged in?", "Done"
TOUCH = "Touch the sensor"
PROFILES = {"android": "Android", "ios": "iPhone", "huawei": "Huawei", "none": "Without SOTER"}


class Hand:
    """Somebody who holds a phone of the page."""

    def __init__(self, phone, page):
        self.phone, self.page, self.screen = phone, page, phone.frame_locator("#app")

    def tap(self, *labels):
        for label in labels:
            where = self.screen if label in (LOG_IN, PAY, CHECK, DONE) else self.phone
            where.get_by_role("button", name=label, exact=True).click()

    def sees(self, text):
        expect(self.screen.get_by_text(text, exact=True)).to_be_visible()

    def sees_around(self, text):
        """On the phone, but not on the mini program's page."""
        expect(self.phone.get_by_text(text, exact=True)).to_be_visible()

    def open_kit(self):
        self.phone.get_by_text("Attacker’s kit and fingers").click()
        return self.phone

    def latest_step(self, name, text):
        step = self.phone.locator(".step").first
        expect(step.locator(".step__name")).to_have_text(name)
        expect(step.locator(".step__outcome")).to_have_text(re.compile(text))
        return step

    @property
    def openid(self):
        return self.phone.locator(".facts__openid").text_content()


@pytest.fixture(autouse=True)
def _fresh(emulator):
    Clock(emulator).release()
    emulator.ask("POST", "/emulator/v1/state/reset", {"to": "seed"})


@pytest.fixture
def gallery(open_page):
    return open_page("/phone", locale="en-US")


@pytest.fixture
def take(gallery):
    """Add a phone, and hold it."""

    def take_one(profile="android", openid=None):
        seats = gallery.locator("iframe")
        number = seats.count()
        gallery.get_by_role("radio", name=PROFILES[profile]).check()
        gallery.get_by_label("User").select_option(openid or "")
        gallery.get_by_role("button", name="Add phone").click()
        expect(seats).to_have_count(number + 1)
        return Hand(gallery.frame_locator("iframe").nth(number), gallery)

    return take_one


@pytest.mark.parametrize(("profile", "sensor"), [("android", "Touch the sensor"), ("ios", "Look at the phone")])
def test_a_user_logs_in_and_pays(take, profile, sensor):
    hand = take(profile)
    hand.tap(LOG_IN, PAY)
    hand.sees_around("Pay ¥128.00 for your tea")
    hand.tap(sensor)
    hand.sees("Payment confirmed")
    hand.latest_step("callFunction verifySignature", "is_ok true")


@pytest.mark.parametrize(
    ("profile", "action", "text", "code"),
    [
        ("android", "Wrong finger", "That was not you. Nothing was paid.", "90009"),
        ("ios", "Somebody else’s face", "That was not you. Nothing was paid.", "90009"),
        ("android", "Cancel", "You cancelled. Nothing was paid.", "90008"),
    ],
)
def test_a_confirmation_that_ends_otherwise_pays_nothing(take, profile, action, text, code):
    hand = take(profile)
    hand.tap(LOG_IN, PAY, action)
    hand.sees(text)
    hand.latest_step("wx.startSoterAuthentication", code)
    hand.tap(DONE)
    hand.sees("Welcome back")


def test_a_phone_without_soter_shows_no_sheet(take):
    hand = take("none")
    hand.tap(LOG_IN, PAY)
    hand.sees("This phone cannot confirm payments.")
    expect(hand.phone.locator("#sheet")).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "reason", "step", "screen"),
    [
        (
            "Tampered",
            "challenge_unknown",
            "this challenge was not issued, or was changed",
            "What was signed is not what the shop asked for.",
        ),
        *(
            (
                kind,
                "signature_invalid",
                "WeChat does not find the signature genuine",
                "WeChat says that this signature is not from your phone.",
            )
            for kind in ("Bogus signature", "Foreign key", "Wrong salt")
        ),
        (
            "Stale counter",
            "counter_replayed",
            "the phone’s counter has not grown",
            "This is an old confirmation, recorded earlier.",
        ),
    ],
)
def test_each_attack_is_found_out_once_and_told_with_its_reason(take, kind, reason, step, screen):
    hand = take()
    hand.tap(LOG_IN, PAY, TOUCH, DONE)
    attack = hand.open_kit().get_by_role("checkbox", name=kind)
    attack.check()
    hand.tap(PAY, TOUCH)
    hand.sees("Not confirmed")
    hand.sees(screen)
    hand.sees(reason)
    hand.latest_step("callFunction verifySignature", f"is_ok false, {reason}: {step}")
    expect(attack).not_to_be_checked()
    hand.tap(DONE, PAY, TOUCH)
    hand.sees("Payment confirmed")


def test_the_last_result_is_replayed_and_does_not_count_again(take):
    hand = take()
    replay = hand.open_kit().get_by_role("button", name="Replay the last result")
    hand.tap(LOG_IN, PAY)
    expect(replay).to_be_disabled()
    hand.tap(TOUCH)
    hand.latest_step("callFunction verifySignature", "is_ok true")
    replay.click()
    hand.latest_step("callFunction verifySignature", "is_ok false, challenge_used: this challenge was confirmed before")
    hand.sees("Payment confirmed")


def test_the_fifth_wrong_finger_locks_the_sensor_until_the_world_s_clock_says_so(take, emulator):
    Clock(emulator).freeze()
    hand = take()
    hand.tap(LOG_IN)
    for _ in range(4):
        hand.tap(PAY, "Wrong finger", DONE)
    hand.tap(PAY, "Wrong finger")
    hand.sees("Too many tries. Please wait a little.")
    hand.sees_around("Sensor locked for 30 s")
    hand.tap(DONE, PAY)
    hand.sees("Too many tries. Please wait a little.")
    Clock(emulator).advance(30)
    expect(hand.phone.get_by_role("status")).to_be_hidden()
    hand.tap(DONE, PAY, "Touch the sensor")
    hand.sees("Payment confirmed")


def test_a_login_on_a_second_phone_ends_the_session_of_the_first(take):
    first = take()
    first.tap(LOG_IN, CHECK)
    first.sees("Still logged in")
    second = take("ios", openid=first.openid)
    second.tap(LOG_IN)
    second.sees("Welcome back")
    first.tap(DONE, CHECK)
    first.sees("Please log in again")
    second.tap(CHECK)
    second.sees("Still logged in")


def test_each_step_leads_to_its_exchange_in_the_console(take, gallery, emulator):
    hand = take()
    hand.tap(LOG_IN)
    link = hand.latest_step("callFunction login", "ok").locator("a")
    rid = link.get_attribute("href").removeprefix("/requests/")
    assert emulator.ask("GET", f"/emulator/v1/exchanges/{rid}")["name"] == "wx.cloud.callFunction"


def test_the_sheet_is_worked_by_keys(take, gallery):
    hand = take()
    sensor = hand.phone.get_by_role("button", name="Touch the sensor")
    hand.tap(LOG_IN, PAY)
    expect(sensor).to_be_focused()
    gallery.keyboard.press("Escape")
    hand.sees("You cancelled. Nothing was paid.")
    hand.tap(DONE, PAY)
    expect(sensor).to_be_focused()
    gallery.keyboard.press("Enter")
    hand.sees("Payment confirmed")


def test_a_phone_grows_with_its_steps_and_needs_no_scrolling(take, gallery):
    hand = take()
    hand.tap(LOG_IN)
    hand.latest_step("callFunction login", "ok")
    height = hand.phone.locator("body").evaluate("body => body.offsetHeight")
    expect(gallery.locator("iframe")).to_have_css("height", f"{height}px")


def test_fingers_that_are_removed_are_asked_for(take):
    hand = take()
    hand.open_kit()
    with hand.page.expect_response("**/enrol"):
        hand.phone.get_by_label("Fingers enrolled").fill("0")
        hand.phone.get_by_label("Fingers enrolled").press("Tab")
    hand.tap(LOG_IN, PAY)
    hand.sees("First enrol a finger or your face in the phone’s settings.")


def test_a_phone_is_removed(take, gallery):
    take().tap("Remove phone")
    expect(gallery.locator("iframe")).to_have_count(0)
    gallery.reload()
    expect(gallery.locator("iframe")).to_have_count(0)


def test_a_phone_that_the_page_cannot_make_is_told_in_words(open_page, emulator):
    gallery = open_page("/phone", locale="en-US", complaints=["400"])
    emulator.ask("POST", "/emulator/v1/state/reset", {"to": "empty"})
    gallery.get_by_role("button", name="Add phone").click()
    expect(gallery.get_by_role("alert")).to_contain_text("wxemu app list")


def test_an_openid_is_text_whatever_it_is(emulator, open_page):
    openid = "<img src=x onerror=document.title='taken'>"
    phone = emulator.new_phone("none", openid=openid)
    page = open_page(f"/phone/{phone.phone_id}", locale="en-US")
    hand = Hand(page, page)
    hand.tap(LOG_IN)
    expect(hand.screen.locator(".user__openid")).to_have_text(openid)
    assert hand.openid == openid
    assert page.title() == "Without SOTER · wxemu"


@pytest.mark.parametrize("colors", ["light", "dark"])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_nobody_is_kept_from_using_it(open_page, emulator, grave_faults, colors, language):
    phone = emulator.new_phone("huawei")
    with pytest.raises(MiniProgramError, match="90010"):
        phone.start_soter_authentication("c", modes=["facial"], outcome="lockout")
    page = open_page("/phone", locale=language, color_scheme=colors)
    page.frame_locator("iframe").locator("#lock").wait_for()
    assert grave_faults(page) == []
    page = open_page(f"/phone/{phone.phone_id}", locale=language, color_scheme=colors)
    page.frame_locator("#app").locator("button.action").first.wait_for()
    page.locator("details.kit").evaluate("kit => kit.open = true")
    assert grave_faults(page) == []
    assert grave_faults(page.frames[-1]) == []  # the mini program's


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_nobody_is_kept_from_using_the_sheet_or_reading_a_result(open_page, emulator, grave_faults, colors):
    still = {"locale": "en-US", "color_scheme": colors, "reduced_motion": "reduce"}
    page = open_page(f"/phone/{emulator.new_phone().phone_id}", **still)
    hand = Hand(page, page)
    hand.tap(LOG_IN, PAY)
    page.locator("#sheet").wait_for()
    page.locator(".sheet__outcomes").evaluate("outcomes => outcomes.open = true")
    assert grave_faults(page) == []
    hand.tap("Wrong finger")
    hand.sees("That did not work")
    assert grave_faults(page) == []
    assert grave_faults(page.frames[-1]) == []


@pytest.mark.parametrize("path", ["/phone", "/phone/{phone_id}"])
def test_it_fits_a_real_phone(open_page, emulator, wide_parts, path):
    phone = emulator.new_phone("huawei")
    page = open_page(path.format(phone_id=phone.phone_id), viewport={"width": 390, "height": 844}, locale="en-US")
    phone = page.frame_locator("iframe").first if path == "/phone" else page
    phone.frame_locator("#app").locator("button.action").first.wait_for()
    assert wide_parts(page) == []
