"""Whose pytest a shell finds: one whose Python has no wxemu loads no fixtures of ours, and says nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from wxemu.client.doctor import running
from wxemu.client.pytest_found import find_foreign


@pytest.fixture
def install_pytest(tmp_path):
    """Put a command pytest with this first line into a folder; the value of PATH."""

    def install(first_line):
        (tmp_path / "bin").mkdir()
        command = tmp_path / "bin/pytest"
        command.write_text(f"{first_line}\n")
        command.chmod(0o755)
        return str(tmp_path / "bin")

    return install


@pytest.fixture
def other_python(tmp_path):
    """The Python of an environment in which nothing is installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    return tmp_path / "other/bin/python"


def test_one_of_another_environment_without_wxemu_is_a_hint_of_the_doctor(install_pytest, other_python):
    path = install_pytest(f"#!{other_python}")
    (found,) = [finding for finding in running.examine_machine({"PATH": path}) if finding.level == "hint"]

    assert str(found.name) == "pytest"
    assert str(found.found).startswith(f"{path}/pytest belongs to {other_python}, which has no wxemu")
    assert str(found.advice).startswith(f"{other_python} -m pip install wxemu")


def test_one_of_another_environment_with_a_wxemu_of_its_own_is_none(install_pytest, other_python):
    (packages,) = other_python.parents[1].glob("lib/python*/site-packages")
    (packages / "wxemu-0.1.dist-info").mkdir()
    (packages / "wxemu-0.1.dist-info/METADATA").write_text("Name: wxemu\nVersion: 0.1\n")

    assert find_foreign(path=install_pytest(f"#!{other_python}")) is None


@pytest.mark.parametrize(
    "first_line",
    [
        f"#!{sys.executable}",
        "#!/usr/bin/env python3",
        "#!/bin/sh",
        "#!/nowhere/python3",
        "\x7fELF",
        "#!/bin/false/python",
    ],
)
def test_one_of_our_own_environment_or_of_one_that_is_not_known_is_none(install_pytest, first_line):
    assert find_foreign(path=install_pytest(first_line)) is None


def test_no_pytest_is_none(tmp_path):
    assert find_foreign(path=f"{tmp_path}{os.pathsep}") is None
