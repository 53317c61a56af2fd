"""The commands and programs that the console shows run as they are printed."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from wxemu.client.testing import Clock

WXCLOUD = Path(__file__).parents[2] / "functions/_shared"
SHELL = ("Python · wxcloud", "wx-server-sdk · Node.js", "wechatpy, EasyWeChat, WxJava, ...", "curl")
NODE = ("@cloudbase/node-sdk", "@cloudbase/js-sdk")
TCB = "tcb · @cloudbase/cli"
"""``test_cli.py`` runs its commands."""
PRINTED = {
    "Python · wxcloud": "'isOk': True",
    "wx-server-sdk · Node.js": "isOk: true",
    "wechatpy, EasyWeChat, WxJava, ...": "alive",
    "curl": '"access_token":',
    "@cloudbase/node-sdk": "errCode",
    "@cloudbase/js-sdk": "errCode",
}
CODE = re.compile(r'<div class="code"><pre[^>]*aria-label="([^"]*)"[^>]*><code>(.*?)</code></pre>', re.DOTALL)


@pytest.fixture(scope="module")
def snippets(emulator):
    """What a page shows to copy, by its label."""

    def read(path):
        page = requests.get(f"{emulator.url}{path}", timeout=20).text
        return {html.unescape(label): html.unescape(text) for label, text in CODE.findall(page)}

    return read


@pytest.fixture
def run(tmp_path, node_modules):
    """Run a program in an empty folder: what it prints."""
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    variables = {**os.environ, "PATH": os.pathsep.join(paths), "NODE_PATH": str(node_modules), "HOME": str(tmp_path)}
    variables["PYTHONPATH"] = str(WXCLOUD)  # where `pip install wxcloud` has not put it

    def run_one(*command, **more):
        environment = {name: value for name, value in variables.items() if not name.startswith("WXEMU_")} | more
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_one


def test_every_client_of_the_first_page_is_tried_here(snippets):
    assert set(snippets("/")) - {"Lines to copy"} == {*PRINTED, TCB}


@pytest.mark.parametrize("client", SHELL)
def test_a_client_s_commands_reach_the_emulator(snippets, run, client):
    assert PRINTED[client] in run("sh", "-ec", snippets("/")[client])


@pytest.mark.parametrize("client", NODE)
def test_a_client_s_program_calls_a_function(snippets, run, emulator, client):
    assert shutil.which("node")
    assert PRINTED[client] in run("node", "-e", snippets("/")[client], **emulator.environment())


def test_commands_that_pages_show_do_what_they_say(snippets, run, emulator):
    user = emulator.app.new_user().openid
    (lines,) = snippets(f"/users/{emulator.app.appid}/{user}").values()
    run("sh", "-ec", lines)
    (phone,) = [phone for phone in emulator.ask("GET", "/phone/v1/phones")["phones"] if phone["openid"] == user]
    pages = [f"/phones/{phone['phoneId']}", "/faults", "/state", "/clock"]
    commands = [text for page in pages for text in snippets(page).values() if "wxemu" in text]
    assert len(commands) >= 5  # of the phone two
    try:
        for text in commands:
            run("sh", "-ec", text)
    finally:  # a fault, and a clock that has moved, which other tests would meet
        emulator.ask("DELETE", "/emulator/v1/faults")
        Clock(emulator).release()
    assert emulator.ask("GET", f"/phone/v1/phones/{phone['phoneId']}")["counter"] > phone["counter"]


def test_lines_of_empty_pages_fill_them(snippets, run, emulator):
    emulator.ask("POST", "/emulator/v1/state/reset", {"to": "seed"})
    for path in ("/", "/phones", "/users"):
        for label, text in snippets(path).items():
            if label == "Lines to copy":
                run("sh", "-ec", text)
    assert emulator.ask("GET", "/phone/v1/phones")["phones"] != []
