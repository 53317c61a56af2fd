"""The gateway takes a request only from whose credentials signed exactly it, a short time ago."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_sdk import BOUNDARY, FORM, form

NOON = 1_700_000_000
WRONG = "the signature is not that of this request with this secret key"
HEADERS = {
    "Host": "localhost",
    "Content-Type": "application/json",
    "User-Agent": "tcb-node-sdk/3.18.3",
    "X-TCB-Source": "wx_client,scf",
    "X-Client-Timestamp": "1700000000000",
    "X-SDK-Version": "tcb-node-sdk/3.18.3",
    "X-Timestamp": "1699999999",
    "X-Signature-Expires": "600",
}
SCOPE = "TC3-HMAC-SHA256 Credential=AKIDlocal/2023-11-14/tcb/tc3_request"
SIGNED_HEADERS = "SignedHeaders=content-type;host;user-agent;x-client-timestamp;x-sdk-version;x-tcb-source"

OLD_PARAMETERS: dict[str, Any] = {
    "action": "functions.invokeFunction",
    "function_name": "ask",
    "request_data": '{"text":"订单 (1)*\'!~"}',
    "envName": "env-demo",
    "timestamp": 1700000000000,
    "eventId": "e",
    "wxCloudApiToken": "",
    "tcb_sessionToken": "",
    "authorization": (
        "q-sign-algorithm=sha1&q-ak=AKIDlocal&q-sign-time=1699999999;1700000899&q-key-time=1699999999;1700000899"
        "&q-header-list=user-agent;x-tcb-source&q-url-param-list=action;envname;eventid;function_name;request_data;"
        "tcb_sessiontoken;timestamp;wxcloudapitoken&q-signature=d6f0b1d9407989a0b7dc20ed88b2147018f1b8c3"
    ),
    "sdk_version": "1.23.0",
}


def refusal(answered):
    told = json.loads(answered.data)
    assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
    assert set(told) == {"code", "message", "requestId"}
    return told["code"], told["message"]


class TestRecordedSignatures:
    """Made by the packages themselves, with the key local-secret-key, at the second before noon."""

    def test_of_signature_nodejs_2_2_0_over_json(self, http):
        parameters = {
            "action": "functions.invokeFunction",
            "function_name": "ask",
            "request_data": '\ufeff {"text":"订单\\/1"}\u3000',  # JavaScript trims all of these
            "envName": "env-demo",
            "wxCloudApiToken": "",
            "tcb_sessionToken": "",
            "sessionToken": "local",
            "apiOptions": {"a": [1, "字"]},
            "crossAuthorizationToken": "",
        }
        signature = (
            f"{SCOPE}, SignedParams=action;apioptions;envname;function_name;request_data;sessiontoken, "
            f"{SIGNED_HEADERS}, Signature=7615ca8774c8a4fee42a16dcd2f6f00d6c4546c2613a765a98ebed6591a58172"
        )
        headers = {**HEADERS, "Authorization": signature}
        answered = http.post("/admin?env=env-demo&seqId=1_1", data=json.dumps(parameters), headers=headers)
        assert refusal(answered) == ("INVALID_PARAM", "request_data: expected JSON in UTF-8, got something else")

    def test_of_signature_nodejs_1_0_0_beta_over_a_form(self, http):
        parameters = {
            "action": "wx.openApi",
            "apiName": "soter.verifySignature",
            "requestData": bytes.fromhex("0a80ff0d0a20"),
            "envName": "env-demo",
            "eventId": "e",
            "wxCloudApiToken": "tok",
            "tcb_sessionToken": "",
            "sessionToken": "local",
            "crossAuthorizationToken": "",
        }
        signature = (
            f"{SCOPE}, SignedParams=action;apiname;crossauthorizationtoken;envname;eventid;requestdata;sessiontoken;"
            f"tcb_sessiontoken;wxcloudapitoken, {SIGNED_HEADERS}, "
            "Signature=3978c9ef8dc441a63721a9255819cfee5172f510999a63758d45fea5f414174c"
        )
        headers = {**HEADERS, "Authorization": signature, "Content-Type": FORM}
        answered = http.post("/admin?&eventId=e&seqId=1_1", data=form(parameters), headers=headers)
        assert refusal(answered) == ("INVALID_PARAM", "requestData: expected a message CommApiData of protobuf")

    def old(self, http, **changes):
        headers = {"User-Agent": "tcb-admin-sdk/1.23.0", "X-TCB-Source": "wx_client,scf"}
        body = json.dumps({**OLD_PARAMETERS, **changes})
        return http.post("/admin?&eventId=e", data=body, headers=headers, content_type="application/json")

    def test_of_tcb_admin_node_1_23_0(self, http):
        assert json.loads(self.old(http).data)["data"] == {"response_data": '{"text":"订单 (1)*\'!~"}'}

    @pytest.mark.parametrize("changes", [{"function_name": "login"}, {"added": ""}, {"timestamp": 1700000000001}])
    def test_of_tcb_admin_node_over_another_body_is_refused(self, http, changes):
        assert refusal(self.old(http, **changes)) == ("SIGN_PARAM_INVALID", WRONG)

    @pytest.mark.parametrize("seconds", [0, 899])
    def test_of_tcb_admin_node_is_good_to_its_end(self, http, clock, seconds):
        clock.advance(seconds)
        assert "data" in json.loads(self.old(http).data)

    def test_of_tcb_admin_node_is_no_longer_good_after_its_end(self, http, clock):
        clock.advance(900)
        assert "signed at" in refusal(self.old(http))[1]

    @pytest.mark.parametrize(
        ("part", "other", "text"),
        [
            ("AKIDlocal", "AKIDnobody", "secret id error"),
            ("=sha1", "=md5", "expected authorization q-sign-algorithm=sha1&q-ak=..."),
            ("q-sign-time=1699999999;1700000899", "q-sign-time=now", "expected a timestamp in Unix seconds, got ''"),
            ("q-signature=d", "q-signature=e", WRONG),
            ("q-signature=", "signature=", WRONG),
            ("user-agent;x-tcb-source", "user-agent", WRONG),
        ],
    )
    def test_of_tcb_admin_node_that_is_not_right_is_refused(self, http, part, other, text):
        changed = OLD_PARAMETERS["authorization"].replace(part, other)
        assert refusal(self.old(http, authorization=changed)) == ("SIGN_PARAM_INVALID", text)

    @pytest.mark.parametrize("authorization", [None, 5, {}, "\ud800"])
    def test_of_tcb_admin_node_that_is_no_text_is_refused(self, http, authorization):
        refused = refusal(self.old(http, authorization=authorization))
        assert refused == ("SIGN_PARAM_INVALID", "expected authorization to be a string")


def is_taken(answered):
    return "data" in json.loads(answered.data)


@pytest.mark.parametrize("seconds", [-600, 0, 600])
def test_a_signature_is_good_for_ten_minutes(sdk, seconds):
    assert is_taken(sdk.send(sdk.request("functions.invokeFunction", function_name="ask", at=NOON + seconds)))


@pytest.mark.parametrize("seconds", [-601, 601])
def test_a_signature_of_another_time_is_refused(sdk, seconds):
    code, text = refusal(sdk.send(sdk.request("functions.invokeFunction", function_name="ask", at=NOON + seconds)))
    assert (code, text) == ("SIGN_PARAM_INVALID", f"signed at {NOON + seconds}, which is more than 600 s from {NOON}")


def test_a_longer_life_by_the_clients_own_word_does_not_count(sdk):
    request = sdk.request("functions.invokeFunction", function_name="ask", at=NOON - 601)
    assert not is_taken(sdk.send(request.but(X_Signature_Expires="100000")))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"query": "env=env-demo&seqId=1_2"}, WRONG),
        ({"X_TCB_Source": "wx_devtools,scf"}, WRONG),
        ({"X_TCB_Source": None}, WRONG),
        ({"X_Timestamp": "1700000001"}, WRONG),
        ({"X_Timestamp": None}, "expected a timestamp in Unix seconds, got ''"),
        ({"X_Timestamp": "soon"}, "expected a timestamp in Unix seconds, got 'soon'"),
        ({"Host": "localhost:8080"}, WRONG),
        ({"Authorization": None}, "expected Authorization: TC3-HMAC-SHA256 Credential=..., SignedHeaders=..."),
        ({"Authorization": "Bearer key"}, "expected Authorization: TC3-HMAC-SHA256 Credential=..., SignedHeaders=..."),
    ],
)
def test_a_request_that_was_changed_is_refused(sdk, changes, text):
    request = sdk.request("functions.invokeFunction", function_name="ask", request_data="{}")
    assert refusal(sdk.send(request.but(**changes))) == ("SIGN_PARAM_INVALID", text)


@pytest.mark.parametrize("name", ["function_name", "request_data", "envName", "wxCloudApiToken"])
def test_a_body_that_was_changed_is_refused(sdk, grant, name):
    sdk.token = grant()
    request = sdk.request("functions.invokeFunction", function_name="ask", request_data="{}")
    for value in ("other", ""):
        body = json.dumps({**json.loads(request.body), name: value}).encode()
        assert refusal(sdk.send(request.but(body=body))) == ("SIGN_PARAM_INVALID", WRONG)


TWIN = "Function_Name: expected each parameter once, got function_name as well"


@pytest.mark.parametrize("is_verified", [True, False])
@pytest.mark.parametrize("is_form", [True, False])
def test_a_parameter_and_its_twin_in_another_case_are_refused(*, sdk, control, is_form, is_verified):
    control.set(verify_signatures=is_verified)
    unsigned = {"requestData": b"\x08"} if is_form else {}
    request = sdk.request("functions.invokeFunction", function_name="ask", **unsigned)
    if is_form:
        end = f"--{BOUNDARY}--".encode()
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="Function_Name"\r\n\r\nlogin\r\n'.encode()
        body = request.body.replace(end, part + end)
    else:
        body = json.dumps({**json.loads(request.body), "Function_Name": "login"}).encode()
    assert refusal(sdk.send(request.but(body=body))) == ("INVALID_PARAM", TWIN)


def test_a_parameter_in_another_case_is_the_one_that_was_signed(sdk, grant):
    """Else a call on behalf of a user would become that of a server, with the signature of the user's call."""
    sdk.token = grant()
    request = sdk.request("functions.invokeFunction", function_name="ask", request_data='{"userInfo": {}}')
    body = request.body.replace(b"wxCloudApiToken", b"WXCLOUDAPITOKEN")
    answered = json.loads(sdk.send(request.but(body=body)).data)
    assert json.loads(answered["data"]["response_data"])["userInfo"]["openId"] == "oAlice"


