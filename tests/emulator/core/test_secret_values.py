"""Every secret of the state is struck out of what is shown: by its value, in whatever spelling, wherever it stands."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from functools import partial
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.http.access import Access

TOKEN = "a-control+token/of.the~tests"
SESSION_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SPEAK = """
import json

def main(event, context):
    print("the", event["secret"], "is", json.dumps(json.dumps(event)))
    return event
"""


def lower_hex(text):
    return re.sub("%..", lambda found: found[0].lower(), quote(text, safe=""))


def as_every_character(form):
    return lambda text: "".join(form.format(ord(character)) for character in text)


SPELLINGS = {
    "as it is": str,
    "in quotes": repr,
    "in a word": lambda text: f"x{text}x",
    "percent-encoded": partial(quote, safe=""),
    "percent-encoded in lower case": lower_hex,
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "every character percent-encoded": as_every_character("%{:02x}"),
    "JSON": json.dumps,
    "JSON as PHP writes it": lambda text: json.dumps(text).replace("/", r"\/"),
    "JSON as Gson writes it": lambda text: json.dumps(text).replace("=", r"\u003d").replace("+", r"\u002B"),
    "JSON in JSON in JSON": lambda text: json.dumps(json.dumps({"a": json.dumps(text).replace("/", r"\/")})),
    "JSON in a query": lambda text: quote(json.dumps(text).replace("/", r"\/")),
    "escapes of Python": as_every_character("\\x{:02x}"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of more, for URLs": lambda text: base64.urlsafe_b64encode(f"a:{text}".encode() + b"\xff\xfe").decode(),
    "base64 with text before it": lambda text: f"path/of{base64.b64encode(text.encode()).decode()}",
    "XML": lambda text: html.escape(text).replace("=", "&#61;").replace("/", "&#x2F;").replace("+", "&#x2b;"),
}


@pytest.fixture
def project(project_of):
    return project_of(SPEAK)


@pytest.fixture
def http(world, serve, project):
    return serve(world, project, Access(control_token=TOKEN))


@pytest.fixture
def latest_rid(http):
    def find():
        answered = http.get("/emulator/v1/exchanges?limit=1", headers={"Authorization": f"Bearer {TOKEN}"})
        return answered.json["exchanges"][0]["rid"]

    return find


@pytest.fixture
def shown(http, latest_rid):
    """All that our own interfaces show of what came from outside; the exchanges of ``rids``, or the latest, in full."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    def get(path):
        answered = http.get(path, headers=bearer)
        assert answered.status_code == 200
        return answered.text

    def show(*rids):
        pages = ("/overview", "/requests", "/functions/ask", "/faults")
        control = ("exchanges?limit=1000", "logs?limit=100", "faults")
        told = [*pages, *(f"/emulator/v1/{path}" for path in control)]
        for rid in rids or [latest_rid()]:
            told += [f"/requests/{rid}", f"/emulator/v1/exchanges/{rid}", f"/emulator/v1/exchanges/{rid}/explanation"]
        return "\n".join(map(get, told))

    return show


@pytest.fixture
def secrets(tenant, wechat, grant, web_app):
    """One of each kind; Alice's session_key is of the seed."""
    login = web_app.log_in()
    return {
        "secret": tenant.secret,
        "secret_key": tenant.secret_key,
        "session_key": SESSION_KEY,
        "access_token": wechat.access_token,
        "wx_api_token": grant(),
        "refresh_token": login["refresh_token"],
        "access token of a web user": login["access_token"],
        "control token": TOKEN,
    }


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_secret_is_shown(http, secrets, shown, latest_rid, spelling):
    rids = []
    spelt = {name: SPELLINGS[spelling](secret) for name, secret in secrets.items()}
    for name, text in spelt.items():
        http.post(f"/cgi-bin/{quote(text, safe='%')}?x={quote(text, safe='%')}", headers={"User-Agent": text})
        http.post("/cgi-bin/soter/verify_signature", data=text.join((f"before-{name} ", " after")))
        http.post("/admin", data=json.dumps({"action": f"is {text}"}))
        rids.append(latest_rid())
    told = shown(*rids)
    for name, text in spelt.items():
        assert f"before-{name} " in told
        assert text.strip("\"'x") not in told, name
        assert secrets[name] not in told, name


def test_neither_does_a_function_s_log_or_a_fault_tell_one(http, secrets, shown):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    for name, secret in secrets.items():
        invoked = http.post(
            "/emulator/v1/functions/ask/invocations", json={"event": {"secret": secret}}, headers=bearer
        ).json
        assert invoked["result"] == {"secret": secret}  # the answer to who has called it
        assert secret not in invoked["log"] + invoked["scfResult"]["Log"], name
        fault = {"api": "wxa.checksession", "reply": {"errmsg": secret}, "times": 1}
        assert secret not in http.post("/emulator/v1/faults", json=fault, headers=bearer).text
        told = shown()
        assert "START RequestId" in told
        assert secret not in told, name
        assert json.dumps(json.dumps(secret))[1:-1] not in told, name


def test_what_is_no_secret_stays(http, shown, secrets):
    assert secrets
    http.post("/cgi-bin/soter/verify_signature", data='{"openid": "oAlice", "json_string": "a%2Fb &amp; c", "n": 12}')
    told = shown()
    assert r"{\"openid\": \"oAlice\", \"json_string\": \"a%2Fb &amp; c\", \"n\": 12}" in told


def test_a_number_that_is_a_secret_is_struck_out_as_well(world):
    world.secret_values.add("1234567890")
    shown = world.secret_values.strike_out({"a": [1234567890, 123], "1234567890": True})
    assert shown == {"a": ["***", 123], "***": True}


def test_what_is_too_short_to_be_told_from_other_text_stays(world):
    world.secret_values.add("token")
    assert world.secret_values.strike_out("a token") == "a token"


def test_a_secret_is_known_as_soon_as_it_is_there(world, wechat):
    token = wechat.access_token
    assert world.secret_values.strike_out(f"<{token}>") == "<***>"


def test_a_secret_that_has_ended_is_still_struck_out(world, wechat):
    token = wechat.access_token
    assert world.secret_values.strike_out(token) == "***"
    world.store.run("DELETE FROM tokens")
    assert world.secret_values.strike_out(f"<{token}>") == "<***>"


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_in_base64_wherever_it_begins(world, before, after):
    encoded = base64.b64encode(before + SESSION_KEY.encode() + after).decode()
    struck = world.secret_values.strike_out(f"Basic {encoded}")
    head, _, tail = struck.removeprefix("Basic ").partition("***")
    assert encoded.startswith(head)
    assert encoded.endswith(tail)
    assert len(head) <= (len(before) + 2) // 3 * 4
    assert len(head) + len(tail) <= len(encoded) - len(SESSION_KEY) * 4 // 3


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_whatever_stands_around_it(world, before, after):
    struck = world.secret_values.strike_out(f"{before}{SESSION_KEY}{after}")
    assert SESSION_KEY not in struck
    assert struck.startswith(before)
    assert struck.endswith(after)


def test_ten_thousand_secrets_take_no_longer_than_a_few(world):
    def seconds():
        world.secret_values.strike_out("")  # they are read
        began = time.perf_counter()
        world.secret_values.strike_out(text)
        return time.perf_counter() - began

    text = json.dumps({"errmsg": "invalid signature " * 10, "path": "a%2Fb"}) * 1000
    few = seconds()
    world.store.add("tokens", ((f"{number:05}{'s' * 40}", "wx", "plain", 0, 0, None) for number in range(10_000)))
    assert seconds() < 10 * few + 0.5
