"""The product's own client, of an emulator in this process instead of one behind a port."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter

from wxemu.client.remote import Remote
from wxemu.client.testing import Emulator, Phone

if TYPE_CHECKING:
    from flask.testing import FlaskClient

URL = "http://localhost"


class InProcess(BaseAdapter):
    """Hands what `requests` would send over a socket to the application, and its answer back."""

    def __init__(self, http: FlaskClient) -> None:
        super().__init__()
        self.http = http

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answered = self.http.open(
            request.path_url, method=request.method, data=request.body, headers=dict(request.headers)
        )
        response = requests.Response()
        response.request, response.url, response.status_code = request, request.url or "", answered.status_code
        response.headers.update(answered.headers)
        response.raw = BytesIO(answered.data)
        return response

    def close(self) -> None:
        pass


def emulator_of(http: FlaskClient, **headers: str) -> Emulator:
    """The emulator that a client of Flask's speaks to; with these headers, whatever is asked of it."""
    remote = Remote(URL)
    remote._session.mount(URL, InProcess(http))
    remote._session.headers.update(headers)
    return Emulator(URL, remote)


class HeldPhone(Phone):
    """The product's phone, of which tests also want what `fail` gets, member by member."""

    def do(self, operation: str, /, **members: object) -> dict[str, Any]:
        """What `success` or `fail` would get."""
        return self.emulator.ask("POST", f"/phone/v1/phones/{self.phone_id}/{operation}", members)

    def confirm(self, challenge: str = "order-1", **members: object) -> dict[str, Any]:
        asked = {"requestAuthModes": ["fingerPrint", "facial"], "challenge": challenge, "authContent": "pay", **members}
        return self.do("startSoterAuthentication", **asked)

    @property
    def state(self) -> dict[str, Any]:
        return self.emulator.ask("GET", f"/phone/v1/phones/{self.phone_id}")
