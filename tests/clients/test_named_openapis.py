"""wx-server-sdk of three generations calls openapis that are known by name, or have a ready answer."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
import yaml

SDKS = {"4.0.2": "wx-server-sdk", "3.0.4": "wx-server-sdk-3", "2.6.3": "wx-server-sdk-2"}
LIVE, OFFICIAL = "liveBroadcast.getLiveInfo", "officialAccount.newtmpl.getCategory"
NOT_BY_CLOUD_CALL = "immediateDelivery.addOrder"
DECLARED = [
    LIVE,
    OFFICIAL,
    NOT_BY_CLOUD_CALL,
    "wxacode.getUnlimited",
    "wxacode.get",
    "security.imgSecCheck",
    "subscribeMessage.addTemplate",
    "subscribeMessage.send",
    "phonenumber.getPhoneNumber",
    "midas.getBalance",
]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff and what follows"


@pytest.fixture(scope="module")
def emulator(start_for_module, tmp_path_factory):
    """A function that declares some openapis, and one that declares none."""
    project = tmp_path_factory.mktemp("project")
    for name, declared in {"declares": DECLARED, "declares_none": []}.items():
        (project / "functions" / name).mkdir(parents=True)
        (project / "functions" / name / "index.py").write_text("def main(event, context):\n    return event\n")
        config = {"permissions": {"openapi": declared}}
        (project / "functions" / name / "config.json").write_text(json.dumps(config))
    functions = [
        {"name": name, "runtime": "Python3.11", "handler": "index.main"} for name in ("declares", "declares_none")
    ]
    (project / "cloudbaserc.yaml").write_text(yaml.safe_dump({"envId": "env-demo", "functions": functions}))
    return start_for_module(project=project)


@pytest.fixture
def app(emulator):
    """The seed's mini program, with no answer left over from another test."""
    emulator.app.faults.clear()
    return emulator.app


@pytest.fixture
def user(app):
    return app.new_user()


@pytest.fixture(params=[*SDKS.values()], ids=[*SDKS])
def sdk(request):
    return request.param


@pytest.fixture
def call(emulator, user, node, sdk, tmp_path):
    """Make one cloud call in an invocation of a function for the user."""

    def make(name, argument=None, options=None, function="declares"):
        file = tmp_path / "calls.json"
        file.write_text(json.dumps([[name, argument or {}, options]]))
        env = emulator.environment(function=function, openid=user.openid)
        (outcome,) = node("named_openapis.cjs", sdk, str(file), env=env)
        return outcome

    return make


def base64_of(content):
    return {"base64": base64.b64encode(content).decode()}


def test_what_is_declared_and_programmed_is_answered_in_camel_case(call, app):
    app.faults.answer({"errcode": 0, "errmsg": "ok", "room_info": [{"room_id": "${start}"}]}, api=LIVE)
    answered = {"roomInfo": [{"roomId": 5}], "errMsg": f"openapi.{LIVE}:ok", "errCode": 0}
    assert call(LIVE, {"start": 5})["result"] == answered


def test_what_is_declared_and_not_programmed_says_how_to_program_it(call):
    error = call(LIVE)["error"]
    assert error["errCode"] == 40066
    assert error["errMsg"].startswith(f"openapi.{LIVE}:fail {LIVE} is known to the emulator and not emulated")
    assert f"wxemu fault add --api {LIVE}" in error["errMsg"]


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        (LIVE, "declares_none", "-604101 function has no permission to call this API"),
        ("subscribeMessage.send", "declares_none", "-604101 function has no permission to call this API"),
        (NOT_BY_CLOUD_CALL, "declares", "-604100 API not found"),
        ("liveBroadcast.getNothing", "declares", "-604100 API not found"),
    ],
)
def test_the_gateway_refuses_in_its_own_words(call, app, name, function, told):
    app.faults.answer({"errcode": 0}, api="*")
    code = told.partition(" ")[0]
    message = f"errCode: {told} | errMsg: system error: error code: {code}"
    assert call(name, function=function)["error"]["message"] == message


