"""The product's own client, of an emulator in this process instead of one behind a port."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from wxemu.client.remote import Remote
from wxemu.client.testing import Emulator, Phone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.testing import FlaskClient

URL = "http://localhost"


class _Answer(BytesIO):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(body)
        self.status = status


class InProcess:
    """Hands what would go over a socket to the application, and its answer back."""

    def __init__(self, http: FlaskClient, headers: Mapping[str, str]) -> None:
        self.http, self.headers = http, headers

    @contextmanager
    def ask(self, method: str, path: str, body: bytes) -> Iterator[_Answer]:
        answered = self.http.open(path, method=method, data=body or None, headers=self.headers)
        yield _Answer(answered.status_code, answered.data)


def emulator_of(http: FlaskClient, **headers: str) -> Emulator:
    """The emulator that a client of Flask's speaks to; with these headers, whatever is asked of it."""
    remote = Remote(URL)
    vars(remote)["_wire"] = InProcess(http, headers)
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
