"""One's own mini program on the phone page, in a real browser: mini_program/ beside this file uses all of it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from wxemu.client.new_project import make_project

HERE = Path(__file__).parent
SECRET = "module.exports = 'the secret of another folder'\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The mini program, a secret beside it, and a link that leads there."""
    around = tmp_path_factory.mktemp("around")
    shutil.copytree(HERE / "mini_program", around / "app")
    (around / "secret.js").write_text(SECRET, encoding="utf-8")
    (around / "app/linked.js").symlink_to(around / "secret.js")
    (around / "app/project.private.config.json").write_text('{"secret": "private"}', encoding="utf-8")
    return around / "app"


@pytest.fixture(scope="module")
def emulator(start_for_module, folder):
    return start_for_module("--miniprogram", str(folder))


class Hand:
    """Somebody who holds a phone, and sees what is on its screen and beside it."""

    def __init__(self, page, openid):
        self.page = page
        self.openid = openid
        self.screen = page.frame_locator("#app")

    def tap(self, label):
        self.screen.get_by_role("button", name=label, exact=True).click()

    def sees(self, text):
        expect(self.screen.get_by_text(text, exact=True)).to_be_visible()

    def does_not_see(self, text):
        expect(self.screen.get_by_text(text, exact=True)).to_be_hidden()

    def has_title(self, text):
        expect(self.page.locator("#title")).to_have_text(text)

    def asks(self, name):
        """What an act of the page api answers."""
        self.tap(name)
        answer = self.screen.locator(".answer")
        expect(answer).not_to_be_empty()
        return answer.text_content()

    def logged(self, text, place=""):
        line = self.page.locator(".line").filter(has_text=text).last
        expect(line.locator(".line__place")).to_have_text(place)


@pytest.fixture
def hold(open_page, emulator):
    def hold_one(*, of=emulator, **options):
        phone = of.new_phone()
        return Hand(open_page(f"/phone/{phone.phone_id}", of=of, **{"locale": "en-US", **options}), phone.openid)

    return hold_one


def test_a_list_shows_its_data_and_what_becomes_of_it(hold):
    hand = hold()
    hand.has_title("All teas")
    rows = hand.screen.locator(".row")
    expect(rows.nth(0)).to_have_text("1. Longjing: dear 128")
    expect(rows.nth(1)).to_have_text("2. Jasmine: cheap 30")
    hand.sees("2 teas, launched at pages/list/list")
    hand.tap("Add a tea")
    expect(rows.nth(0)).to_have_text("1. Longjing: dear rare")
    expect(rows.nth(2)).to_have_text("3. Tea 3: cheap free")
    hand.tap("Clear")
    hand.sees("No tea at all")


def test_styles_are_of_their_page_and_of_their_component_and_rpx_of_the_screen(hold):
    hand = hold()
    row, counter = hand.screen.locator(".page > .row").first, hand.screen.locator(".row").last
    width = hand.page.locator("#app").evaluate("frame => frame.clientWidth")
    assert row.bounding_box()["width"] == pytest.approx(width / 2, abs=1)
    expect(counter).to_have_css("color", "rgb(0, 60, 140)")
    expect(row).to_have_css("color", "rgb(34, 34, 34)")
    hand.tap("Add a tea")
    expect(hand.screen.get_by_text("rare")).to_have_css("color", "rgb(140, 60, 0)")


def test_what_is_entered_comes_to_the_handler_and_stays(hold):
    hand = hold()
    field = hand.screen.get_by_placeholder("Name of a tea")
    field.press_sequentially("oolong")
    hand.sees("wanted OOLONG")
    expect(field).to_have_value("OOLONG")
    expect(field).to_be_focused()


def test_a_component_takes_properties_tells_events_and_shows_what_it_is_given(hold):
    hand = hold()
    hand.sees("Cups ×2 = 4")
    hand.sees("each of 200 ml")
    hand.tap("One more")
    hand.sees("Cups ×2 = 6")
    hand.sees("cups 3")
    hand.page.locator("#log summary").click()
    hand.logged("a counter of Cups", "components/counter/counter.js:5")


def test_pages_lie_over_each_other_and_are_left_by_the_arrow(hold):
    hand = hold()
    hand.screen.get_by_placeholder("Name of a tea").fill("mate")
    hand.screen.get_by_text("Jasmine").click()
    hand.sees("tea 2 Jasmine")
    hand.sees("2 pages")
    hand.has_title("Tea 2")
    hand.page.get_by_role("button", name="Back", exact=True).click()
    hand.has_title("All teas")
    hand.sees("wanted MATE")
    expect(hand.page.get_by_role("button", name="Back", exact=True)).to_be_hidden()
    hand.screen.get_by_role("link", name="A link").click()
    hand.sees("tea 7 link")
    hand.tap("Back to the list")
    hand.sees("wanted MATE")


