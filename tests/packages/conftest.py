"""`wxemu package` at work: on a small project of the test's own, and on this one."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from stand_in_tcb import APPID, SECRET, Tcb

from wxemu.scf.runtime.interpreters import find

if TYPE_CHECKING:
    from types import ModuleType

PROJECT = Path(__file__).parents[2]
RUNTIME = "Python{}.{}".format(*sys.version_info)


def load(file: Path) -> ModuleType:
    """A module by its path: the tests of the functions are no package."""
    spec = importlib.util.spec_from_file_location(f"functions_{file.stem}", file)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_functions = load(PROJECT / "tests/functions/conftest.py")
wechat, environ = _functions.wechat, _functions.environ
mini_program, server_call, web_call = _functions.mini_program, _functions.server_call, _functions.web_call


class SmallProject:
    """A project with the one function `hello`, which needs nothing but what the functions share."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.output = directory / "dist"
        self.environ = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
        self.write("functions/_shared/greeting/__init__.py", "WORDS = {'hello', 'good day', 'welcome', 'hi'}\n")
        self.write(
            "functions/hello/index.py", "import greeting\n\ndef main(event, context):\n    return greeting.WORDS\n"
        )
        self.write("config.json", '{"permissions": {"openapi": ["soter.verifySignature"]}}')
        self.declare()

    def declare(self, *, defaults="", own="", runtime=RUNTIME) -> None:
        self.write(
            "cloudbaserc.yaml",
            "envId: env-small\n"
            + (f"functionDefaultConfig: {defaults}\n" if defaults else "")
            + f"functions:\n  - name: hello\n    runtime: {runtime}\n"
            + (f"    {own}\n" if own else ""),
        )

    def write(self, path, text) -> Path:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def run(self, name, *arguments, **variables) -> subprocess.CompletedProcess[str]:
        """`wxemu NAME` from the project's folder."""
        command, environ = [sys.executable, "-P", "-m", "wxemu", name, *arguments], {**self.environ, **variables}
        return subprocess.run(command, cwd=self.directory, env=environ, capture_output=True, text=True, check=False)

    def package(self, *arguments, **variables) -> SimpleNamespace:
        """What `--json` says of the function, which has to be packaged."""
        done = self.run("package", "--json", *arguments, **variables)
        assert done.returncode == 0, done.stderr
        (function,) = json.loads(done.stdout)["functions"]
        return SimpleNamespace(**{**function, "folder": Path(function["folder"]), "zip": Path(function["zip"])})

    def refused(self, *arguments, **variables) -> str:
        """Why packaging failed: one sentence."""
        done = self.run("package", *arguments, **variables)
        assert done.returncode == 1, done.stdout
        (sentence,) = [line for line in done.stderr.splitlines() if not line.startswith("package: ")]
        return sentence.removeprefix("Error: ")


@pytest.fixture
def project(tmp_path):
    return SmallProject(tmp_path / "project")


@pytest.fixture
def tcb(tmp_path):
    return Tcb(tmp_path / "bin")


@pytest.fixture
def ready(project):
    """The small project with the two variables, and its .env."""
    project.declare(defaults='{envVariables: {WX_APPID: "{{env.WX_APPID}}", WX_SECRET: "{{env.WX_SECRET}}"}}')
    project.write(".env", f"WX_APPID={APPID}\nWX_SECRET={SECRET}\n")
    project.environ |= {"PATH": str(project.directory / "nothing")}
    for name in ("WX_APPID", "WX_SECRET", "WXEMU_DEPLOY_ENV"):
        project.environ.pop(name, None)
    return project


def paths(folder: Path) -> set[str]:
    """The files below a folder, but for what was compiled."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if not path.endswith(".pyc")}


@pytest.fixture
def files_in():
    return paths


@pytest.fixture(scope="session")
def packages_of(tmp_path_factory):
    """This project's functions, packaged for a runtime; the wheels come from a package registry."""
    outcomes = {}

    def make(runtime: str) -> Path:
        if runtime not in outcomes:
            outcomes[runtime] = package_this_project(tmp_path_factory.mktemp(runtime), runtime)
        output, done = outcomes[runtime]
        if "cannot download" in done.stderr and not os.environ.get("CI"):
            pytest.skip(f"the wheels for {runtime} cannot be had here")
        assert done.returncode == 0, done.stderr
        return output

    return make


def package_this_project(folder: Path, runtime: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
    shutil.copytree(PROJECT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "config.json", folder)
    declared = (PROJECT / "cloudbaserc.yaml").read_text(encoding="utf-8")
    (folder / "cloudbaserc.yaml").write_text(declared.replace("Python3.11", runtime), encoding="utf-8")
    command = [sys.executable, "-m", "wxemu", "package", "--project", str(folder), "--json"]
    return folder / "dist", subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def python_of():
    def find_or_skip(runtime: str) -> str:
        return find(runtime) or pytest.skip(f"there is no {runtime} here")

    return find_or_skip
