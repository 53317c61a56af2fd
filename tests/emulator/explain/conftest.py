"""A mini program's server that makes mistakes, and what is told of them."""

import json
from urllib.parse import quote

import pytest
from classic_mistakes import Server


@pytest.fixture
def server(http):
    return Server(lambda method, path, body: json.loads(http.open(path, method=method, data=body).data))


@pytest.fixture
def explain(http):
    """The explanation of the exchange that a rid, an errmsg or a request id names; the latest one's without."""

    def of(rid=None, lang="en"):
        latest = http.get("/emulator/v1/exchanges?limit=1").json["exchanges"][0]["rid"]
        response = http.get(f"/emulator/v1/exchanges/{quote(rid or latest, safe='')}/explanation?lang={lang}")
        assert response.status_code == 200, response.text
        return response.json

    return of
