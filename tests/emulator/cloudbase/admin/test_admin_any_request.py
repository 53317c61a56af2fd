"""Whatever is sent to the gateway, the answer is HTTP 200 and in a form that its SDKs read."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxemu.cloudbase.admin.openapi_pb2 import CommOpenApiResp
from wxemu.core.http.application import LARGEST_BODY

ACTIONS = ["wx.openApi", "wx.api", "functions.invokeFunction"]
NAMES = st.sampled_from(
    [
        *("action", "apiName", "requestData", "function_name", "request_data", "qualifier", "envName"),
        *("wxCloudApiToken", "authorization", "sessionToken"),
    ]
)
texts = st.text()  # half surrogate pairs among them, which JSON can spell
values = st.sampled_from([*ACTIONS, "env-demo", "soter.verifySignature", "{}", "q-sign-algorithm=sha1&q-ak=AKIDlocal"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
members = st.dictionaries(NAMES | texts, values | json_values, max_size=8)
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
headers = st.dictionaries(
    st.sampled_from(["Authorization", "X-Timestamp", "X-TCB-Source", "Content-Type"]),
    header_texts
    | st.sampled_from(
        [
            "application/json",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "TC3-HMAC-SHA256 Credential=AKIDlocal/2023-11-14/tcb/tc3_request, SignedHeaders=host, Signature=00",
            "1700000000",
        ]
    ),
)
pieces = st.sampled_from(
    [
        b"--x\r\n",
        b"--x--",
        b"\r\n",
        b'Content-Disposition: form-data; name="action"',
        b"Content-Type: a/b",
        b"wx.openApi",
    ]
)
forms = st.lists(pieces | st.binary(max_size=8), max_size=12).map(b"".join)
anything = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def project():
    return None  # no function is run here


def is_readable(answered):
    assert answered.status_code == 200
    if answered.headers["Content-Type"] == "application/octet-stream":
        return CommOpenApiResp.FromString(answered.data) is not None
    assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
    told = json.loads(answered.data)
    assert told.get("message") != "a fault of the emulator; its log has the trace"
    return set(told) in ({"code", "message", "requestId"}, {"data", "requestId"})


@anything
@given(body=st.binary() | forms | members.map(json.dumps).map(str.encode), headers=headers)
def test_any_request_is_refused_readably(http, body, headers):
    assert is_readable(http.post("/admin", data=body, headers=headers))


@anything
@given(asked=members, action=st.sampled_from(ACTIONS))
def test_any_parameters_are_answered_readably(http, control, asked, action):
    control.set(verify_signatures=False)
    asked = {"action": action, "envName": "env-demo", **asked}
    assert is_readable(http.post("/admin", data=json.dumps(asked)))


@anything
@given(content=st.binary(), name=texts.filter(lambda text: text.isprintable()))
def test_any_bytes_as_request_data_are_answered_readably(http, control, form, content, name):
    control.set(verify_signatures=False)
    body, kind = form({"action": "wx.openApi", "envName": "env-demo", "apiName": name, "requestData": content})
    assert is_readable(http.post("/admin", data=body, content_type=kind))


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"", "application/json", "body: expected JSON in UTF-8, got something else"),
        (b"[]", "application/json", "body: expected a JSON object, got list"),
        (b"{}", "multipart/form-data", "body: no multipart form (Empty boundary)"),
        (b"--x\r\n", "multipart/form-data; boundary=x", "body: no multipart form (Unexpected end of multipart stream "),
        (
            b'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\n\xff\r\n--x--',
            "multipart/form-data; boundary=x",
            "body: no multipart form ('utf-8' codec",
        ),
        (b'{"envName": 5}', "application/json", "envName: expected a text, got int"),
        (b'{"envName": "\\ud800"}', "application/json", "envName: expected a text, got str"),
    ],
)
def test_a_body_of_another_form_is_refused(http, body, content_type, text):
    told = json.loads(http.post("/admin", data=body, content_type=content_type).data)
    assert told["code"] == "INVALID_PARAM"
    assert told["message"].startswith(text)


def test_too_many_parts_are_refused(http, form):
    body, kind = form({f"part-{number}": "" for number in range(65)})
    told = json.loads(http.post("/admin", data=body, content_type=kind).data)
    assert told["message"] == "body: no multipart form (Maximum segment count exceeded)"


def test_an_action_that_is_not_emulated_is_refused(sdk):
    told = sdk.ask("database.getDocument")
    assert (told["code"], told["message"]) == (
        "INVALID_PARAM",
        f"action: expected one of {', '.join(ACTIONS)}, got 'database.getDocument'",
    )


def test_a_body_that_is_too_large_is_refused(http):
    told = json.loads(http.post("/admin", data=b"x" * (LARGEST_BODY + 1)).data)
    assert told["code"] == "EXCEED_MAX_PAYLOAD_SIZE"


def test_a_fault_of_the_emulator_shows_no_trace(sdk, world, caplog):
    request = sdk.request("wx.api", apiName="x", requestData="{}")
    world.store.run("DROP TABLE apps")
    told = json.loads(sdk.send(request).data)
    assert (told["code"], told["message"]) == ("SYS_ERR", "a fault of the emulator; its log has the trace")
    assert "no such table: apps" in caplog.text
