"""The story that the pictures show: two phones on the phone page, and what the console tells of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from picture import Picture
    from playwright.sync_api import FrameLocator, Page
    from stage import Stage

LATER = 600
"""Seconds between two flows, of which the console draws the last one."""
CALLS = 12
"""Of a function whose durations are plotted."""
TOUCH, LOOK = SENSORS = ("Touch the sensor", "Look at the phone")


def play(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """The story, with a picture at each stop, its name first."""
    yield from _pay(stage)
    for shot in (picture.OVERVIEW, picture.OVERVIEW_DARK):
        page = stage.open("/", shot)
        page.locator("#live").wait_for()
        yield _take(shot, page)
    yield from _parse_and_dump(stage)
    yield from _call_often(stage)
    yield from _pay_in_chinese(stage)


def _pay(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """Two of three users pay; in the picture one has, and the other has yet to touch the sensor."""
    gallery = stage.open("/phone", picture.PHONE)
    iphone, android, _ = (_add(gallery, profile) for profile in ("iPhone", "Android", "Huawei"))
    _tap(iphone, "Log in with WeChat", "Pay ¥128.00", LOOK)
    _screen(iphone).get_by_text("Payment confirmed").wait_for()
    stage.let_pass(LATER)
    _tap(android, "Log in with WeChat", "Pay ¥128.00")
    android.get_by_role("dialog").wait_for()
    gallery.evaluate("scrollTo(0, 0)")
    yield _take(picture.PHONE, gallery)
    _tap(android, TOUCH)
    _screen(android).get_by_text("Payment confirmed").wait_for()


def _parse_and_dump(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """A shop that parses the signed text and dumps it again, and why WeChat then says no."""
    stage.let_pass(LATER)
    event = _confirm(stage, "order/0")
    _verify(stage, {**event, "jsonString": json.dumps(json.loads(event["jsonString"]))})
    (refused,) = stage.remote.ask("GET", "/emulator/v1/exchanges?api=soter.verifySignature&limit=1")["exchanges"]
    page = stage.open(f"/requests/{refused['rid']}", picture.EXPLAINED)
    yield _take(picture.EXPLAINED, page)


def _call_often(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """A function that has something to plot, invoked once more by hand."""
    for order in range(CALLS):
        stage.let_pass(order)
        _verify(stage, _confirm(stage, f"order/{order}"))
    page = stage.open("/functions/verifySignature", picture.FUNCTIONS)
    page.get_by_role("button", name="Invoke", exact=True).click()
    page.wait_for_url("**?invocation=*")
    page = stage.open("/functions/verifySignature", picture.FUNCTIONS)  # from its top, as it is found the next time
    page.locator("#live").wait_for()
    yield _take(picture.FUNCTIONS, page)


def _pay_in_chinese(stage: Stage) -> Iterator[tuple[str, bytes]]:
    page = stage.open(f"/phone/{_android(stage)}", picture.PHONE_CHINESE)
    _tap(page, "微信登录", "支付 ¥128.00")
    page.get_by_role("dialog").wait_for()
    yield _take(picture.PHONE_CHINESE, page)


def _take(shot: Picture, page: Page) -> tuple[str, bytes]:
    page.evaluate("document.fonts.ready")
    return shot.name, picture.shrink(page.screenshot(animations="disabled"))


def _add(gallery: Page, profile: str) -> FrameLocator:
    """A new phone on the phone page."""
    number = gallery.locator("iframe").count()
    gallery.get_by_role("radio", name=profile).check()
    gallery.get_by_role("button", name="Add phone").click()
    phone = gallery.frame_locator("iframe").nth(number)
    _screen(phone).get_by_role("button", name="Log in with WeChat").wait_for()
    return phone


def _tap(phone: FrameLocator | Page, *labels: str) -> None:
    for label in labels:
        where = phone if label in SENSORS else _screen(phone)
        where.get_by_role("button", name=label, exact=True).click()


def _screen(phone: FrameLocator | Page) -> FrameLocator:
    """Where the mini program runs."""
    return phone.frame_locator("#app")


def _android(stage: Stage) -> str:
    phones = stage.remote.ask("GET", "/phone/v1/phones")["phones"]
    return next(str(phone["phoneId"]) for phone in phones if phone["profile"] == "android")


def _do(stage: Stage, operation: str, **body: Any) -> dict[str, Any]:
    return stage.remote.ask("POST", f"/phone/v1/phones/{_android(stage)}/{operation}", body)


def _confirm(stage: Stage, challenge: str) -> dict[str, str]:
    """What verifySignature takes, once the user has touched the sensor."""
    done = _do(stage, "startSoterAuthentication", requestAuthModes=["fingerPrint"], challenge=challenge)
    return {"jsonString": done["resultJSON"], "jsonSignature": done["resultJSONSignature"]}


def _verify(stage: Stage, event: dict[str, str]) -> None:
    _do(stage, "callFunction", name="verifySignature", data=event)