def test_a_picture_comes_as_a_buffer(call, app):
    app.faults.answer(PICTURE, api="wxacode.get")
    result = call("wxacode.get", {"path": "pages/index"})["result"]
    assert (result["contentType"], result["buffer"]) == ("image/png", base64_of(PICTURE))
    ready = call("wxacode.getUnlimited", {"scene": "a=1"})["result"]
    assert base64.b64decode(ready["buffer"]["base64"]).startswith(b"\x89PNG\r\n\x1a\n")


def test_a_picture_that_cannot_be_is_refused_in_json(call):
    error = call("wxacode.getUnlimited", {"scene": "x" * 33})["error"]
    assert error["errCode"] == 40169
    assert error["errMsg"].startswith("openapi.wxacode.getUnlimited:fail invalid length for scene")


def test_a_file_is_uploaded_and_shown_in_the_outbox(call, app):
    media = {"contentType": "image/png", "value": base64_of(PICTURE)}
    assert call("security.imgSecCheck", {"media": media})["result"]["errCode"] == 0
    sent = app.requests.of("security.imgSecCheck")[-1].given["media"]
    assert sent["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    # The SDK loses the type on its way: it calls the member contentType, and its encoder reads contenttype.
    assert (sent["fileName"], sent["bytes"]) == ("media.png", len(PICTURE))


def test_without_conversion_names_stay_as_they_are(call, app):
    name = "subscribeMessage.addTemplate"
    app.faults.answer({"errcode": 0, "errmsg": "ok", "priTmplId": "${kidList}", "a_b": "${kid_list}"}, api=name)
    plain = call(name, {"kidList": [1, 2]}, {"convertCase": False})["result"]
    assert (plain["priTmplId"], plain["a_b"]) == ([1, 2], "${kid_list}")
    converted = call(name, {"kidList": [1, 2]})["result"]
    assert (converted["priTmplId"], converted["aB"]) == ("${kidList}", [1, 2])


def test_names_of_three_parts_are_called_like_any_other(call, app):
    app.faults.answer({"errcode": 0, "errmsg": "ok", "data": [{"id": 616, "name": "公交"}]}, api=OFFICIAL)
    assert call(OFFICIAL)["result"]["data"] == [{"id": 616, "name": "公交"}]


def test_the_sdk_signs_midas_as_the_documentation_s_example_has_it(call, app):
    """It takes the very signature that HTTPS asks for: see test_virtual_payment.py."""
    app.faults.answer({"errcode": 0, "balance": 5}, api="midas.getBalance")
    members = {
        "openid": "odkx20ENSNa2w5y3g_qOkOvBNM1g",
        "appid": "wx1234567",
        "offerId": "12345678",
        "ts": 1507530737,
        "zoneId": "1",
        "pf": "android",
    }
    secret = "zNLgAGgqsEWJOg1nFVaO5r7fAlIQxr1u"
    sig = {"midas": {"params": [*members], "secret": secret}}
    assert call("midas.getBalance", {**members, "sig": sig})["result"]["balance"] == 5
    sent = app.requests.of("midas.getBalance")[-1].given
    assert sent["sig"] == "1ad64e8dcb2ec1dc486b7fdf01f4a15159fc623dc3422470e51cf6870734726b"


def test_a_subscribe_message_stands_in_the_outbox(call, app, user):
    message = {"touser": user.openid, "templateId": "t1", "data": {"thing1": {"value": "订单"}}}
    assert call("subscribeMessage.send", message)["result"]["errCode"] == 0
    sent = app.requests.of("subscribeMessage.send")[-1].given
    assert (sent["touser"], sent["template_id"], sent["data"]) == (user.openid, "t1", message["data"])


def test_the_phone_gives_a_code_for_its_number(call, user):
    code = user.new_phone("none").get_phone_number()
    info = call("phonenumber.getPhoneNumber", {"code": code})["result"]["phoneInfo"]
    assert (info["countryCode"], len(info["phoneNumber"])) == ("86", 11)
    assert call("phonenumber.getPhoneNumber", {"code": code})["error"]["errCode"] == 40029
