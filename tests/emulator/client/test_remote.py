"""What the client sends is what JSON can spell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from wxemu.client.remote import Remote

if TYPE_CHECKING:
    from requests import PreparedRequest

ANSWER = b'{"ok": true}'


@pytest.fixture
def sent(monkeypatch):
    """The bodies that go over the wire."""
    bodies: list[bytes] = []

    def send(_adapter: object, prepared: PreparedRequest, **_: object) -> requests.Response:
        assert isinstance(prepared.body, bytes)
        bodies.append(prepared.body)
        answer = requests.Response()
        answer.status_code, answer._content = 200, ANSWER
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return bodies


def test_a_lone_surrogate_is_sent_as_json_spells_it(sent):
    event = {"text": "a\ud800b \U0001f600"}
    Remote("http://127.0.0.1:1").ask("POST", "/", {"event": event})
    (body,) = sent
    assert json.loads(body.decode()) == {"event": event}
