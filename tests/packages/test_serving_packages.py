"""The emulator runs packages as the cloud does: a Python of the runtime, and nothing but the package to import."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from wxemu.client.remote import Remote
from wxemu.scf.project import load_project
from wxemu.scf.runtime import Identity, Runtime, interpreters

WHAT_IS_THERE = """\
import importlib.util, sys

def main(event, context):
    there = [name for name in event if importlib.util.find_spec(name)]
    return {"version": "Python%d.%d" % sys.version_info[:2], "there": there, "exits": callable(exit)}
"""
USER = Identity(appid="wx1234567890abcdef", env="env-small", openid="oUser")
RUNTIMES = ("Python3.9", "Python3.10", "Python3.11")


@pytest.fixture(autouse=True)
def _fresh():
    """What was found before does not count."""
    for remembered in (interpreters.find, interpreters.choose_bare):
        remembered.cache_clear()
    yield
    for remembered in (interpreters.find, interpreters.choose_bare):
        remembered.cache_clear()


@contextmanager
def runtime(**options):
    running = Runtime(variables=lambda _appid: {}, new_request_id=lambda: "req-1", **options)
    try:
        yield running
    finally:
        running.close()


@contextmanager
def emulator(project, *options):
    command = [sys.executable, "-m", "wxemu", "start", "--project", str(project.directory), "--port", "0"]
    command += ["--state", ":memory:", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        yield Remote(json.loads(line)["url"]) if line else process.stderr.read()
        process.terminate()


def invoke(remote, event):
    return remote.ask("POST", "/emulator/v1/functions/hello/invocations", {"event": event})["result"]


def packaged(project):
    project.package()
    return load_project(project.directory, {}, packaged=project.output)


def test_a_project_can_have_its_code_in_packages(project):
    spec = packaged(project).functions["hello"]

    assert spec.directory == project.output.resolve() / "functions/hello"
    assert spec.shared is None
    assert spec.openapi_permissions == {"soter.verifySignature"}


def test_a_function_without_a_package_is_told(project):
    packaged(project)
    project.write("functions/other/index.py", "")
    project.write("cloudbaserc.yaml", "envId: e\nfunctions: [{name: other, runtime: Python3.6}]\n")

    problem = load_project(project.directory, {}, packaged=project.output).functions["other"].problem
    assert str(problem).endswith("expected the package functions/other, found none; make it: wxemu package")


@pytest.mark.parametrize(("is_bare", "there"), [(False, ["json", "flask"]), (True, ["json"])])
def test_a_bare_python_has_no_packages_of_this_environment(project, is_bare, there):
    project.write("functions/hello/index.py", WHAT_IS_THERE)
    spec = packaged(project).functions["hello"]
    with runtime(is_bare=is_bare) as running:
        done = running.invoke(spec, ["json", "flask", "nothing_of_this_name"], USER)

    assert done.failure is None
    assert done.result["there"] == there
    assert done.result["exits"]


@pytest.mark.parametrize("name", RUNTIMES)
def test_each_function_runs_on_the_python_of_its_runtime(project, python_of, name):
    python_of(name)
    project.write("functions/hello/index.py", WHAT_IS_THERE)
    project.declare(runtime=name)
    spec = packaged(project).functions["hello"]
    with runtime(is_bare=True) as running:
        assert running.invoke(spec, [], USER).result["version"] == name


def test_where_there_is_no_python_of_a_runtime_this_one_stands_in_and_that_is_said_once(project, caplog):
    project.write("functions/hello/index.py", WHAT_IS_THERE)
    project.declare(runtime="Python3.6")
    spec = packaged(project).functions["hello"]
    present = "Python{}.{}".format(*sys.version_info)
    with caplog.at_level(logging.WARNING), runtime(is_bare=True) as running:
        versions = {running.invoke(spec, ["flask"], USER).result["version"] for _ in range(2)}

    assert versions == {present}
    told = [record.getMessage() for record in caplog.records if record.name == interpreters.__name__]
    assert told == [f"there is no Python3.6 here that runs; {present} runs its functions instead"]


@pytest.mark.parametrize("says", ["exit 127", "echo Python3.98", "echo"])
def test_a_command_that_is_not_what_its_name_says_is_passed_over(tmp_path, monkeypatch, says):
    for folder, script in (("first", says), ("second", "echo Python3.99")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "python3.99").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / folder / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'first'}{os.pathsep}{tmp_path / 'second'}")

    assert interpreters.find("Python3.99") == str(tmp_path / "second/python3.99")


def test_wxemu_serves_packages_and_fills_templates_from_the_project_s_own_env(project):
    project.declare(defaults='{envVariables: {GREETING: "{{env.GREETING}}"}}')
    project.write(".env", "GREETING=good day\n")
    code = "import importlib.util, os\ndef main(event, context):\n"
    code += "    return [os.environ['GREETING'], importlib.util.find_spec('flask') is None, 'packaged']\n"
    project.write("functions/hello/index.py", code)
    project.package()
    project.write("functions/hello/index.py", code.replace("packaged", "changed since"))

    with emulator(project, "--packages", str(project.output)) as remote:
        assert invoke(remote, {}) == ["good day", True, "packaged"]
    with emulator(project) as remote:
        assert invoke(remote, {}) == ["good day", False, "changed since"]


def test_wxemu_tells_at_once_that_a_package_is_missing(project, tmp_path):
    (tmp_path / "empty").mkdir()
    with emulator(project, "--packages", str(tmp_path / "empty")) as remote:
        (function,) = remote.ask("GET", "/emulator/v1/functions")["functions"]
        assert "expected the package functions/hello, found none; make it: wxemu package" in function["problem"]
