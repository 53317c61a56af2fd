"""docs/deploy.md says what the commands do: their options exist, its snippets run, its answers are the functions'."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from wxemu.cli import main

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs/deploy.md").read_text(encoding="utf-8")
SHELL = "".join(re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", ["package", "deploy"])
def test_every_option_on_the_page_is_one_of_the_command(name):
    shown = subprocess.run(
        [sys.executable, "-m", "wxemu", name, "--help"], capture_output=True, text=True, check=True
    ).stdout
    used = {
        option for line in re.findall(rf"wxemu {name}\b([^`\n]*)", PAGE) for option in re.findall(r"--[\w-]+", line)
    }

    assert used
    assert {option for option in used if option not in shown} == set()
    assert f'bin/wxemu" {name} ' in (PROJECT / "scripts" / name).read_text(encoding="utf-8")
    assert "Examples:" in shown


def test_every_wxemu_command_on_the_page_is_one():
    for line in re.findall(r"wxemu ([^#`\n]+)", SHELL.replace("wxemu exec -- ", "")):
        name, *arguments = line.split()
        command = main.get_command(click.Context(main), name)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= known


def test_every_script_on_the_page_is_there():
    scripts = set(re.findall(r"\./scripts/\w+", PAGE))

    assert scripts >= {"./scripts/setup", "./scripts/package", "./scripts/deploy"}
    assert [script for script in scripts if not (PROJECT / script).is_file()] == []


def test_every_variable_on_the_page_is_a_setting_of_the_functions():
    settings = (PROJECT / "functions/_shared/wxcloud/settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r"WX_[A-Z_]+", PAGE))

    assert named >= {"WX_APPID", "WX_SECRET"}
    assert {name for name in named if f'"{name}"' not in settings} == set()


def test_the_bodies_of_the_permission_upload_are_json_as_wechat_wants_it():
    snippets = re.findall(r"python3 -c '\n(.*?)\n'", SHELL, re.DOTALL)
    environ = {"WX_APPID": "wx1234567890abcdef", "WX_SECRET": "0123456789abcdef0123456789abcdef"}
    run = [
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environ, capture_output=True, check=True).stdout
        for code in snippets
    ]
    token, permission = map(json.loads, run)

    assert token == {"grant_type": "client_credential", "appid": environ["WX_APPID"], "secret": environ["WX_SECRET"]}
    assert (permission["type"], permission["function_name"]) == (1, "verifySignature")
    assert json.loads(permission["config"]) == {"permissions": {"openapi": ["soter.verifySignature"]}}


def test_the_version_of_the_cli_is_the_one_that_is_asked_for():
    tcb = (PROJECT / "emulator/wxemu/deploy/tcb.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^VERSION: Final = "(.+)"$', tcb, re.MULTILINE)

    assert set(re.findall(r"\d+\.\d+\.\d+", PAGE)) == {version}
