"""tencentcloud-sdk-python-scf, unmodified."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from urllib.parse import urlsplit

import pytest
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

ENV = "env-demo"
# The SDK logs through the root logger's handlers only, and leaves sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def client(emulator):
    """A client of the account, or of one with other credentials."""

    def of(secret_id="AKIDlocal", secret_key="local-secret-key"):
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=urlsplit(emulator.url).netloc))
        return ScfClient(Credential(secret_id, secret_key), "ap-shanghai", profile)

    return of


def request(kind, **members):
    made = kind()
    made.from_json_string(json.dumps({"Namespace": ENV, **members}))
    return made


def invoke(scf, name, event=None, **members):
    context = json.dumps(event or {})
    return scf.Invoke(request(models.InvokeRequest, FunctionName=name, ClientContext=context, **members)).Result


def test_a_function_answers(client, emulator):
    result = invoke(client(), "login", {"code": "no such code"}, LogType="Tail")
    assert json.loads(result.RetMsg)["errCode"] == 40029
    assert (result.InvokeResult, result.ErrMsg) == (0, "")
    assert f"END RequestId: {result.FunctionRequestId}" in result.Log


def test_invoke_function_answers_too(client):
    event = json.dumps({"code": "no such code"})
    asked = request(models.InvokeFunctionRequest, FunctionName="login", Event=event)
    assert json.loads(client().InvokeFunction(asked).Result.RetMsg)["errCode"] == 40029


def test_a_functions_failure_is_told_in_its_result(client):
    scf = client()
    code = {"ZipFile": _zipped("def main(event, context):\n    raise ValueError('no')\n")}
    asked = request(
        models.CreateFunctionRequest, FunctionName="fails", Runtime="Python3.11", Handler="index.main", Code=code
    )
    scf.CreateFunction(asked)
    result = invoke(scf, "fails")
    assert json.loads(result.ErrMsg)["errorMessage"] == "user code exception caught"
    assert (result.InvokeResult, result.RetMsg) == (1, "")
    listed = scf.ListFunctions(request(models.ListFunctionsRequest)).Functions
    assert "fails" in [function.FunctionName for function in listed]
    scf.DeleteFunction(request(models.DeleteFunctionRequest, FunctionName="fails"))
    with pytest.raises(TencentCloudSDKException):
        scf.GetFunction(request(models.GetFunctionRequest, FunctionName="fails"))


def test_an_unknown_function_is_raised(client):
    with pytest.raises(TencentCloudSDKException) as raised:
        invoke(client(), "nothing")
    assert raised.value.code == "ResourceNotFound.FunctionName"
    assert raised.value.requestId


def test_a_wrong_secret_is_raised(client):
    with pytest.raises(TencentCloudSDKException) as raised:
        invoke(client(secret_key="wrong"), "login")
    assert raised.value.code == "AuthFailure.SignatureFailure"


def test_an_unknown_secret_id_is_raised(client):
    with pytest.raises(TencentCloudSDKException) as raised:
        invoke(client(secret_id="AKIDnobody"), "login")
    assert raised.value.code == "AuthFailure.SecretIdNotFound"


def _zipped(index):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", index)
    return base64.b64encode(content.getvalue()).decode()