def test_a_changed_byte_in_a_form_is_refused(sdk, grant):
    sdk.token = grant()
    request = sdk.request("wx.openApi", apiName="soter.verifySignature", requestData=b"\x08\x00")
    assert refusal(sdk.send(request.but(body=request.body.replace(b"\x08\x00", b"\x08\x01"))))[1] == WRONG


def test_another_secret_key_is_refused(sdk):
    sdk.secret_key = "other"
    assert refusal(sdk.send(sdk.request("functions.invokeFunction"))) == ("SIGN_PARAM_INVALID", WRONG)


def test_a_secret_id_of_nobody_is_refused(sdk):
    sdk.secret_id = "AKIDnobody"
    assert refusal(sdk.send(sdk.request("functions.invokeFunction"))) == ("SIGN_PARAM_INVALID", "secret id error")


@pytest.mark.parametrize("env", ["env-other", "env-of-nobody"])
def test_credentials_are_good_for_their_own_environment_only(sdk, env):
    sdk.env = env
    assert refusal(sdk.send(sdk.request("functions.invokeFunction"))) == ("INVALID_ENV", "Environment not found")


def test_without_a_name_the_environment_of_the_credentials_is_meant(sdk):
    sdk.env = ""
    assert is_taken(sdk.send(sdk.request("functions.invokeFunction", function_name="ask")))


