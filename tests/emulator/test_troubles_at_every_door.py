"""A damaged state, a body too large, an unknown path: told in the form of the face that was asked."""

from __future__ import annotations

import json

import pytest

from wxemu.core.http.application import LARGEST_BODY
from wxemu.tencentcloud.codec import LARGEST_REQUEST

TROUBLE = "the emulator cannot serve this now; its log says why"
FAULTS = {
    # The table that is missing, the request that misses it, and what is told: status, words.
    "WeChat": (
        "tokens",
        ("GET", f"/wxa/checksession?access_token=10_{'x' * 133}"),
        200,
        '"errcode":-1,"errmsg":"system',
    ),
    "ours": ("phones", ("GET", "/phone/v1/phones"), 500, TROUBLE),
    "gateway": ("apps", ("POST", "/admin"), 200, f'"code":"SYS_ERR","message":"{TROUBLE}"'),
    "web": ("web_logins", ("POST", "/web"), 200, '"SYS_ERR"'),
    "HTTP API": ("web_logins", ("POST", "/v1/functions/ask"), 500, '"SYS_ERR"'),
    "login": ("web_users", ("POST", "/auth/v1/signin/anonymously?client_id=env-demo"), 500, '"internal"'),
    "Tencent Cloud": (
        "functions",
        ("POST", "/"),
        200,
        '"Code":"InternalError","Message":"An internal error has occurred',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_damaged_state_is_told_in_the_form_of_the_face_and_shows_no_trace(
    *, http, world, sdk, cloud, web_app, caplog, monkeypatch, name
):
    monkeypatch.setattr("wxemu.core.troubles.SILENT_SECONDS", 0)
    table, (method, path), status, words = FAULTS[name]
    token = web_app.log_in()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Device-Id": "device-of-bob-1"}
    asked = {"action": "functions.invokeFunction", "env": "env-demo", "function_name": "ask", "access_token": token}
    body = json.dumps(asked if name == "web" else {}).encode()
    if name == "gateway":
        request = sdk.request("wx.api", apiName="x", requestData="{}")
        body, headers, path = request.body, request.headers, f"/admin?{request.query}"
    if name == "Tencent Cloud":
        body = b'{"Namespace": "env-demo"}'
        headers = cloud.headers("ListFunctions", body)
    world.store.run(f"DROP TABLE {table}")
    response = http.open(path, method=method, data=body, headers=headers)
    assert response.status_code == status
    assert words in response.text.replace('": ', '":').replace(', "', ',"')
    assert table not in response.text.replace(path, "")
    assert f"no such table: {table}" in caplog.text


TOO_LARGE = {
    "WeChat": ("/cgi-bin/soter/verify_signature", 200, '"errcode":47001'),
    "gateway": ("/admin", 200, '"EXCEED_MAX_PAYLOAD_SIZE"'),
    "web": ("/web?env=env-demo", 200, '"INVALID_PARAM"'),
    "HTTP API": ("/v1/functions/ask", 400, '"FUNCTION_PARAM_INVALID"'),
    "login": ("/auth/v1/revoke", 400, '"invalid_argument"'),
    "COS": ("/2026-11-20/1250000000/env-demo/fresh.zip", 400, "EntityTooLarge"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_body_beyond_what_the_server_takes_is_refused_in_the_form_of_the_face(http, cloud, web_app, name):
    path, status, words = TOO_LARGE[name]
    headers = {"Authorization": f"Bearer {web_app.log_in()['access_token']}"}
    if name == "COS":
        granted = cloud.call("GetTempCosInfo", ObjectPath="1250000000/env-demo/fresh.zip")
        path, headers = f"/{granted['Date']}/1250000000/env-demo/fresh.zip", {"Authorization": granted["Sign"]}
    response = http.open(
        path,
        method="PUT" if name == "COS" else "POST",
        headers=headers,
        data=b"{",
        environ_overrides={"CONTENT_LENGTH": str(LARGEST_BODY + 1)},
    )
    assert (response.status_code, words in response.text.replace('": ', '":')) == (status, True)


@pytest.mark.parametrize("size", [LARGEST_REQUEST + 1, LARGEST_BODY + 1])
def test_tencent_cloud_takes_10_mb(cloud, size):
    body = b" " * size
    assert cloud.refusal(body, cloud.headers("ListFunctions", body)) == "RequestSizeLimitExceeded"


@pytest.mark.parametrize(
    "path", ["/phone/v1/nothing", "/phone//v1/phones", "/emulator/v1/nothing", "/emulator/v1//clock"]
)
def test_an_unknown_path_of_ours_is_not_found_in_json(http, path):
    response = http.get(path)
    assert response.status_code == 404
    assert response.json["error"]["status"] == 404
