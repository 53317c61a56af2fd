"""Which emulator a command means, in a folder of one project while another project's emulator runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

PROJECT = Path(__file__).parents[2]
WXEMU = (sys.executable, "-P", "-m", "wxemu")
BY_DEFAULT = """
import sys
from wxemu.cli import main
command = main.get_command(None, sys.argv[2])
next(option for option in command.params if option.name == "url").default = sys.argv[1]
command(sys.argv[3:])
"""  # as if the emulator ran on the default port, which the tests leave alone


@pytest.fixture
def ours(write_project):
    """A project that is not the one of the emulator."""
    return write_project("envId: env-demo\nfunctions: []\n")


def type_in(folder, *command, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WXEMU")}
    environ = {**kept, **variables}
    return subprocess.run(command, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=120)


def by_default(emulator, folder, *line):
    """Type in a command that names no emulator."""
    return type_in(folder, sys.executable, "-c", BY_DEFAULT, emulator.url, *line)


def test_logs_and_invoke_tell_of_another_project_s_emulator(emulator, ours):
    told = f"wxemu: the emulator at {emulator.url} has the functions of {PROJECT}, not those of {ours}\n"

    for line in (("logs",), ("invoke", "login")):
        assert by_default(emulator, ours, *line).stderr.startswith(told)
        assert "not those of" not in by_default(emulator, PROJECT / "docs", *line).stderr


def test_another_project_s_emulator_is_not_used_silently(emulator, ours):
    (ours / "below").mkdir()
    echo = ("exec", "sh", "-c", "echo $WXEMU_URL")
    done, at_home = (by_default(emulator, folder, *echo) for folder in (ours / "below", PROJECT / "docs"))

    assert done.stdout.strip() not in ("", emulator.url)
    assert f"wxemu: an emulator of its own, with the functions of {ours}; " in done.stderr
    assert f"; the one at {emulator.url} has the functions of {PROJECT} (--url {emulator.url} uses it" in done.stderr
    assert at_home.stdout.strip() == emulator.url
    assert at_home.stderr == f"wxemu: the emulator at {emulator.url}, with the functions of {PROJECT}\n"


def test_another_project_s_emulator_that_is_named_is_used_and_told(emulator, ours):
    done = type_in(ours, *WXEMU, "exec", "--", "sh", "-c", "echo $WXEMU_URL", WXEMU_URL=emulator.url)

    assert done.stdout.strip() == emulator.url
    told = f"wxemu: the emulator at {emulator.url}, with the functions of {PROJECT}, not those of {ours}\n"
    assert done.stderr == told


def test_doctor_sees_that_an_emulator_has_another_project(emulator, ours):
    done = type_in(ours, *WXEMU, "doctor", WXEMU_URL=emulator.url)

    assert f"emulator's project: it has the functions of {PROJECT}, not those of {ours}" in done.stdout