class TestWithVerificationOff:
    @pytest.fixture(autouse=True)
    def _off(self, control):
        control.set(verify_signatures=False)

    def test_a_request_by_hand_is_taken(self, http):
        asked = {"action": "functions.invokeFunction", "function_name": "ask", "envName": "env-demo"}
        assert is_taken(http.post("/admin", json=asked))

    @pytest.mark.parametrize("env", ["", "env-of-nobody"])
    def test_it_must_name_its_environment(self, http, env):
        asked = {"action": "functions.invokeFunction", "function_name": "ask", "envName": env}
        assert refusal(http.post("/admin", json=asked)) == ("INVALID_ENV", "Environment not found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PROPFIND"])
def test_another_method_is_refused_in_the_gateways_form_and_kept(http, control, method):
    response = http.open("/admin", method=method)
    assert response.status_code == 200
    assert refusal(response) == ("INVALID_PARAM", f"method: expected POST, got {method}")
    assert (control.exchanges[0]["face"], control.exchanges[0]["errcode"]) == ("cloudbase", "INVALID_PARAM")


def test_a_refusal_can_be_looked_up_and_tells_no_secret(sdk, control):
    sdk.secret_key = "very-secret"
    request_id = json.loads(sdk.send(sdk.request("functions.invokeFunction", sessionToken="tok-1")).data)["requestId"]
    kept = control.get(f"exchanges/{request_id}")
    assert "SIGN_PARAM_INVALID" in kept["response_body"]
    assert (kept["errcode"], kept["name"]) == ("SIGN_PARAM_INVALID", "functions.invokeFunction")
    assert "tok-1" not in json.dumps(kept)


