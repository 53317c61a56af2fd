"""Both distributions as others install them: wheels, in an empty virtual environment and an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wxcloud
import wxemu
from wxemu.scf.runtime.interpreters import find

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.timeout(600)  # pip fetches and unpacks all that wxemu needs

PROJECT = Path(__file__).parents[2]
PACKAGES = {"wxemu": "emulator", "wxcloud": "functions/_shared"}
LEFTOVERS = shutil.ignore_patterns("*.egg-info", "build", "dist", "__pycache__")

PYTEST_PROJECT = """\
def test_a_finger_confirms(wx_phone, wx_requests):
    assert wx_phone.start_soter_authentication("order-1").signed["jsonSignature"]
    assert wx_requests.last().errcode == 0
"""
TYPES = """\
import wxcloud, wxemu.client.testing
reveal_type(wxcloud.Event({}).text("code"))
reveal_type(wxemu.client.testing.Phone.login)
"""


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def succeed(*command: object, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The two, built from sdists of a copy, so that a build finds no leftovers here and leaves none."""
    top = tmp_path_factory.mktemp("copy")
    for folder in ("emulator", "functions"):
        shutil.copytree(PROJECT / folder, top / folder, ignore=LEFTOVERS)
    for name in ("cloudbaserc.yaml", "config.json"):
        shutil.copy(PROJECT / name, top)
    for folder in PACKAGES.values():
        succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", folder, cwd=top)
    return {name: next((top / "dist").glob(f"{name}-*.whl")) for name in PACKAGES}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def install(folder: Path, python: str, *what: object) -> Path:
    """A new virtual environment's `bin`; what this repository locks has its locked version."""
    locked = re.findall(r"^[\w.-]+==\S+", (PROJECT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE)
    (folder / "locked.txt").write_text("\n".join(locked), encoding="utf-8")
    succeed(python, "-m", "venv", folder / "venv", cwd=folder)
    options = () if python != sys.executable else ("--constraint", folder / "locked.txt")
    succeed(folder / "venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", *options, *what, cwd=folder)
    return folder / "venv/bin"


def test_both_packages_and_the_changelog_agree_on_the_version() -> None:
    released = re.search(r"^## \[(\d.*?)\]", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert released
    assert wxemu.__version__ == wxcloud.__version__ == released[1]


@pytest.mark.parametrize("folder", PACKAGES.values())
def test_each_package_brings_the_licence_of_the_repository(folder: str) -> None:
    assert (PROJECT / folder / "LICENSE").read_bytes() == (PROJECT / "LICENSE").read_bytes()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_holds_every_file_of_its_package(wheels: Mapping[str, Path], package: str) -> None:
    folder = PROJECT / PACKAGES[package]
    files = {path.relative_to(folder).as_posix() for path in (folder / package).rglob("*") if path.is_file()}
    wanted = {path for path in files if not path.endswith((".pyc", ".proto"))}
    with zipfile.ZipFile(wheels[package]) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert wanted <= names
    assert not any("egg-info" in name or name.startswith(("build/", "tests/")) for name in names)
    assert f"Version: {wxemu.__version__}\n" in metadata
    assert "Project-URL: " in metadata
    assert "License-File: LICENSE\n" in metadata


def test_wxemu_works_in_an_empty_folder(wheels: Mapping[str, Path], tmp_path: Path, empty: Path) -> None:
    tools = install(tmp_path, sys.executable, *wheels.values(), "pytest")

    assert succeed(tools / "wxemu", "demo", cwd=empty).splitlines()[-1] == "24 of 24 answers were the expected ones."
    assert list(empty.iterdir()) == []

    (empty / "test_confirmation.py").write_text(PYTEST_PROJECT, encoding="utf-8")
    assert "1 passed" in succeed(tools / "pytest", "-q", "-p", "no:cacheprovider", cwd=empty)

    seeded = run(tools / "wxemu", "start", "--random-seed", "7", cwd=empty)
    assert seeded.returncode == 2
    assert seeded.stderr.splitlines()[-1] == (
        "Error: --random-seed needs pycryptodome, which is not here; run: pip install 'wxemu[seed]'"
    )

    (empty / "types_of_both.py").write_text(TYPES, encoding="utf-8")
    options = ("--strict", "--cache-dir", tmp_path / "mypy", "--python-executable", tools / "python")
    revealed = succeed(sys.executable, "-m", "mypy", *options, "types_of_both.py", cwd=empty)
    assert re.findall(r'Revealed type is "(.*)"', revealed) == [
        "str",
        "def (self: wxemu.client.testing.phone.Phone) -> str",
    ]


@pytest.mark.parametrize("runtime", ["Python3.9", "Python{}.{}".format(*sys.version_info)])
def test_wxcloud_imports(wheels: Mapping[str, Path], tmp_path: Path, empty: Path, runtime: str) -> None:
    elsewhere = sorted(Path.home().glob(f".pyenv/versions/{runtime.removeprefix('Python')}.*/bin/python"))
    python = sys.executable if runtime.endswith("{}.{}".format(*sys.version_info)) else find(runtime)
    if python is None and not elsewhere:
        pytest.skip(f"there is no {runtime} here")
    tools = install(tmp_path, python or str(elsewhere[-1]), wheels["wxcloud"])

    code = "import wxcloud, wxcloud.transport.gateway as gateway; wxcloud.init(); print(gateway.SDK)"
    assert succeed(tools / "python", "-W", "error", "-c", code, cwd=empty) == f"wxcloud-python/{wxcloud.__version__}\n"
