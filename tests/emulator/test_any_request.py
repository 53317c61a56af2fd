"""Whatever is sent anywhere, the answer is in the form of the face that was asked, and never a fault of ours."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_sdk import FORM, form
from tencent_cloud import SERVICES

from wxemu.app import CONSOLE, OUR_OWN
from wxemu.cloudbase.admin.openapi_pb2 import CommOpenApiResp
from wxemu.cloudbase.web.routes import ACTIONS as WEB_ACTIONS
from wxemu.documents import openapi
from wxemu.tencentcloud.routes import ACTIONS as TENCENT_ACTIONS
from wxemu.wechat import known
from wxemu.wechat.openapis import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

ENDLESS = ("/emulator/v1/logs/stream", "/emulator/v1/exchanges/stream")
GATEWAY_ACTIONS = ["wx.openApi", "wx.api", "functions.invokeFunction"]
SUCCESSES = [{"access_token", "expires_in"}, {"session_key", "openid"}, {"is_ok"}]
FAULT = "a fault of the emulator; its log has the trace"
TROUBLE = "the emulator cannot serve this now; its log says why"


def speaks_json(operations):
    """Whether nothing at a path is a page, a style or a script."""
    answers = [answer for operation in operations.values() for answer in operation["responses"].values()]
    return all(answer["content"].keys() == {"application/json"} for answer in answers)


OURS = [
    path
    for path, operations in openapi()["paths"].items()
    if path.startswith(OUR_OWN) and path not in ENDLESS and speaks_json(operations)
]

texts = st.text()  # lone surrogates among them, which JSON can spell
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
in_url = st.text(st.characters(codec="utf-8"), max_size=20)
names_in_path = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(quote)
in_header = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
unquoted = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60)
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])


@dataclass(frozen=True)
class Face:
    """Where a request is sent, what of it the face knows, and what an answer must be like.

    :param members: of a body or a query that it may know; ``values`` likewise.
    """

    paths: st.SearchStrategy[str]
    members: str
    values: list[Any]
    is_in_form: Callable[..., bool]
    headers: st.SearchStrategy[dict[str, str]] = field(default_factory=lambda: st.just({}))

    @property
    def objects(self):
        names, known = st.sampled_from(self.members.split()), st.sampled_from(self.values)
        return st.dictionaries(names | texts, known | json_values, max_size=8)

    @property
    def queries(self):
        names, known = st.sampled_from(self.members.split()), st.sampled_from(self.values).filter(is_text)
        known_or_not = st.dictionaries(names | in_url, known | in_url, max_size=4).map(urlencode)
        return st.binary(max_size=60).map(quote) | known_or_not | unquoted


def is_text(value):
    return isinstance(value, str)


def is_wechats(response):
    if response.content_type == "image/png":
        return response.data.startswith(b"\x89PNG")
    told = json.loads(response.data)
    known = set(told) >= {"errcode", "errmsg"} or set(told) in SUCCESSES
    return response.status_code == 200 and known and told.get("errcode") != -1


def is_our_own(response):
    refused = response.status_code >= 400
    told = response.json
    return response.status_code < 500 and isinstance(told, dict) and (not refused or set(told) == {"error"})


def is_the_gateways(response):
    if response.headers["Content-Type"] == "application/octet-stream":
        return CommOpenApiResp.FromString(response.data) is not None
    told = json.loads(response.data)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    known = set(told) in ({"code", "message", "requestId"}, {"data", "requestId"})
    return response.status_code == 200 and known and told.get("message") not in (FAULT, TROUBLE)


def is_of_web(response):
    if response.status_code == 204:
        return response.request.method == "OPTIONS"
    return response.status_code == 200 and "requestId" in response.json and response.json.get("code") != "SYS_ERR"


def is_of_the_http_api(response):
    refused = response.status_code in (400, 401, 403, 404) and set(response.json) == {"code", "message", "requestId"}
    return refused or response.status_code == 204


def is_of_the_login(response):
    if response.status_code in (200, 204):
        return True
    told = response.json
    return (
        response.status_code < 500 and set(told) == {"error", "error_code", "error_description"} and told["error_code"]
    )


def is_of_cos(response):
    code = ET.fromstring(response.data).findtext("Code")
    return response.status_code in (400, 403) and code in ("AccessDenied", "InvalidArgument")


web_headers = st.dictionaries(
    st.sampled_from(["Authorization", "Origin", "X-Device-Id", "Content-Type", "Access-Control-Request-Headers"]),
    in_header | in_header.map(lambda text: f"Bearer {text}") | st.just("http://localhost"),
    max_size=3,
)
gateway_headers = st.dictionaries(
    st.sampled_from(["Authorization", "X-Timestamp", "X-TCB-Source", "Content-Type"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    | st.sampled_from(
        [
            *("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "1700000000"),
            "TC3-HMAC-SHA256 Credential=AKIDlocal/2023-11-14/tcb/tc3_request, SignedHeaders=host, Signature=00",
        ]
    ),
)
WEB = "action env function_name request_data access_token refresh_token anonymous_uuid client_id grant_type token parse"
WEB_VALUES = [*WEB_ACTIONS, "env-demo", "env-other", "nobody", "refresh_token", '{"a":1}']
# No line break and no empty segment: no route of Werkzeug's covers such a path, which is answered as WeChat answers.
web_names = st.text(st.characters(codec="utf-8", exclude_characters="\n/"), min_size=1, max_size=20).map(quote)
FACES = {
    "WeChat": Face(
        st.sampled_from([api.path for api in TABLE])
        | st.sampled_from([api.path for api in known.all_apis()])
        | st.binary(min_size=1)  # POST / alone is Tencent Cloud's API
        .map(lambda path: f"/{path.decode('latin-1')}")
        .filter(lambda path: path.strip("/") != "" and not path.startswith((*OUR_OWN, *CONSOLE))),
        "appid secret grant_type force_refresh js_code openid signature sig_method buffer json_string json_signature"
        " rid access_token kv_list key value pay_sig sig mp_sig touser template_id data msgtype content path scene code"
        " media_url expire_time version",
        [
            "wx1234567890abcdef",
            "0123456789abcdef0123456789abcdef",
            "client_credential",
            "oAlice",
            "hmac_sha256",
            "text",
            "{}",
            ["1"],
        ],
        is_wechats,
    ),
    "ours": Face(
        st.sampled_from(OURS),
        "appid profile requestAuthModes challenge authContent outcome mode count checkAuthMode tamperedRaw untilCleared"
        " name data event to at seconds factor session_idle_seconds session_refresh_seconds quotas refusals"
        " errmsg_suffix api verify_signature_reply stale_session_errcode function errcode errmsg reply status body fail"
        " abort times probability openid buffer",
        [
            *("wx1234567890abcdef", "android", "match", "fingerPrint", "seed", "*", "{}", "oAlice", ["fingerPrint"]),
            {"auth.code2Session": {"minute": 1}},
        ],
        is_our_own,
    ),
    "gateway": Face(
        st.just("/admin"),
        "action apiName requestData function_name request_data qualifier envName wxCloudApiToken authorization"
        " sessionToken",
        [*GATEWAY_ACTIONS, "env-demo", "soter.verifySignature", "{}", "q-sign-algorithm=sha1&q-ak=AKIDlocal"],
        is_the_gateways,
        gateway_headers,
    ),
    "web": Face(st.just("/web"), WEB, WEB_VALUES, is_of_web, web_headers),
    "HTTP API": Face(
        st.builds("{}{}".format, st.sampled_from(["/v1/functions/", "/v1/"]), web_names),
        *(WEB, WEB_VALUES, is_of_the_http_api, web_headers),
    ),
    "login": Face(
        (st.sampled_from(["signin/anonymously", "token", "user/me", "revoke", "user/signout"]) | web_names).map(
            "/auth/v1/{}".format
        ),
        *(WEB, WEB_VALUES, is_of_the_login, web_headers),
    ),
    "COS": Face(
        st.text(st.characters(codec="utf-8", exclude_characters="\n")).map(
            lambda text: f"/2026-11-20/x{text}".encode().decode("latin-1")
        ),
        "uploads uploadId partNumber prefix",
        ["1"],
        is_of_cos,
        st.fixed_dictionaries({"Authorization": in_header}),
    ),
}
WEB_METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
METHODS = {
    "gateway": st.just("POST"),
    "COS": st.sampled_from(["PUT", "POST"]),
    "web": WEB_METHODS,
    "HTTP API": WEB_METHODS,
    "login": WEB_METHODS,
}


@pytest.fixture
def phone(new_phone):
    return new_phone("huawei", openid="oAlice")


@given(st.data())
@pytest.mark.parametrize("name", FACES)
def test_any_request_is_answered_in_the_form_of_its_face(http, phone, wechat, name, data):
    face = FACES[name]
    path = data.draw(face.paths)
    query = data.draw(face.queries)
    if name == "ours":
        phone_id = data.draw(st.sampled_from([phone.phone_id, "phone-of-nobody"]))
        path = path.format_map(defaultdict(lambda: data.draw(names_in_path), phoneId=phone_id))
    if name == "WeChat" and data.draw(st.booleans()):
        query = f"access_token={wechat.access_token}&{query}"
    response = http.open(
        f"/?{query}" if name in ("WeChat", "COS") else f"{path}?{query}",
        method=data.draw(METHODS.get(name, methods)),
        data=data.draw(st.binary() | face.objects.map(json.dumps).map(str.encode)),
        headers=data.draw(face.headers),
        # As a server gives it; the test client would take the beginning of //path for a host.
        environ_overrides={"PATH_INFO": path} if name in ("WeChat", "COS") else {},
    )
    assert face.is_in_form(response)


@given(st.data())
def test_any_members_sent_to_a_phone_are_answered_in_json(http, phone, data):
    operations = ["startSoterAuthentication", "checkIsSoterEnrolledInDevice", "enrol", "override", "callFunction"]
    path = f"/phone/v1/phones/{phone.phone_id}/{data.draw(st.sampled_from(operations))}"
    response = http.post(path, data=json.dumps(data.draw(FACES["ours"].objects)))
    assert response.status_code in (200, 400)
    assert isinstance(response.json, dict)


class TestGatewayThatVerifiesNothing:
    @pytest.fixture(autouse=True)
    def _off(self, control):
        control.set(verify_signatures=False)

    @given(asked=FACES["gateway"].objects, action=st.sampled_from(GATEWAY_ACTIONS))
    def test_any_parameters_are_answered_in_its_form(self, http, asked, action):
        asked = {"action": action, "envName": "env-demo", **asked}
        assert is_the_gateways(http.post("/admin", data=json.dumps(asked)))

    @given(content=st.binary(), name=texts.filter(lambda text: text.isprintable()))
    def test_so_are_any_bytes_as_request_data(self, http, content, name):
        body = form({"action": "wx.openApi", "envName": "env-demo", "apiName": name, "requestData": content})
        assert is_the_gateways(http.post("/admin", data=body, content_type=FORM))


pieces = st.sampled_from(
    [
        *(b"--x\r\n", b"--x--", b"\r\n", b'Content-Disposition: form-data; name="action"', b"Content-Type: a/b"),
        b"wx.openApi",
    ]
)


@given(body=st.lists(pieces | st.binary(max_size=8), max_size=12).map(b"".join))
def test_any_form_is_answered_by_the_gateway_in_its_form(http, body):
    assert is_the_gateways(http.post("/admin", data=body, content_type="multipart/form-data; boundary=x"))


TENCENT_MEMBERS = (
    "FunctionName Namespace EnvId Runtime Handler Timeout MemorySize Environment Code ZipFile TempCosObjectName Offset"
    " Description ObjectPath Limit SearchKey StartTime EndTime LogRequestId Triggers ShowCode Variables Key Value"
    " InvocationType"
)
TENCENT_VALUES = [
    *("env-demo", "nothing", "Python3.11", "index.main", "TRUE", "2026-11-20 00:00:00", "aGVsbG8=", "[{}]", "Event"),
    *(0, 1, 3, 128, 10**30, {"Variables": [{"Key": "A1", "Value": "b"}]}, {"ZipFile": "aGVsbG8="}),
]


class TestTencentCloud:
    """Whose requests are signed as they are made; the client checks the form of every answer."""

    @given(st.data())
    def test_any_signed_parameters_are_answered_in_its_form(self, cloud, data):
        action = data.draw(st.sampled_from(TENCENT_ACTIONS))
        members = data.draw(Face(st.nothing(), TENCENT_MEMBERS, TENCENT_VALUES, bool).objects)
        if data.draw(st.booleans()):
            members = {**members, "Namespace": "env-demo", "EnvId": "env-demo"}
        body = json.dumps(members).encode()
        if action.name in ("Invoke", "InvokeFunction") or data.draw(st.booleans()):
            body = data.draw(st.binary())
        version = next(version for version, service in SERVICES.items() if service == action.service)
        assert cloud.refusal(body, cloud.headers(action.name, body, version=version)) != "InternalError"

    @given(body=st.binary(), wrong=st.dictionaries(st.sampled_from(["Authorization", "X-TC-Timestamp"]), in_header))
    def test_any_unsigned_request_is_refused_in_its_form(self, cloud, body, wrong):
        headers = {**cloud.headers("ListFunctions", body), "Authorization": "", **wrong}
        assert cloud.refusal(body, headers).startswith("AuthFailure.")

    @given(action=in_header, version=in_header)
    def test_any_action_and_version_are_answered_in_its_form(self, cloud, action, version):
        assert cloud.refusal(b"", cloud.headers(action, b"", version=version)) != "InternalError"
