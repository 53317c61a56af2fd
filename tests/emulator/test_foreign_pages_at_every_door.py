"""No page that a developer has open in another tab runs a function or changes anything, whichever face it asks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

EVIL = "http://evil.example"
HERE = "http://localhost:5173"
FOREIGN = [{"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
KEEPS_A_MARK = """
from pathlib import Path

def main(event, context):
    Path(event["mark"]).write_text("it ran")
    return {}
"""


@dataclass(frozen=True)
class Request:
    """A request that would be granted, but for the page that sends it."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def project(project_of):
    return project_of(KEEPS_A_MARK)


@pytest.fixture
def request_to(tmp_path, *, sdk, cloud, tenant, new_phone) -> Callable[[str], Request]:
    """A good request to a face."""
    event = json.dumps({"mark": str(tmp_path / "mark")})
    token = {"grant_type": "client_credential", "appid": tenant.appid, "secret": tenant.secret}

    def gateway() -> Request:
        made = sdk.request("functions.invokeFunction", function_name="ask", request_data=event)
        return Request("POST", f"/admin?{made.query}", made.body, made.headers)

    def tencent_cloud() -> Request:
        body = json.dumps({"Namespace": "env-demo", "FunctionName": "ask", "ClientContext": event}).encode()
        return Request("POST", "/", body, cloud.headers("Invoke", body))

    def cos() -> Request:
        ticket = cloud.call("GetTempCosInfo", ObjectPath="1250000000/env-demo/fresh.zip")
        path = f"/{ticket['Date']}/1250000000/env-demo/fresh.zip"
        return Request("PUT", path, b"code", {"Authorization": ticket["Sign"]})

    def wechat_by_post() -> Request:
        return Request("POST", "/cgi-bin/stable_token", json.dumps(token).encode(), {"Content-Type": "text/plain"})

    def phone() -> Request:
        path = f"/phone/v1/phones/{new_phone(openid='oAlice').phone_id}/callFunction"
        return Request("POST", path, f'{{"name": "ask", "data": {event}}}'.encode())

    def console() -> Request:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        fields = urlencode({"event": event, "sender": "server"})
        return Request("POST", "/functions/ask/invoke", fields.encode(), form)

    makers = {
        "gateway": gateway,
        "Tencent Cloud": tencent_cloud,
        "COS": cos,
        "WeChat, by GET": lambda: Request("GET", f"/cgi-bin/token?{urlencode(token)}"),
        "WeChat, by POST": wechat_by_post,
        "phone": phone,
        "control": lambda: Request("POST", "/emulator/v1/functions/ask/invocations", f'{{"event": {event}}}'.encode()),
        "console": console,
    }
    return lambda face: makers[face]()


def of_gateway(response: TestResponse) -> Any:
    return response.status_code, response.json["code"]


def of_tencent_cloud(response: TestResponse) -> Any:
    return response.status_code, response.json["Response"]["Error"]["Code"]


def of_cos(response: TestResponse) -> Any:
    return response.status_code, ET.fromstring(response.data).findtext("Code")


def of_wechat(response: TestResponse) -> Any:
    return response.status_code, json.loads(response.data)["errcode"]


def of_ours(response: TestResponse) -> Any:
    return response.status_code, response.json["error"]["status"]


REFUSALS = {
    "gateway": (of_gateway, (200, "INVALID_REQUEST_SOURCE")),
    "Tencent Cloud": (of_tencent_cloud, (200, "UnauthorizedOperation")),
    "COS": (of_cos, (403, "AccessDenied")),
    "WeChat, by GET": (of_wechat, (200, 40066)),
    "WeChat, by POST": (of_wechat, (200, 40066)),
    "phone": (of_ours, (403, 403)),
    "control": (of_ours, (403, 403)),
    "console": (of_ours, (403, 403)),
}
every_face = pytest.mark.parametrize("face", REFUSALS)


@pytest.fixture
def send(http):
    def send(request: Request, page: dict[str, str]) -> TestResponse:
        headers = {**request.headers, **page}
        response: TestResponse = http.open(request.path, method=request.method, data=request.body, headers=headers)
        return response

    return send


def traces(world):
    """All that a request can leave behind but for its line in the journal."""
    kept = set(world.store.tables()) - {"exchanges", "meta"}
    return {table: [tuple(row) for row in world.store.rows(f'SELECT * FROM "{table}"')] for table in kept}


@every_face
@pytest.mark.parametrize("page", FOREIGN)
def test_a_foreign_page_is_refused_in_the_form_of_the_face_and_leaves_no_trace(
    *, send, request_to, world, tmp_path, face, page
):
    read, refusal = REFUSALS[face]
    asked = request_to(face)
    before = traces(world)
    response = send(asked, page)
    assert read(response) == refusal
    assert "Access-Control-Allow-Origin" not in response.headers
    assert traces(world) == before
    assert not (tmp_path / "mark").exists()


@every_face
def test_the_same_request_of_no_page_is_granted(send, request_to, world, face):
    asked = request_to(face)
    before = traces(world)
    response = send(asked, {})
    assert response.status_code in (200, 303)
    assert traces(world) != before


@pytest.mark.parametrize("face", [face for face in REFUSALS if face != "console"])
def test_a_page_of_this_machine_may_ask(send, request_to, world, face):
    asked = request_to(face)
    before = traces(world)
    assert send(asked, {"Origin": HERE, "Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert traces(world) != before


@pytest.mark.parametrize("face", ["gateway", "WeChat, by POST"])
def test_a_page_that_the_setting_names_may_ask(*, send, request_to, control, world, face):
    control.set(web_origins=[EVIL])
    asked = request_to(face)
    before = traces(world)
    assert send(asked, {"Origin": EVIL}).status_code == 200
    assert traces(world) != before


@pytest.mark.parametrize("path", ["/phone", "/overview", "/emulator/v1/clock", "/openapi.json"])
def test_any_page_may_link_to_what_a_get_does_not_change(http, path):
    assert http.get(path, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}).status_code == 200
