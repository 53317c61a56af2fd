"""Whatever is sent to Tencent Cloud's API or to COS, the answer is in the form of the one that was asked."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxemu.tencentcloud.codec import LARGEST_REQUEST
from wxemu.tencentcloud.routes import ACTIONS, SERVICES

anything = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VERSIONS = {service: version for version, service in SERVICES.items()}

texts = st.text()  # half surrogate pairs among them, which JSON can spell
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        *("FunctionName", "Namespace", "EnvId", "Runtime", "Handler", "Timeout", "MemorySize", "Environment", "Code"),
        *("ZipFile", "TempCosObjectName", "Description", "ObjectPath", "Offset", "Limit", "SearchKey", "StartTime"),
        *("EndTime", "LogRequestId", "Triggers", "ShowCode", "Variables", "Key", "Value", "InvocationType"),
    ]
)
values = st.sampled_from(
    [
        *(
            "env-demo",
            "nothing",
            "Python3.11",
            "index.main",
            "TRUE",
            "2026-11-20 00:00:00",
            "aGVsbG8=",
            "[{}]",
            "Event",
        ),
        *(0, 1, 3, 128, 10**30, {"Variables": [{"Key": "A1", "Value": "b"}]}, {"ZipFile": "aGVsbG8="}),
    ]
)
members = st.dictionaries(names | texts, values | json_values, max_size=8)
headers = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)


@anything
@given(st.data())
def test_any_signed_parameters_are_answered_in_the_apis_form(cloud, tools, data):
    action = data.draw(st.sampled_from(ACTIONS))
    given_members = data.draw(members)
    if data.draw(st.booleans()):
        given_members = {**given_members, "Namespace": "env-demo", "EnvId": "env-demo"}
    body = json.dumps(given_members).encode()
    if action.name in ("Invoke", "InvokeFunction") or data.draw(st.booleans()):
        body = data.draw(st.binary())
    _ask(cloud, tools, body, cloud.headers(action.name, body, version=VERSIONS[action.service]))


@anything
@given(body=st.binary(), wrong=st.dictionaries(st.sampled_from(["Authorization", "X-TC-Timestamp"]), headers))
def test_any_unsigned_request_is_refused_in_the_apis_form(cloud, tools, body, wrong):
    with pytest.raises(tools.RefusedError, match=r"^AuthFailure\."):
        cloud.post(body, {**cloud.headers("ListFunctions", body), "Authorization": "", **wrong})


@anything
@given(action=headers, version=headers)
def test_any_action_and_version_are_answered_in_the_apis_form(cloud, tools, action, version):
    _ask(cloud, tools, b"", cloud.headers(action, b"", version=version))


def _ask(cloud, tools, body, headers):
    code = None
    try:
        cloud.post(body, headers)
    except tools.RefusedError as refused:
        code = refused.code
    assert code != "InternalError"


def test_an_action_that_nobody_knows_is_invalid(cloud):
    assert cloud.code_of_refusal("DescribeInstances") == "InvalidAction"


def test_an_action_of_the_other_service_is_invalid(cloud):
    assert cloud.code_of_refusal("DescribeEnvs") == "InvalidAction"


def test_a_request_without_action_misses_a_parameter(cloud):
    assert cloud.code_of_refusal("") == "MissingParameter"


def test_a_version_that_no_service_has_is_refused(cloud):
    assert cloud.code_of_refusal("ListFunctions", version="2017-03-12") == "NoSuchVersion"


@pytest.mark.parametrize("body", [b"[", b"[]", b'"text"', b"\xff", b"[" * 100_000], ids=len)
def test_a_body_that_is_no_json_object_is_refused(cloud, tools, body):
    with pytest.raises(tools.RefusedError, match=r"^InvalidParameter: "):
        cloud.post(body, cloud.headers("ListFunctions", body))


def test_a_request_of_more_than_10_mb_is_refused(cloud, tools):
    body = b" " * (LARGEST_REQUEST + 1)
    with pytest.raises(tools.RefusedError, match=r"^RequestSizeLimitExceeded"):
        cloud.post(body, cloud.headers("ListFunctions", body))


def test_a_request_of_more_than_the_server_takes_is_refused(cloud, tools, http):
    http.application.config["MAX_CONTENT_LENGTH"] = 10
    with pytest.raises(tools.RefusedError, match=r"^RequestSizeLimitExceeded"):
        cloud.call("ListFunctions")


def test_a_fault_of_the_emulator_shows_nothing_of_itself(cloud, tools, world, caplog):
    world.store.run("DROP TABLE functions")
    with pytest.raises(tools.RefusedError, match=r"^InternalError: An internal error has occurred"):
        cloud.call("ListFunctions")
    assert "no such table: functions" in caplog.text


@anything
@given(st.data())
def test_any_request_to_the_bucket_is_answered_in_xml(http, data):
    query = data.draw(st.dictionaries(st.sampled_from(["uploads", "uploadId", "partNumber", "prefix"]), headers))
    path = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="\n")).map("/2026-11-20/x{}".format))
    response = http.open(
        "/",
        method=data.draw(st.sampled_from(["PUT", "POST"])),
        query_string=query,
        headers={"Authorization": data.draw(headers)},
        data=data.draw(st.binary()),
        environ_overrides={"PATH_INFO": path.encode().decode("latin-1")},
    )
    assert response.status_code in (400, 403)
    assert ET.fromstring(response.data).findtext("Code") in ("AccessDenied", "InvalidArgument")