def test_a_parameter_that_nothing_signs_is_refused(sdk, grant):
    request = sdk.request("functions.invokeFunction", function_name="ask")
    for name, value in (("wxCloudApiToken", grant()), ("qualifier", "1")):
        body = json.dumps({**json.loads(request.body), name: value}).encode()
        assert refusal(sdk.send(request.but(body=body)))[1] == "the body has parameters that are not signed"


def test_a_parameter_that_is_nested_too_deeply_to_be_checked_is_refused(http):
    """A little less deep it is checked, and a little deeper it is no longer read."""
    head = json.dumps(OLD_PARAMETERS).encode()[:-1]
    deep = (head + b', "added": ' + b"[" * depth + b"]" * depth + b"}" for depth in range(600, 1000))
    assert {refusal(http.post("/admin", data=body)) for body in deep} <= {  # where the limits lie is Python's business
        ("SIGN_PARAM_INVALID", WRONG),
        ("SIGN_PARAM_INVALID", "a parameter is nested too deeply"),
        ("INVALID_PARAM", "body: expected JSON in UTF-8, got something else"),
    }


texts = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda text: text == text.strip().strip("\ufeff"))


@given(text=texts, other=texts, content=st.binary(max_size=40))
def test_whatever_is_signed_is_taken_and_anything_else_is_not(sdk, text, other, content):
    assert is_taken(sdk.send(sdk.request("wx.api", apiName="x", apiOptions=text, extra=content)))
    request = sdk.request("wx.api", apiName="x", apiOptions=text)
    body = json.dumps({**json.loads(request.body), "apiOptions": other}).encode()
    assert is_taken(sdk.send(request.but(body=body))) == (text == other)
