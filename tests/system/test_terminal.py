"""What comes from outside cannot command the terminal of whoever looks at it, nor forge a line there."""

from __future__ import annotations

import json
import re
from functools import partial
from urllib.parse import quote

import pytest

from wxemu.client.remote import RemoteError

pytestmark = pytest.mark.slow  # an emulator of its own, and several commands

COMMANDS = (
    "\x1b]52;c;Y3VybA==\x07"  # writes to the clipboard
    "\x1b[2J\x9b1A\r\b\x7f"  # clear, up, back
    "\u202egnp.exe\u2066\u200f\u2028"  # other directions, another line
)
FORGED = "2026-01-01T00:00:00Z forged"
EVIL = f"a{COMMANDS}\n{FORGED}\nz"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
CODE = """
def main(event, context):
    print(event["text"])
    if event.get("fails"):
        raise ValueError(event["text"])
    return event
"""
PROJECT = "envId: env-demo\nfunctions:\n  - {name: ask, runtime: Python3.11}\n"


@pytest.fixture(scope="module")
def running(start_for_module, write_project):
    return start_for_module(project=write_project(PROJECT, ask=CODE))


@pytest.fixture
def wxemu(wxemu, running):
    return partial(wxemu, of=running)


@pytest.fixture(scope="module")
def asked(running):
    """Strangers ask for what nobody has, by names of theirs; a function says what they said."""
    remote = running.remote
    remote.send("POST", f"/cgi-bin/{quote(EVIL)}?x={quote(EVIL)}", {"openid": EVIL})
    remote.send("POST", "/admin", {"action": EVIL})
    remote.send("POST", "/web?env=env-demo", {"action": EVIL})
    appid = running.app.appid
    remote.ask("POST", f"/emulator/v1/apps/{appid}/users", {"openid": EVIL})
    for fails in (True, False):
        event = {"text": EVIL, "fails": fails}
        remote.ask("POST", "/emulator/v1/functions/ask/invocations", {"event": event})


SHOWN = [
    ("requests",),
    ("requests", "--json"),
    ("requests", "show", "{rid}"),
    ("requests", "replay", "{rid}"),
    ("explain", "{rid}"),
    ("logs",),
    ("logs", "--json"),
    ("invoke", "ask", "--data", json.dumps({"text": EVIL})),
    ("invoke", "ask", "--json", "--data", json.dumps({"text": EVIL})),
    ("invoke", "ask", "--data", json.dumps({"text": EVIL, "fails": True})),
    ("invoke", EVIL),
    ("user", "list"),
    ("phone", "new", "--openid", EVIL, "--json"),
    ("explain", EVIL),
    ("state", "export", "-"),
]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("command", SHOWN, ids=lambda command: command[0])
def test_nothing_is_printed_that_a_terminal_obeys(running, wxemu, command):
    (latest,) = running.remote.ask("GET", "/emulator/v1/exchanges?limit=1&face=wechat")["exchanges"]
    told = wxemu(*(part.replace("{rid}", latest["rid"]) for part in command))
    assert told.stdout + told.stderr
    assert OBEYED.findall(told.stdout + told.stderr) == []


@pytest.mark.usefixtures("asked")
def test_what_was_there_is_shown_all_the_same(wxemu):
    assert r"\x1b]52;c;Y3VybA==\x07\x1b[2J\x9b1A\x0d\x08\x7f\u202egnp.exe" in wxemu("logs").stdout
    assert r"\x1b]52;c;Y3VybA==" in wxemu("requests").stdout


@pytest.mark.usefixtures("asked")
def test_each_line_of_requests_is_of_one_request(wxemu):
    lines = wxemu("requests").stdout.splitlines()
    assert [line for line in lines if line.startswith(FORGED)] == []
    assert all(line.endswith("ms") for line in lines)


@pytest.mark.usefixtures("asked")
def test_json_means_what_was_there(wxemu, running):
    users = json.loads(wxemu("user", "list", "--json").stdout)["users"]
    assert EVIL in [user["openid"] for user in users]
    invoked = wxemu("invoke", "ask", "--json", "--data", json.dumps({"text": EVIL}))
    assert json.loads(json.loads(invoked.stdout)["RetMsg"])["text"] == EVIL


def test_a_line_of_the_emulator_s_own_log_begins_with_its_name_and_nothing_else_does(start, tmp_path):
    folder = tmp_path / "a\x1b[2J\u202e\nwxemu: forged"
    folder.mkdir()
    running = start(project=folder)
    _, said = running.stop()
    assert "has no cloudbaserc.yaml" in said
    assert r"a\x1b[2J\u202e" in said
    assert OBEYED.findall(said) == []
    assert [line for line in said.splitlines() if line.startswith("wxemu: forged")] == []


def test_the_emulator_s_own_log_tells_no_secret(start, tmp_path):
    folder = tmp_path / "local-secret-key"
    folder.mkdir()
    (folder / "cloudbaserc.yaml").write_text("envId: env-demo\nfunctions: []\n")
    running = start(project=folder)
    (folder / "cloudbaserc.yaml").write_text("broken: [")
    with pytest.raises(RemoteError, match=r"cloudbaserc.yaml"):
        running.remote.ask("POST", "/emulator/v1/functions/ask/invocations", {"event": {}})
    _, said = running.stop()
    assert "/***/cloudbaserc.yaml" in said
    assert "local-secret-key" not in said