def test_a_form_has_what_was_entered_in_it(hold):
    hand = hold()
    hand.tap("Order")
    hand.has_title("Order")
    hand.screen.get_by_placeholder("Your name").fill("Bo")
    hand.sees("Hello Bo")
    hand.screen.get_by_placeholder("A note").fill("hot")
    hand.screen.get_by_role("switch", name="Gift").uncheck()
    hand.screen.get_by_label("sugar").check()
    hand.sees('["sugar"]')
    hand.screen.get_by_label("large").check()
    hand.sees('"l"')
    hand.screen.get_by_role("combobox").select_option("tomorrow")
    hand.sees("Day: tomorrow")
    hand.tap("Submit")
    sent = json.loads(hand.screen.locator(".sent").text_content())
    assert sent == {"user": "Bo", "note": "hot", "gift": False, "with": ["sugar"], "size": "l", "day": 1}
    expect(hand.screen.get_by_role("img", name="a leaf")).to_have_js_property("complete", True)  # noqa: FBT003
    hand.tap("Reset")
    hand.sees("nothing")


@pytest.fixture
def at_apis(hold):
    """A phone whose screen shows the page of APIs."""
    return go_to_apis(hold())


def go_to_apis(hand):
    hand.screen.get_by_text("launched at").wait_for()
    hand.screen.locator("body").evaluate("() => { wx.navigateTo({ url: '/pages/api/api' }) }")
    hand.screen.get_by_role("button", name="confirm").wait_for()
    return hand


def test_a_finger_confirms_what_the_page_s_own_button_asks_for(at_apis):
    hand = at_apis
    hand.tap("confirm")
    hand.page.get_by_role("button", name="Touch the sensor").click()
    hand.sees("isOk true")


def test_the_user_is_that_of_the_phone(at_apis):
    hand = at_apis
    assert hand.asks("login") == hand.openid
    assert hand.asks("number") == "getPhoneNumber:ok"


def test_a_mini_program_cannot_be_another_phone_s_nor_say_what_happens_at_the_sensor(at_apis, emulator):
    hand = at_apis
    other = {"phoneId": emulator.new_phone().phone_id}

    def ask(operation, **given):
        script = "(_, given) => phoneScreen.host.ask(...given).catch(({ message }) => message)"
        return hand.screen.locator("body").evaluate(script, [operation, given | other])

    assert ask("override", tamperedRaw=True) == "a mini program cannot ask for override"
    code = ask("login")["code"]
    assert ask("callFunction", name="login", data={"code": code})["result"]["openid"] == hand.openid
    confirm = "() => { phoneScreen.host.ask('startSoterAuthentication', { challenge: 'c', outcome: 'match' }) }"
    hand.screen.locator("body").evaluate(confirm.replace("{ ch", "{ requestAuthModes: ['fingerPrint'], ch"))
    expect(hand.page.get_by_role("dialog")).to_be_visible()


def test_storage_is_the_phone_s_and_outlives_its_page(at_apis, hold):
    hand = at_apis
    assert hand.asks("recall") == '""'
    assert hand.asks("remember") == "cart"
    hand.page.reload()
    assert go_to_apis(hand).asks("recall") == '{"teas":[1,2]}'
    assert go_to_apis(hold()).asks("recall") == '""'


def test_requests_go_to_listed_domains_only(hold, emulator):
    hand = go_to_apis(hold(complaints=["Content Security Policy"]))
    refused = "request:fail url not in domain list"
    assert hand.asks("foreign") == refused
    body = hand.screen.locator("body")
    body.evaluate("(_, url) => { getApp().emulator = url }", emulator.url)
    assert hand.asks("control") == refused
    ask = "(_, url) => new Promise(end => wx.request({ url, complete: one => end([one.errMsg, one.statusCode]) }))"
    for access in (f"{emulator.url}/http/env-demo", "https://env-demo.service.tcloudbase.com"):
        assert body.evaluate(ask, f"{access}/nothing?a=b") == ["request:ok", 404]
    assert body.evaluate("(_, url) => fetch(url).then(() => 'open', () => 'shut')", emulator.url) == "shut"


def test_its_code_reaches_neither_the_page_around_it_nor_any_server(hold):
    hand = go_to_apis(hold(complaints=["Content Security Policy"]))
    (frame,) = [frame for frame in hand.page.frames if frame.url.endswith("/phone/screen")]
    assert (
        frame.evaluate("() => { try { return parent.document.title } catch ({ name }) { return name } }")
        == "SecurityError"
    )
    assert (
        frame.evaluate("() => { try { return document.cookie } catch ({ name }) { return name } }") == "SecurityError"
    )
    loads = (
        "src => new Promise(end => Object.assign(new Image(), { src, onload: () => end(1), onerror: () => end(0) }))"
    )
    assert frame.evaluate(loads, "/phone/static/icon.svg") == 0
    with hand.page.expect_event("console", lambda said: "Framing" in said.text):
        frame.evaluate("() => { location.href = 'http://localhost:1/' }")


def test_a_question_is_answered_on_the_screen(at_apis):
    hand = at_apis
    hand.tap("ask")
    hand.sees("Two cups")
    hand.tap("OK")
    hand.sees("Thank you")
    hand.sees("yes")


