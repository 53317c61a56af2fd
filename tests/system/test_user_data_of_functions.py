"""A function keeps a mini game's storage by both ways, and reads what a phone has encrypted for it."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # an emulator is started

SHARED = Path(__file__).parents[2] / "functions/_shared"

PROJECT = """
envId: env-demo
functions:
  - {name: keep, runtime: Python3.11, handler: index.main}
"""
KEEP = """
import wxcloud

cloud = wxcloud.init()


@wxcloud.answers("keep")
def main(event, context):
    invocation = cloud.of(context)
    openid, session = invocation.caller.openid, cloud.auth.code2session(event["code"])
    storage, pairs = invocation.openapi.storage, [{"key": "byCloudCall", "value": "中 1"}]
    told = [storage.setUserStorage(openid=openid, kvList=pairs)["errMsg"]]
    told.append(storage.setUserInteractiveData(openid=openid, kvList=[{"key": "1", "value": 7}])["errMsg"])
    told.append(storage.removeUserStorage(openid=openid, key=["old"])["errMsg"])
    signer = {"openid": openid, "session_key": session.session_key}
    cloud.auth.signed_post("storage.setUserStorage", {"kv_list": [{"key": "signed", "value": "中 2"}]}, **signer)
    keys = cloud.auth.user_encrypt_keys(**signer)
    data = cloud.auth.decrypt_data(session.session_key, event["encryptedData"], event["iv"])
    return {"told": told, "data": data, "versions": [key["version"] for key in keys]}
"""
APIS = ["storage.setUserStorage", "storage.setUserInteractiveData", "storage.removeUserStorage"]


@pytest.fixture(scope="module")
def emulator(start_for_module, write_project):
    folder = write_project(PROJECT, keep=KEEP)
    (folder / "functions/keep/config.json").write_text(json.dumps({"permissions": {"openapi": APIS}}))
    (folder / "functions/_shared").symlink_to(SHARED)
    return start_for_module(project=folder)


def test_a_function_keeps_storage_and_reads_encrypted_data(emulator):
    phone = emulator.new_phone("none")

    def ask(operation, **members):
        return emulator.ask("POST", f"/phone/v1/phones/{phone.phone_id}/{operation}", members)

    ask("setUserCloudStorage", KVDataList=[{"key": "old", "value": ""}])
    ask("getLatestUserKey")
    code = phone.login()
    told = ask("getUserInfo", userInfo={"nickName": "艾丽斯"})
    kept = phone.call_function("keep", code=code, encryptedData=told["encryptedData"], iv=told["iv"])

    assert kept["told"] == [f"openapi.{api}:ok" for api in APIS]
    assert (kept["data"]["openId"], kept["data"]["nickName"]) == (phone.openid, "艾丽斯")
    assert kept["versions"] == [1]
    stored = ask("getUserCloudStorage", keyList=["byCloudCall", "signed", "old"])["KVDataList"]
    assert stored == [{"key": "byCloudCall", "value": "中 1"}, {"key": "signed", "value": "中 2"}]
