"""The same verifySignature function, unchanged, once with WeChat's access_token and once by cloud call."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # 32 cases, each twice, through real processes

FUNCTIONS = Path(__file__).parents[2] / "functions"
CLOUDBASERC = """
envId: env-demo
functions:
  - {name: overHttps, dir: functions/verifySignature, runtime: Python3.11, envVariables: {WX_TRANSPORT: https}}
  - {name: overGateway, dir: functions/verifySignature, runtime: Python3.11, envVariables: {WX_TRANSPORT: gateway}}
  - {name: asOffered, dir: functions/verifySignature, runtime: Python3.11}
  - {name: unpermitted, dir: unpermitted, runtime: Python3.11}
  - {name: asks, dir: asks, runtime: Python3.11}
"""
ASKS = """
import wxcloud

cloud = wxcloud.init()

@wxcloud.answers("asks")
def main(event, context):
    invocation = cloud.of(context)
    return {"who": invocation.getWXContext(), "told": invocation.callFunction(event["function"], event["data"])}
"""
RID = re.compile(r" rid: [0-9a-f-]+")


@pytest.fixture(scope="module")
def emulator(start_for_module, tmp_path_factory):
    """One whose project has verifySignature three times, for different transports, and two functions more."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "functions").symlink_to(FUNCTIONS)
    (folder / "cloudbaserc.yaml").write_text(CLOUDBASERC, encoding="utf-8")
    for name, code in (
        ("unpermitted", (FUNCTIONS / "verifySignature" / "index.py").read_text("utf-8")),
        ("asks", ASKS),
    ):
        (folder / name).mkdir()
        (folder / name / "index.py").write_text(code, encoding="utf-8")
    return start_for_module(project=folder)


def signed(phone, challenge):
    return phone.start_soter_authentication(challenge).signed


def cases(android, huawei, ios):
    """Each case: the phone that calls, the event, and the expected `isOk` or errCode."""
    genuine, other, foreign = signed(android, "order-1"), signed(android, "order-2"), signed(huawei, "order-3")
    text, signature = genuine["jsonString"], genuine["jsonSignature"]
    raw = base64.b64decode(signature)

    def with_text(changed):
        return android, {**genuine, "jsonString": changed}

    def with_signature(changed):
        return android, {**genuine, "jsonSignature": changed}

    return {
        "genuine": (android, genuine, True),
        "genuine again": (android, genuine, True),
        "genuine, naming oneself": (android, {**genuine, "openid": android.openid}, True),
        "genuine, of a Huawei": (huawei, foreign, True),
        "genuine, of an iPhone": (ios, signed(ios, "order-4"), True),
        "genuine, any characters": (android, signed(android, '订单 "5"/\\\U0001f600'), True),
        "genuine, long": (android, signed(android, "x" * 511), True),
        "somebody else's": (huawei, genuine, False),
        "naming somebody else": (huawei, {**genuine, "openid": android.openid}, 40003),
        "another text's signature": (*with_signature(other["jsonSignature"]), False),
        "another phone's signature": (*with_signature(foreign["jsonSignature"]), False),
        "one bit of the signature": (*with_signature(base64.b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode()), False),
        "half a signature": (*with_signature(base64.b64encode(raw[:128]).decode()), False),
        "signature in hex": (*with_signature(raw.hex()), False),
        "signature that is no base64": (*with_signature("not base64!"), False),
        "signature of other characters": (*with_signature("签名"), False),
        "signature in the url-safe alphabet": (
            *with_signature(base64.urlsafe_b64encode(raw).decode()),
            False,
        ),
        "re-dumped text": (*with_text(json.dumps(json.loads(text), indent=1)), False),
        "a blank more": (*with_text(text + " "), False),
        "a newline more": (*with_text(text + "\r\n"), False),
        "another challenge": (*with_text(text.replace("order-1", "order-9")), False),
        "escaped slashes": (*with_text(r'{"raw":"a\/b"}'), False),
        "a lone surrogate": (*with_text(r'{"raw":"\udfff"}'), False),
        "text that is no JSON": (*with_text("order-1"), False),
        "a JSON array": (*with_text("[1]"), False),
        "a long text": (*with_text(json.dumps({"raw": "订单\\/" * 20_000}, ensure_ascii=False)), False),
        "an object for a text": (*with_text(json.loads(text)), -501007),
        "no text": (android, {"jsonSignature": signature}, -501007),
        "no signature": (android, {"jsonString": text}, -501007),
        "an openid that is no text": (android, {**genuine, "openid": 7}, -501007),
        "an empty text": (*with_text(""), 40101),
        "an empty signature": (*with_signature(""), 40101),
    }


def answer(phone, function, event):
    told = phone.call_function(function, **event)
    return {**told, "errMsg": RID.sub("", told["errMsg"])}


def test_both_ways_give_equal_answers_to_all_cases(emulator):
    table = cases(emulator.new_phone(), emulator.new_phone("huawei"), emulator.new_phone("ios"))
    assert len(table) >= 30
    by_https = {name: answer(phone, "overHttps", event) for name, (phone, event, _) in table.items()}
    by_cloud_call = {name: answer(phone, "overGateway", event) for name, (phone, event, _) in table.items()}

    assert by_cloud_call == by_https
    told = {name: given.get("isOk", given["errCode"]) for name, given in by_https.items()}
    assert told == {name: expected for name, (_, _, expected) in table.items()}


@pytest.mark.parametrize(
    ("function", "face"), [("overHttps", "wechat"), ("overGateway", "cloudbase"), ("asOffered", "cloudbase")]
)
def test_each_function_goes_the_way_it_is_told_or_offered(function, face, emulator):
    phone = emulator.new_phone()
    assert answer(phone, function, signed(phone, "order-1"))["isOk"] is True
    exchanges = emulator.app.requests.list(api="soter.verifySignature", text=phone.openid)
    assert [exchange.face for exchange in exchanges] == [face]


def test_a_cloud_call_needs_the_permission_of_config_json(emulator):
    phone = emulator.new_phone()
    assert answer(phone, "unpermitted", signed(phone, "order-1")) == {
        "errCode": -604101,
        "errMsg": "openapi.soter.verifySignature:fail -604101 function has no permission to call this API",
    }


def test_a_function_calls_another_for_its_own_caller(emulator):
    phone = emulator.new_phone()
    told = answer(phone, "asks", {"function": "asOffered", "data": signed(phone, "order-1")})
    assert (told["who"]["OPENID"], told["who"]["ENV"]) == (phone.openid, "env-demo")
    assert "API_TOKEN" not in told["who"]
    assert told["told"]["errMsg"] == "callFunction:ok"
    assert told["told"]["result"]["isOk"] is True


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        (
            "nope",
            -501001,
            r"callFunction:fail -501001 resource system error\. requestID \S+, FunctionName parameter .+",
        ),
        (
            "asks",
            -504002,
            r"callFunction:fail -504002 functions execute fail\. requestID \S+, Traceback [\s\S]+KeyError.+",
        ),
    ],
)
def test_a_function_that_cannot_be_called_fails_as_in_wx_server_sdk(name, code, text, emulator):
    told = answer(emulator.new_phone(), "asks", {"function": name, "data": {}})
    assert told["errCode"] == code
    assert re.fullmatch(text, told["errMsg"])
