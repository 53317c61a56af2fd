"""The last flow: who asked whom, in the order in which it happened."""

from dataclasses import replace

import pytest

from wxemu.console import diagram, story
from wxemu.core.journal import Exchange


def exchange(name, face="wechat", *, at=100.0, rid="r", **members):
    return Exchange(
        **{
            "rid": rid,
            "at": at,
            "face": face,
            "name": name,
            "appid": None,
            "method": "POST",
            "url": "/x",
            "request_body": "",
            "response_body": "",
            "cost_in_ms": 1.0,
            "client_ip": "",
            **members,
        }
    )


def call(name="login", **members):
    return exchange("wx.cloud.callFunction", "phone", request_body=f'{{"name":"{name}"}}', **members)


def told(*in_order):
    """The steps, each as a line: ``phone > function: login``, answers with ``<``."""
    return [
        f"{step.source} {'<' if step.is_answer else '>'} {step.target}: {step.words}"
        for step in story.list_steps(in_order[::-1])
    ]


def test_nothing_happened_yet():
    assert told() == []
    assert diagram.lay_out([]).arrows == ()


def test_what_a_function_asks_is_told_between_its_call_and_its_answer():
    assert told(exchange("auth.code2Session", at=101.0), call(at=100.0)) == [
        "phone > function: login",
        "function > wechat: auth.code2Session",
        "wechat < function: ok",
        "function < phone: ok",
    ]


def test_a_cloud_call_goes_through_the_gateway():
    cloud_call = exchange("wx.api", "cloudbase", api="soter.verifySignature", request_id="c", outcome="-604101")
    assert told(cloud_call, call("verifySignature", rid="c")) == [
        "phone > function: verifySignature",
        "function > gateway: soter.verifySignature",
        "gateway > wechat: soter.verifySignature",
        "wechat < gateway: -604101",
        "gateway < function: -604101",
        "function < phone: ok",
    ]


@pytest.mark.parametrize(
    "other", [exchange("auth.getAccessToken", at=99.0), exchange("wx.api", "cloudbase", request_id="another call")]
)
def test_what_somebody_else_asked_meanwhile_is_not_the_function_s(other):
    assert told(other, call(at=100.0))[0].startswith("server > ")


def test_what_a_phone_does_alone_concerns_nobody_else():
    assert told(exchange("wx.startSoterAuthentication", "phone", outcome="90009")) == [
        "phone < phone: wx.startSoterAuthentication: 90009"
    ]


def test_a_phone_asks_wechat_itself_for_a_code():
    assert told(exchange("wx.login", "phone")) == ["phone > wechat: wx.login", "wechat < phone: ok"]


@pytest.mark.parametrize("name", ["functions.invokeFunction", "Invoke", "InvokeFunction"])
def test_a_server_calls_a_function_through_the_gateway(name):
    body = '{"function_name":"ask"}' if name == "functions.invokeFunction" else '{"FunctionName":"ask"}'
    assert told(exchange(name, "cloudbase", request_body=body))[:2] == [
        "server > gateway: ask",
        "gateway > function: ask",
    ]


def test_a_call_whose_function_cannot_be_told_is_told_by_its_name():
    assert told(exchange("Invoke", "tencentcloud", request_body="[]"))[0] == "server > gateway: Invoke"


def test_a_request_without_a_name_is_told_by_its_address():
    assert told(exchange("", url="/nothing?x=1"))[0] == "server > wechat: /nothing"


def test_a_long_silence_begins_a_new_flow():
    assert told(exchange("wx.login", "phone", at=0.0), exchange("wx.checkSession", "phone", at=100.0)) == [
        "phone > wechat: wx.checkSession",
        "wechat < phone: ok",
    ]


def test_a_long_flow_is_told_from_its_end():
    flow = [exchange("wx.login", "phone", at=float(number), rid=str(number)) for number in range(30)]
    assert {step.rid for step in story.list_steps(flow[::-1])} == {str(number) for number in range(21, 30)}


def test_what_was_arranged_by_hand_is_no_part_of_it():
    assert told(exchange("wx.override", "phone"), exchange("wx.enrol", "phone"), exchange("wx.cloudID", "phone")) == []


def test_what_a_function_keeps_in_the_document_database_is_no_part_of_it():
    kept = exchange("database.insertDocument", "cloudbase", request_id="c")
    assert told(kept, call("issueChallenge", rid="c")) == ["phone > function: issueChallenge", "function < phone: ok"]


def test_what_a_server_asks_of_the_document_database_is():
    assert told(exchange("database.getDocument", "cloudbase")) == [
        "server > gateway: database.getDocument",
        "gateway < server: ok",
    ]


def depths(*in_order):
    numbered = [replace(entry, number=number) for number, entry in enumerate(in_order, start=1)]
    return list(story.list_depths(numbered[::-1]).values())[::-1]


def test_what_a_function_asked_is_below_its_call_and_what_nobody_s_function_asked_is_not():
    inner = exchange("functions.invokeFunction", "cloudbase", rid="in", request_id="out", at=100.2)
    asked = exchange("wx.api", "cloudbase", api="soter.verifySignature", request_id="in", at=100.3)
    over_https = exchange("auth.code2Session", at=100.1)
    before = exchange("auth.getAccessToken", at=99.0)
    assert depths(before, over_https, asked, inner, call(rid="out", at=100.0)) == [0, 1, 2, 1, 0]
    assert depths(before, over_https, asked) == [0, 0, 0]


def test_a_diagram_has_a_line_for_each_who_takes_part_and_room_for_every_step():
    steps = story.list_steps([call(at=100.0), exchange("auth.code2Session", at=101.0)])
    drawn = diagram.lay_out(steps)
    assert [lifeline.party for lifeline in drawn.lifelines] == ["phone", "function", "wechat"]
    assert [arrow.step for arrow in drawn.arrows] == steps
    assert [arrow.y for arrow in drawn.arrows] == sorted({arrow.y for arrow in drawn.arrows})
    assert all(0 < place < drawn.width for arrow in drawn.arrows for place in (arrow.start, arrow.end, arrow.x))
    assert max(arrow.y for arrow in drawn.arrows) < drawn.height
