"""wx-server-sdk of five generations, as a cloud function uses it."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wxemu.client.testing import User

PROJECT = Path(__file__).parents[2]
APPID, ENV = "wx1234567890abcdef", "env-demo"
SDKS = {
    "4.0.2": "wx-server-sdk",
    "3.0.4": "wx-server-sdk-3",
    "2.6.3": "wx-server-sdk-2",
    "1.8.3": "wx-server-sdk-1",
    "0.8.1": "wx-server-sdk-0",
}
WITHOUT_CONFIGURATION = ("1.8.3", "0.8.1")  # they do not heed TCB_CONTEXT_CNFG
ALICE = "oAlice"
SESSION_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OK = {"errMsg": "openapi.soter.verifySignature:ok", "errCode": 0}
NUMBERS = (-504002, -501001)
SHOWN = {  # the codes of a function that failed and of one that is not there, and how the text of the first begins
    "4.0.2": ((-1, -1), "Traceback"),  # it lost the numbers
    "3.0.4": (NUMBERS, "-504002 functions execute fail. requestID "),
    "2.6.3": (NUMBERS, "-504002 functions execute fail. requestID "),
    "1.8.3": (NUMBERS, "requestID "),
}
STORAGE = ["storage.setUserStorage", "storage.removeUserStorage", "storage.setUserInteractiveData"]
RID = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"


def signed(text):
    salted = padding.PSS(padding.MGF1(SHA256()), salt_length=20)
    signature = base64.b64encode(KEY.sign(text.encode(), salted, SHA256())).decode()
    return {"openid": ALICE, "jsonString": text, "jsonSignature": signature}


def text_of(length):
    """A resultJSON of so many characters, Chinese and escaped slashes among them."""
    head, tail = '{"raw":"', '","counter":1,"uid":"1"}'
    return head + ("订单\\/号" * length)[: length - len(head) - len(tail) - 1] + "0" + tail


@pytest.fixture(scope="module")
def emulator(start_for_module, tmp_path_factory):
    """Our own functions, one without permissions, and one that fails."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "functions", project / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    functions = {"unpermitted": "return event", "failing": "raise ValueError('boom')", "storing": "return event"}
    for name, code in functions.items():
        openapis = STORAGE if name == "storing" else []
        (project / "functions" / name).mkdir()
        (project / "functions" / name / "index.py").write_text(f"def main(event, context):\n    {code}\n")
        (project / "functions" / name / "config.json").write_text(json.dumps({"permissions": {"openapi": openapis}}))
    declared = yaml.safe_load((PROJECT / "cloudbaserc.yaml").read_text())
    declared["functions"] += [{"name": name, "runtime": "Python3.11", "handler": "index.main"} for name in functions]
    (project / "cloudbaserc.yaml").write_text(yaml.safe_dump(declared))
    return start_for_module("--seed", str(_seed(project)), project=project)


def _seed(folder):
    public_key = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    phone = {"id": "phone-1", "profile": "android", "auth_key": public_key}
    alice = {"openid": ALICE, "session_key": SESSION_KEY, "phones": [phone]}
    app = {"appid": APPID, "secret": "0" * 32, "env": ENV, "users": [alice, {"openid": "oBob"}]}
    seed = folder / "seed.yaml"
    seed.write_text(yaml.safe_dump({"apps": [app]}))
    return seed


@pytest.fixture(params=SDKS)
def version(request):
    return request.param


@pytest.fixture
def sdk(version, emulator, node, tmp_path):
    """Make calls as one invocation of a function for a user."""

    def run(*calls, function="verifySignature", openid=ALICE, **changes):
        wanted = {"function": function, **({} if openid is None else {"openid": openid})}
        env = {**emulator.environment(**wanted), **changes}
        file = tmp_path / "calls.json"
        file.write_text(json.dumps(calls))
        service_url = [f"{emulator.url}/admin"] if version in WITHOUT_CONFIGURATION else []
        return node("wx_server_sdk.cjs", SDKS[version], str(file), *service_url, env=env)

    return run


def verification(asked):
    return ["openapi.soter.verifySignature", asked]


def test_a_confirmation_is_verified_whatever_its_length_and_characters(sdk):
    texts = [text_of(60), text_of(300), text_of(100_000)]
    assert [len(text) for text in texts] == [60, 300, 100_000]
    outcomes = sdk(*(verification(signed(text)) for text in texts))
    assert outcomes == [{"result": {"isOk": True, **OK}}] * 3


def test_a_changed_text_is_not_genuine(sdk):
    asked = {**signed(text_of(300)), "jsonString": text_of(301)}
    assert sdk(verification(asked)) == [{"result": {"isOk": False, **OK}}]


def test_the_storage_of_a_mini_game_needs_no_signature(sdk, emulator):
    def call(name, **members):
        return [f"openapi.storage.{name}", {"openid": ALICE, **members}]

    stored, removed, interactive, too_long = sdk(
        call("setUserStorage", kvList=[{"key": "score", "value": "中 1"}, {"key": "old", "value": ""}]),
        call("removeUserStorage", key=["old"]),
        call("setUserInteractiveData", kvList=[{"key": "1", "value": 7}]),
        call("setUserStorage", kvList=[{"key": "k" * 129, "value": ""}]),
        function="storing",
    )
    for outcome in (stored, removed, interactive):
        assert outcome["result"]["errCode"] == 0
    assert too_long["error"]["errCode"] == 87019
    asked = {"keyList": ["score", "old"]}
    kept = emulator.ask("POST", "/phone/v1/phones/phone-1/getUserCloudStorage", asked)
    assert kept["KVDataList"] == [{"key": "score", "value": "中 1"}]