def test_nothing_leads_out_of_the_folder(at_apis, emulator):
    hand = at_apis
    assert "leads out of the mini program" in hand.asks("escape")
    assert "is not defined" in hand.asks("linked")
    assert hand.asks("page") == "undefined" * 3
    files = emulator.ask("GET", "/phone/v1/miniProgram")
    assert not {"linked.js", "project.private.config.json"} & set(files["files"])
    assert not re.search("the secret of another|private", json.dumps(files))
    assert {name for name in files["files"] if name.endswith(".json")} >= {"app.json", "pages/list/list.json"}


@pytest.mark.parametrize(
    ("label", "text", "line"),
    [("Fail", "TypeError: Cannot read properties of undefined", 12), ("Fail later", "RangeError: too late", 16)],
)
def test_an_error_is_told_with_its_file_and_line(hold, label, text, line):
    hand = hold()
    hand.screen.get_by_text("Jasmine").click()
    hand.tap(label)
    expect(hand.screen.get_by_role("alert")).to_contain_text(text)
    expect(hand.screen.get_by_role("alert")).to_contain_text(f"pages/detail/detail.js:{line}")
    hand.logged(text, f"pages/detail/detail.js:{line}")
    hand.screen.get_by_role("button", name="Close").click()
    hand.tap("Back to the list")
    hand.has_title("All teas")


def test_a_handler_that_is_not_there_is_told(hold):
    hand = hold()
    hand.screen.get_by_text("Jasmine").click()
    hand.tap("Nobody")
    hand.page.locator("#log summary").click()
    hand.logged("no method nobody", "pages/detail/detail.wxml:7")


@pytest.fixture(scope="module")
def changing(start_for_module, tmp_path_factory):
    """An emulator with a mini program that may be changed, and the folder of that."""
    folder = tmp_path_factory.mktemp("changing") / "app"
    shutil.copytree(HERE / "mini_program", folder)
    return start_for_module("--miniprogram", str(folder)), folder


@pytest.mark.parametrize(
    "mistake",
    [
        ("pages/list/list.wxml", "<view>\n  <text></view>\n", "pages/list/list.wxml:2", "expected </text> of line 2"),
        ("pages/list/list.wxml", "<view>\n{{a +}}</view>\n", "pages/list/list.wxml:1", "expected a value"),
        ("pages/list/list.wxml", "\n<video />", "pages/list/list.wxml:2", "<video> is not among the tags"),
        ("pages/list/list.js", "Page({\n  data: {,\n})\n", "pages/list/list.js:2", "SyntaxError"),
        ("pages/list/list.js", "\nconst a = 1\na = 2\n", "pages/list/list.js:3", "TypeError: Assignment to constant"),
        ("pages/list/list.js", "console.log('no page')", "pages/list/list.js:1", "calls neither Page nor Component"),
        ("app.json", '{\n  "pages": [,]\n}', "app.json:2", "this is no JSON"),
    ],
)
def test_a_changed_file_starts_the_screen_anew_with_its_error_at_its_place(changing, hold, mistake):
    emulator, folder = changing
    name, text, place, said = mistake
    hand = hold(of=emulator)
    hand.has_title("All teas")
    before = (folder / name).read_text("utf-8")
    (folder / name).write_text(text, "utf-8")
    try:
        line = hand.page.locator(".line").filter(has_text=said).filter(has_text=place)
        expect(line.first).to_be_attached()
    finally:
        (folder / name).write_text(before, "utf-8")
    hand.sees("2 teas, launched at pages/list/list")


def test_what_wxemu_init_makes_runs_as_the_sample_does(start, hold, tmp_path):
    make_project(tmp_path / "shop")
    hand = hold(of=start("--miniprogram", str(tmp_path / "shop/miniprogram")))
    for label in ("Log in with WeChat", "Pay ¥128.00"):
        hand.tap(label)
    hand.page.get_by_role("button", name="Touch the sensor").click()
    hand.sees("Payment confirmed")


def test_nobody_is_kept_from_using_the_tags(hold, accessibility_faults):
    hand = hold()
    (frame,) = [frame for frame in hand.page.frames if frame.url.endswith("/phone/screen")]
    hand.sees("2 teas, launched at pages/list/list")
    assert accessibility_faults(frame) == []
    hand.tap("Order")
    hand.sees("Hello Ann")
    assert accessibility_faults(frame) == []


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_nobody_is_kept_from_using_the_page_around_it(hold, accessibility_faults, colors):
    hand = hold(color_scheme=colors)
    hand.screen.get_by_text("Jasmine").click()
    hand.tap("Fail")
    hand.logged("TypeError", "pages/detail/detail.js:12")
    assert accessibility_faults(hand.page) == []


def test_it_fits_a_real_phone(hold, wide_parts):
    hand = hold(viewport={"width": 390, "height": 844})
    hand.sees("2 teas, launched at pages/list/list")
    assert wide_parts(hand.page) == []
