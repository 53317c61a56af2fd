"""CloudBase's and Tencent Cloud's paths as the OpenAPI document lists them."""

from __future__ import annotations

from typing import Any

from wxemu.core.http.openapi import of_cloudbase, preflight


def cloudbase_paths() -> dict[str, Any]:
    """Each path with its methods; what is asked and answered has the form of the client."""
    admin = of_cloudbase("wx-server-sdk 0.8 to 4, node-sdk: cloud calls, functions, open data")
    return {"/admin": _refused() | {"post": admin}} | _web_app_paths() | _tencent_cloud_paths()


def _refused(*places: str) -> dict[str, Any]:
    """What a path refuses, by the methods that such a document knows."""
    refused = of_cloudbase("Not emulated: refused in the client's own form", places)
    return dict.fromkeys(("get", "post", "put", "patch", "delete", "trace"), refused)


def _web_app_paths() -> dict[str, Any]:
    get, post = "get", "post"
    of_rest = _refused("rest") | {"options": preflight(("rest",))}
    asked = ("get", "post", "put", "patch", "delete", "options")
    return {
        "/web": {
            **_refused(),
            post: of_cloudbase("js-sdk 1.x and 2.x, CLOUD_API of 3.x: functions and anonymous login"),
            "options": preflight(),
        },
        "/http/{place}": dict.fromkeys(asked, of_cloudbase("HTTP access: ENV/PATH, a function's there", ("place",))),
        "/v1/functions/{name}": {post: of_cloudbase("The HTTP API of functions, GATEWAY of js-sdk 3.x", ("name",))},
        "/v1/{rest}": of_rest,
        "/auth/v1/signin/anonymously": {post: of_cloudbase("Log in as the anonymous user of a device")},
        "/auth/v1/token": {post: of_cloudbase("A new access token for a refresh token")},
        "/auth/v1/user/me": {get: of_cloudbase("Who is logged in")},
        "/auth/v1/revoke": {post: of_cloudbase("End the login of an access token")},
        "/auth/v1/user/signout": {post: of_cloudbase("End one's login")},
        "/auth/v1/{rest}": of_rest,
    }


def _tencent_cloud_paths() -> dict[str, Any]:
    front = of_cloudbase(
        "COS's temporary bucket: unfinished uploads (?uploads), always none; for a browser the console"
    )
    front["responses"]["default"]["content"]["text/html"] = {}
    day_and_path = ("year", "month", "day", "objectPath")
    return {
        "/": {
            "get": front,
            "post": of_cloudbase("Tencent Cloud's API with X-TC-Action: SCF and tcb, as SDKs and the CLI use them"),
        },
        "/{year}-{month}-{day}/{objectPath}": {
            "put": of_cloudbase("COS's temporary bucket: a function's code, whole or in parts", day_and_path),
            "post": of_cloudbase("COS's temporary bucket: begin and end an upload in parts", day_and_path),
        },
    }