def test_an_openid_that_nobody_has_is_wechats_own_error(sdk):
    (outcome,) = sdk(verification({**signed("{}"), "openid": "oNobody"}))
    error = outcome["error"]
    assert error["errCode"] == 40003
    assert re.fullmatch(rf"openapi\.soter\.verifySignature:fail invalid openid rid: {RID}", error["errMsg"])


@pytest.mark.parametrize(
    ("function", "name", "code", "text"),
    [
        ("unpermitted", "openapi.soter.verifySignature", -604101, "function has no permission to call this API"),
        ("verifySignature", "openapi.soter.verifyEverything", -604100, "API not found"),
        ("verifySignature", "openapi.auth.checkSessionKey", -604100, "API not found"),
    ],
)
def test_the_gateway_refuses_a_cloud_call_in_its_own_words(sdk, function, name, code, text):
    (outcome,) = sdk([name, signed("{}")], function=function)
    told = {"errCode": code, "errMsg": f"system error: error code: {code}"}
    assert outcome["error"]["thrown"] == told
    assert outcome["error"]["message"] == f"errCode: {code} {text} | errMsg: {told['errMsg']}"


@pytest.mark.parametrize("token", ["", "tok-of-nobody"])
def test_a_token_of_no_invocation_is_an_illegal_source(sdk, token):
    (outcome,) = sdk(verification(signed("{}")), WX_API_TOKEN=token)
    assert outcome["error"]["errCode"] == -604104


def test_the_context_names_the_user_and_hides_the_token(sdk):
    (outcome,) = sdk(["getWXContext"])
    assert outcome["result"] == {
        "CLIENTIP": "127.0.0.1",
        "CLIENTIPV6": "::ffff:127.0.0.1",
        "APPID": APPID,
        "OPENID": ALICE,
        "ENV": ENV,
        "SOURCE": "wx_client",
    }


def test_our_python_functions_are_called_for_the_same_user(sdk):
    asked = signed(text_of(300))
    own = {name: asked[name] for name in ("jsonString", "jsonSignature")}
    verified, foreign, echoed = sdk(
        ["callFunction", {"name": "verifySignature", "data": own}],
        ["callFunction", {"name": "verifySignature", "data": {**own, "openid": "oBob"}}],
        ["callFunction", {"name": "unpermitted", "data": {"userInfo": {"openId": "oBob"}}}],
    )
    assert verified["result"]["result"] == {"isOk": True, **OK}
    assert verified["result"]["errMsg"] == "callFunction:ok"
    assert re.fullmatch(r"[0-9a-f-]{36}", verified["result"]["requestID"])
    assert foreign["result"]["result"]["errCode"] != 0
    assert echoed["result"]["result"] == {"userInfo": {"appId": APPID, "openId": ALICE}}


def test_a_function_that_fails_shows_as_this_version_shows_it(sdk, version):
    failed, missing = sdk(["callFunction", {"name": "failing"}], ["callFunction", {"name": "nothing"}])
    if version == "0.8.1":  # it takes any answer for a success
        assert set(failed["result"]) == set(missing["result"]) == {"errMsg", "requestID"}
        return
    failed, missing = failed["error"], missing["error"]
    codes, start = SHOWN[version]
    assert (failed["errCode"], missing["errCode"]) == codes
    assert failed["errMsg"].startswith(f"callFunction:fail {start}")
    assert "ValueError: boom" in failed["errMsg"]


def test_open_data_is_traded_for_its_cloud_id(sdk, emulator):
    ours, theirs = (
        User(openid, None, emulator.app).new_phone("none").cloud_id(步数=9103) for openid in (ALICE, "oBob")
    )
    traded, nothing = sdk(["getOpenData", {"list": [ours, theirs, "31_nobody"]}], ["getOpenData", {"list": []}])
    first, second, third = traded["result"]["list"]
    assert (first["cloudID"], first["data"]["步数"], first["data"]["watermark"]["appid"]) == (ours, 9103, APPID)
    assert second == {"cloudID": theirs, "errCode": -601007, "errMsg": "cloudID and calling user does not match"}
    assert third == {"cloudID": "31_nobody", "errCode": -601005, "errMsg": "invalid cloudID"}
    assert {name: traded["result"][name] for name in ("errMsg", "errCode")} == {
        "errMsg": "getOpenData:ok",
        "errCode": 0,
    }
    assert nothing["result"]["list"] == []


def test_the_legacy_call_gets_wechats_answer_as_it_is(sdk):
    asked = {"openid": ALICE, "json_string": "{}", "json_signature": signed("{}")["jsonSignature"]}
    call = ["callOpenAPI", {"api": "soter.verifySignature", "data": asked}]
    (verified,) = sdk(call)
    assert verified["result"]["result"] == {"errcode": 0, "errmsg": "ok", "is_ok": True}
    (refused,) = sdk(call, function="unpermitted")
    assert refused["result"]["result"]["errcode"] == -604101


def test_a_wrong_secret_key_is_refused(sdk):
    (outcome,) = sdk(verification(signed("{}")), TENCENTCLOUD_SECRETKEY="wrong")
    assert outcome["error"]["errCode"] == -501001
    assert "the signature is not that of this request" in outcome["error"]["errMsg"]


def test_an_environment_of_somebody_else_is_not_found(sdk):
    (outcome,) = sdk(verification(signed("{}")), TCB_ENV="env-other")
    assert outcome["error"]["errCode"] == -501001
    assert "Environment not found" in outcome["error"]["errMsg"]
