"""How the console and the phone page look to somebody: in either theme, on a desk and on a phone, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from wxemu.client.testing import MiniProgramError
from wxemu.console.samples import SAMPLES

APPID = "wx1234567890abcdef"
DESK = {"width": 1280, "height": 800}
HAND = {"width": 390, "height": 844}
SECTIONS = ["/", "/functions", "/requests", "/users", "/phones", "/tokens", "/documents", "/faults", "/clock", "/state"]
TEXT_FITS_CELL = """part => {
    const text = document.createRange()
    text.selectNodeContents(part)
    return text.getBoundingClientRect().right <= part.closest("td").getBoundingClientRect().right
}"""
OPENID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"


@pytest.fixture(scope="module")
def phone(emulator):
    """One that has paid, and whose sensor is locked afterwards."""
    phone = emulator.new_phone("huawei", openid=OPENID)
    phone.call_function("login", code=phone.login())
    signed = phone.start_soter_authentication("order-1").signed
    phone.call_function("verifySignature", **signed)
    phone.call_function("verifySignature", **{**signed, "jsonString": signed["jsonString"] + " "})
    phone.call_function("checkSession")
    with pytest.raises(MiniProgramError, match="90010"):
        phone.start_soter_authentication("c", modes=["facial"], outcome="lockout")
    return phone


@pytest.fixture(scope="module")
def paths(emulator, phone):
    """Every page, one of each kind of thing among them."""
    emulator.ask("POST", "/emulator/v1/state/snapshots", {"name": "before"})
    emulator.ask("PATCH", "/emulator/v1/settings", {"verify_signatures": False})
    asked = {"envName": "env-demo", "collectionName": "orders"}
    emulator.ask("POST", "/admin", {**asked, "action": "database.addCollection"})
    document = {"_id": "订单-1", "paid": False, "long": "long " * 200}
    emulator.ask("POST", "/admin", {**asked, "action": "database.addDocument", "data": document})
    emulator.ask("PATCH", "/emulator/v1/settings", {"verify_signatures": True})
    rid = emulator.app.requests.last(api="soter.verifySignature").rid
    return [
        *SECTIONS,
        f"/requests/{rid}",
        "/requests/unknown",
        "/functions/verifySignature",
        "/documents?q={",
        "/documents/orders?key=" + quote('"订单-1"'),
        f"/users/{APPID}/{phone.openid}",
        f"/phones/{phone.phone_id}",
        "/state?confirm=reset&to=seed",
        "/phone",
        f"/phone/{phone.phone_id}",
        "/nowhere",
    ]


@pytest.fixture(scope="module")
def looked_at(browser, emulator):
    """The one page of this module, in a window and a language, far from UTC: its console may say only that something
    is not there."""
    opened = {}

    def look(path, window=DESK, language="en-US"):
        if language not in opened:
            options = {"base_url": emulator.url, "locale": language, "timezone_id": "Asia/Shanghai"}
            opened[language] = browser.new_context(**options, reduced_motion="reduce").new_page()
            opened[language].on("console", lambda said: heard.append(said.text) if "404" not in said.text else None)
            opened[language].on("pageerror", lambda error: heard.append(str(error)))
        page = opened[language]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(window)
        page.goto(path)
        return page

    heard = []
    yield look
    for page in opened.values():
        page.context.close()
    assert heard == []


@pytest.mark.parametrize("look", [(DESK, "en-US"), (HAND, "zh-CN")])
def test_everybody_can_use_every_page_in_light_and_dark(looked_at, paths, accessibility_faults, wide_parts, look):
    for path in paths:
        page = looked_at(path, *look)
        if path.startswith("/phone/"):
            page.frame_locator("#app").locator("button.action").first.wait_for()
            page.locator("details.kit").evaluate("kit => kit.open = true")
            assert (path, accessibility_faults(page.frames[-1])) == (path, [])
        assert (path, accessibility_faults(page)) == (path, [])
        page.emulate_media(color_scheme="dark")  # in which nothing but colours differs
        assert (path, accessibility_faults(page, rule="color-contrast")) == (path, [])
        page.set_viewport_size(HAND)
        assert (path, wide_parts(page)) == (path, [])


def test_everybody_can_use_the_sheet_and_read_a_result(looked_at, emulator, accessibility_faults):
    page = looked_at(f"/phone/{emulator.new_phone().phone_id}", HAND)
    screen = page.frame_locator("#app")
    for label in ("Log in with WeChat", "Pay ¥128.00"):
        screen.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("dialog").wait_for()
    page.locator(".sheet__outcomes").evaluate("outcomes => outcomes.open = true")
    for colors in ("light", "dark"):
        page.emulate_media(color_scheme=colors)
        assert accessibility_faults(page) == []
    page.get_by_role("button", name="Wrong finger").click()
    expect(screen.get_by_text("That did not work")).to_be_visible()
    for colors in ("light", "dark"):
        page.emulate_media(color_scheme=colors)
        assert accessibility_faults(page) + accessibility_faults(page.frames[-1]) == []


def test_what_browsers_ask_on_their_own_is_not_in_the_journal(looked_at, emulator):
    looked_at("/nowhere")
    expect(looked_at("/favicon.ico").get_by_role("heading")).to_have_text("There is no page here")

    kept = [exchange["url"] for exchange in emulator.ask("GET", "/emulator/v1/exchanges?limit=1000")["exchanges"]]
    assert [url for url in kept if "favicon" in url or "nowhere" in url] == []


@pytest.mark.parametrize("path", ["/", "/faults", "/functions/login", "/requests", "/phone"])
def test_whoever_uses_keys_sees_where_they_are(looked_at, phone, path):
    page = looked_at(path)
    unseen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen.add(
            page.evaluate(
                """() => {
                    const part = document.activeElement, ring = part.querySelector(".ring") ?? part
                    const {outlineStyle, outlineWidth, stroke} = getComputedStyle(ring)
                    const isSeen = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || stroke !== "none"
                    return part === document.body || part.tagName === "IFRAME" || isSeen ? null : part.outerHTML
                }"""
            )
        )
    assert unseen == {None}


@pytest.mark.parametrize("window", [DESK, HAND])
@pytest.mark.parametrize("path", ["/functions/login", "/phones", "/users"])
def test_a_field_for_an_openid_shows_all_of_it(looked_at, window, path):
    field = looked_at(path, window).locator('input[name="openid"]').last
    field.fill(OPENID)

    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


@pytest.mark.parametrize("window", [DESK, HAND])
def test_charts_fill_their_boxes(looked_at, phone, window):
    charts = looked_at("/functions/verifySignature", window).locator("#figures .chart")

    expect(charts).to_have_count(2)
    for chart in charts.all():
        box, bars = chart.bounding_box(), [bar.bounding_box() for bar in chart.locator("rect").all()]
        room = chart.locator("xpath=..").evaluate(
            "box => box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)"
        )
        assert box["width"] == pytest.approx(room, abs=1)
        middle = (bars[0]["x"] + bars[-1]["x"] + bars[-1]["width"]) / 2
        assert middle == pytest.approx(box["x"] + box["width"] / 2, abs=2)


@pytest.mark.parametrize("name", list(SAMPLES))
def test_the_first_click_on_invoke_succeeds(looked_at, name):
    page = looked_at(f"/functions/{name}")

    page.get_by_role("button", name="Invoke", exact=True).click()

    expect(page.locator("#outcome")).to_contain_text('"errCode": 0')
    if name == "verifySignature":
        expect(page.locator("#outcome")).to_contain_text('"isOk": true')


def test_the_picture_of_a_flow_says_in_a_narrow_window_that_it_scrolls(looked_at, phone):
    page = looked_at("/", HAND)
    expect(page.get_by_text("Scroll the picture sideways")).to_be_visible()
    assert page.locator(".story").evaluate("story => story.scrollWidth > story.clientWidth")

    page.set_viewport_size(DESK)

    expect(page.get_by_text("Scroll the picture sideways")).to_be_hidden()
    assert page.locator(".story").evaluate("story => story.scrollWidth <= story.clientWidth")


@pytest.mark.parametrize("window", [DESK, HAND])
def test_the_list_of_requests_keeps_the_function_s_name_and_indents_what_it_asked(looked_at, phone, window):
    page = looked_at("/requests", window)
    call = page.locator("tbody tr", has_text="wx.cloud.callFunction").filter(has_text="verifySignature").first
    made = page.locator("tbody tr:has(.within)", has_text="soter.verifySignature").first

    for part in (call.locator(".whole"), call.locator("small")):
        assert part.evaluate(TEXT_FITS_CELL)
    assert made.locator(".whole").bounding_box()["x"] > call.locator(".whole").bounding_box()["x"] + 10


def test_one_time_zone_is_everywhere_and_has_its_name(looked_at, emulator, phone):
    emulator.ask("POST", "/emulator/v1/clock/release", {})
    for path in ("/requests", "/functions/verifySignature", f"/phones/{phone.phone_id}"):
        expect(looked_at(path).get_by_role("columnheader", name="Time (UTC)").first).to_be_visible()
    for path in ("/", f"/users/{APPID}/{phone.openid}"):
        expect(looked_at(path).locator("main time").first).to_have_text(re.compile(" UTC$"))
    face = looked_at("/clock").locator("[data-ticks]")
    shown = face.inner_text()
    expect(face).not_to_have_text(shown)  # it ticks, by the browser's script
    ticked = datetime.strptime(face.inner_text(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert abs((ticked - datetime.now(UTC)).total_seconds()) < 600
    page = looked_at(f"/phone/{phone.phone_id}")
    hour = int(page.locator(".status span").first.inner_text().partition(":")[0])
    assert (datetime.now(UTC).hour - hour) % 24 <= 1


def test_phones_lie_beside_each_other_and_one_adds_another_without_scrolling(looked_at, emulator, phone):
    for _ in range(2):
        emulator.new_phone("none")
    page = looked_at("/phone")
    expect(page.locator("iframe").nth(2)).to_be_visible()

    assert len({seat.bounding_box()["y"] for seat in page.locator(".seat").all()[:3]}) == 1
    expect(page.get_by_role("button", name="Add phone")).to_be_in_viewport(ratio=1)


def test_the_colours_and_the_app_are_chosen_on_both_pages_for_both(looked_at, emulator, phone):
    other = emulator.ask("POST", "/emulator/v1/apps", {})["appid"]
    page = looked_at("/phone")
    page.get_by_role("link", name="Dark").click()
    page.locator(".tenants summary").click()
    page.get_by_role("link", name=other).click()
    expect(page.locator("iframe")).to_have_count(0)
    page = looked_at("/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 16, 18)"
    expect(page.locator(".tenants summary")).to_contain_text(other)

    page.get_by_role("link", name="Colours of the system").click()
    page.locator(".tenants summary").click()
    page.get_by_role("link", name=APPID).click()

    page = looked_at("/phone")
    assert page.evaluate("document.documentElement.dataset.theme") == "auto"
    expect(page.locator(".tenants summary")).to_contain_text(APPID)
    emulator.ask("DELETE", f"/emulator/v1/apps/{other}")


def test_of_effects_that_exclude_each_other_one_can_be_given(looked_at):
    page = looked_at("/faults")
    form = page.locator("form", has=page.get_by_label("openapi"))
    expect(form.get_by_text("What happens: one of these")).to_be_visible()
    errcode, reply = form.get_by_role("combobox", name="errcode"), form.get_by_label("reply")

    errcode.fill("-1")
    expect(reply).to_be_disabled()
    expect(form.get_by_label("drop the connection")).to_be_disabled()
    expect(form.get_by_label("errmsg")).to_be_enabled()
    errcode.fill("")
    expect(reply).to_be_enabled()
    form.get_by_label("drop the connection").check()

    expect(errcode).to_be_disabled()
    expect(form.get_by_label("delay (ms)")).to_be_enabled()


def test_the_attacker_s_kit_shows_the_command_for_what_is_ticked(looked_at, emulator):
    phone = emulator.new_phone().phone_id
    command = f"wxemu phone override {phone} --url {emulator.url}"
    page = looked_at(f"/phones/{phone}")
    expect(page.locator("[data-kit] code")).to_have_text(command)
    page.get_by_role("checkbox", name="staleCounter").check()
    page.get_by_role("checkbox", name="until cleared").check()
    expect(page.locator("[data-kit] code")).to_have_text(f"{command} --kind staleCounter --until-cleared")

    page = looked_at(f"/phone/{phone}")
    page.get_by_text("Attacker’s kit and fingers").click()
    page.get_by_role("checkbox", name="Tampered").check()
    page.get_by_role("checkbox", name="Wrong salt").check()

    expect(page.locator("#command")).to_have_text(f"{command} --kind tamperedRaw --kind wrongSalt")
