"""@cloudbase/node-sdk, and tcb-admin-node before it, as a server of ours or a function uses them."""

from __future__ import annotations

import base64
import json
import re

import pytest

from wxemu.client.testing import Clock
from wxemu.cloudbase.admin.openapi_pb2 import CommApiData, CommOpenApiResp

ENV = "env-demo"
SDKS = ["@cloudbase/node-sdk", "tcb-admin-node"]


@pytest.fixture(scope="module")
def user(emulator):
    return emulator.new_phone()


@pytest.fixture
def verification(emulator, user):
    """Parameters of soter.verifySignature for a real confirmation."""
    signed = user.start_soter_authentication("订单/1").signed
    return {"openid": user.openid, "json_string": signed["jsonString"], "json_signature": signed["jsonSignature"]}


@pytest.fixture(params=SDKS)
def package(request):
    return request.param


@pytest.fixture
def sdk(package, emulator, user, node, tmp_path):
    """Make calls with the environment's credentials; on behalf of a user if ``is_invoked``."""

    def run(*calls, is_invoked=False, **changes):
        env = emulator.environment(openid=user.openid, function="verifySignature")
        config = {
            "env": ENV,
            "secretId": env["TENCENTCLOUD_SECRETID"],
            "secretKey": env["TENCENTCLOUD_SECRETKEY"],
            "serviceUrl": f"{emulator.url}/admin",
            **changes,
        }
        (tmp_path / "config.json").write_text(json.dumps(config))
        (tmp_path / "calls.json").write_text(json.dumps(calls))
        files = [str(tmp_path / "config.json"), str(tmp_path / "calls.json")]
        return node("node_sdk.cjs", package, *files, env=env if is_invoked else {})

    return run


@pytest.fixture
def refusal(package):
    """What an outcome says of a refusal, which the older package gives as its result."""
    return lambda outcome: outcome["result" if package == "tcb-admin-node" else "error"]


def protobuf(parameters):
    message = CommApiData()
    for name, value in parameters.items():
        message.openapi_data.pairs.add(key=name, value=json.dumps(value).encode())
    return {"base64": base64.b64encode(message.SerializeToString()).decode()}


def test_a_function_is_called_as_by_a_server(sdk, verification):
    event = {
        "openid": verification["openid"],
        "jsonString": verification["json_string"],
        "jsonSignature": verification["json_signature"],
    }
    (outcome,) = sdk(["callFunction", {"name": "verifySignature", "data": event}])
    assert outcome["result"]["result"] == {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": True}
    assert re.fullmatch(r"[0-9a-f-]{36}", outcome["result"]["requestId"])


def test_a_call_without_data_is_one_with_an_empty_event(sdk):
    (outcome,) = sdk(["callFunction", {"name": "login"}])
    assert outcome["result"]["result"]["errCode"] != 0


def test_a_function_that_is_not_there_is_not_found(sdk, refusal):
    (outcome,) = sdk(["callFunction", {"name": "nothing"}])
    told = refusal(outcome)
    assert told["code"] == "FUNCTION_NOT_FOUND"
    assert re.fullmatch(r"[0-9a-f-]{36}", told["requestId"])


def test_an_openapi_is_called_in_json(sdk, verification):
    asked = {"apiName": "soter.verifySignature", "requestData": verification}
    (outcome,) = sdk(["callWxOpenApi", asked], is_invoked=True)
    assert outcome["result"]["result"] == {"errcode": 0, "errmsg": "ok", "is_ok": True}


def test_an_openapi_is_called_in_protobuf(sdk, verification):
    asked = {"apiName": "soter.verifySignature", "requestData": protobuf(verification)}
    (outcome,) = sdk(["callCompatibleWxOpenApi", asked], is_invoked=True)
    reply = CommOpenApiResp.FromString(base64.b64decode(outcome["base64"]))
    assert json.loads(reply.resp_data) == {"errcode": 0, "errmsg": "ok", "is_ok": True}
    assert reply.content_type == "application/json"


def test_outside_of_an_invocation_there_is_no_cloud_call(sdk, verification):
    asked = {"apiName": "soter.verifySignature", "requestData": verification}
    in_json, in_protobuf = sdk(
        ["callWxOpenApi", asked], ["callCompatibleWxOpenApi", {**asked, "requestData": protobuf(verification)}]
    )
    assert in_json["result"]["result"]["errcode"] == -604104
    assert CommOpenApiResp.FromString(base64.b64decode(in_protobuf["base64"])).error_code == -604104


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"secretKey": "wrong"}, "the signature is not that of this request with this secret key"),
        ({"secretId": "AKIDnobody"}, "secret id error"),
    ],
)
def test_wrong_credentials_are_refused(sdk, refusal, verification, changes, text):
    called, asked = sdk(
        ["callFunction", {"name": "login"}],
        ["callCompatibleWxOpenApi", {"apiName": "soter.verifySignature", "requestData": protobuf(verification)}],
        **changes,
    )
    for outcome in (called, asked):
        told = refusal(outcome)
        assert (told["code"], told["message"]) == ("SIGN_PARAM_INVALID", text)


def test_another_environment_is_not_found(sdk, refusal):
    (outcome,) = sdk(["callFunction", {"name": "login"}], env="env-other")
    told = refusal(outcome)
    assert (told["code"], told["message"]) == ("INVALID_ENV", "Environment not found")


def test_a_moved_clock_does_not_make_the_clients_signatures_stale(sdk, refusal, emulator):
    clock = Clock(emulator)
    clock.advance(24 * 3600)
    try:
        (outcome,) = sdk(["callFunction", {"name": "nothing"}])
    finally:
        clock.release()
    assert refusal(outcome)["code"] == "FUNCTION_NOT_FOUND"
