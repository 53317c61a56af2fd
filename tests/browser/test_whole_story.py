"""The whole story by clicks on the phone page, watched live on the console; and each classic mistake on its page."""

from __future__ import annotations

import re

import pytest
from classic_mistakes import CLASSIC
from playwright.sync_api import expect

LOG_IN, PAY, CHECK, DONE = "Log in with WeChat", "Pay ¥128.00", "Am I still logged in?", "Done"
TOUCH, WRONG = "Touch the sensor", "Wrong finger"


@pytest.fixture
def gallery(open_page):
    return open_page("/phone", locale="en-US")


@pytest.fixture
def take(gallery):
    """Add a phone; what taps its buttons."""

    def take_one(owner=""):
        seats = gallery.locator("iframe")
        number = seats.count()
        gallery.get_by_label("User").select_option(owner)
        gallery.get_by_role("button", name="Add phone").click()
        expect(seats).to_have_count(number + 1)
        phone = gallery.frame_locator("iframe").nth(number)

        def tap(*labels):
            for label in labels:
                where = phone.frame_locator("#app") if label in (LOG_IN, PAY, CHECK, DONE) else phone
                where.get_by_role("button", name=label, exact=True).click()

        return phone, tap

    return take_one


@pytest.fixture
def overview(open_page):
    """The console's front page, left alone, and the check that its story shows arrows with these names."""
    page = open_page("/", locale="en-US")
    expect(page.locator("#live.on")).to_be_visible()

    def tells(*arrows):
        for arrow in arrows:
            expect(page.get_by_role("link", name=re.compile(arrow)).last).to_be_attached()

    return tells


def test_the_console_tells_what_the_fingers_do(take, overview):
    phone, tap = take()
    tap(LOG_IN)
    overview("Phone asks WeChat: wx.login", "Phone asks Function: login", "Function asks WeChat: auth.code2Session")
    tap(PAY, TOUCH)
    expect(phone.frame_locator("#app").get_by_text("Payment confirmed", exact=True)).to_be_visible()
    overview("Function asks CloudBase: soter.verifySignature", "WeChat answers CloudBase: is_ok true")

    tap(DONE, PAY, WRONG)
    overview("startSoterAuthentication: 90009")

    tap(DONE)
    phone.get_by_text("Attacker’s kit and fingers").click()
    phone.get_by_role("checkbox", name="Bogus signature").check()
    tap(PAY, TOUCH)
    expect(phone.frame_locator("#app").get_by_text("Not confirmed", exact=True)).to_be_visible()
    overview("WeChat answers CloudBase: is_ok false")

    tap(DONE, CHECK)
    overview("Function asks WeChat: auth.checkSessionKey", "WeChat answers Function: ok")
    second, tap_second = take(phone.locator(".facts__openid").text_content())
    tap_second(LOG_IN)
    expect(second.frame_locator("#app").get_by_role("button", name=PAY, exact=True)).to_be_enabled()  # it is logged in
    tap(DONE, CHECK)
    overview("WeChat answers Phone: fail")
    expect(phone.frame_locator("#app").get_by_text("Please log in again", exact=True)).to_be_visible()


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_classic_mistake_is_explained_by_name_on_its_page(mistaken_server, open_page, classic):
    classic.make(mistaken_server)
    page = open_page(f"/requests/{mistaken_server.latest()}")
    expect(page.locator("#explanation")).to_contain_text(classic.name)
