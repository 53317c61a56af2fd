"""A web app, as its SDK writes to the emulator: the HTTP API, the login before it, and the older /web."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@dataclass(frozen=True)
class WebApp:
    """A web app on one device."""

    http: FlaskClient
    env: str = "env-demo"
    device_id: str = "device-of-alice-1"

    def auth(self, path: str, body: Any = None, token: str | None = None, **options: Any) -> TestResponse:
        """A POST to /auth/v1, labelled as js-sdk labels it."""
        headers = {"Content-Type": "text/plain;charset=UTF-8", "X-Device-Id": self.device_id, **_bearer(token)}
        query = {"client_id": self.env}
        return self.http.post(
            f"/auth/v1{path}", **{"json": body or {}, "headers": headers, "query_string": query, **options}
        )

    def log_in(self) -> dict[str, Any]:
        response = self.auth("/signin/anonymously")
        assert response.status_code == 200, response.text
        return response.json

    def user(self, token: str | None) -> TestResponse:
        return self.http.get("/auth/v1/user/me", headers=_bearer(token))

    def invoke(self, name: str, event: Any = None, token: str | None = None, **options: Any) -> TestResponse:
        """callFunction by GATEWAY, or by the documented HTTP API."""
        return self.http.post(f"/v1/functions/{name}", **{"json": event or {}, "headers": _bearer(token), **options})

    def ask(self, token: str, question: str, **data: Any) -> TestResponse:
        return self.invoke("ask", {"ask": question, **data}, token)

    def cloud_api(self, action: str, query: str = "", /, **members: Any) -> dict[str, Any]:
        """An action by CLOUD_API: that it is HTTP 200 and a JSON object is checked already."""
        body = {"action": action, "dataVersion": "2020-01-10", "env": self.env, **members}
        response = self.http.post(f"/web?env={self.env}{query}", json=body)
        assert response.status_code == 200
        assert isinstance(response.json, dict)
        return response.json


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
