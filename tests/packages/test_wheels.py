"""What we distribute, as others install it: in an empty virtual environment and an empty folder."""

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
MINI_PROGRAM_TYPES = """\
import { createWx, openPage } from 'wxemu-miniprogram'
createWx({ outcome: 'cancel' }).login({ success: ({ code }) => code.length })
openPage('miniprogram/pages/index/index.js').pay()
// @ts-expect-error - no outcome is called so
createWx({ outcome: 'perhaps' })
"""
TYPES = """\
import wxcloud, wxemu.client.testing
reveal_type(wxcloud.Event({}).text("code"))
reveal_type(wxemu.client.testing.Phone.login)
"""


def run(*command: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would, with none of this test run's variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WX", "PYTEST_", "PYTHONPATH"))}
    environ = {**kept, **variables}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def succeed(*command: object, cwd: Path, **variables: str) -> str:
    done = run(*command, cwd=cwd, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The two, built from sdists of a copy, so that a build finds no leftovers here and leaves none."""
    top = tmp_path_factory.mktemp("copy")
    for folder in ("emulator", "functions"):
        shutil.copytree(PROJECT / folder, top / folder, ignore=LEFTOVERS)
    for name in ("cloudbaserc.yaml", "config.json", ".env.example"):
        shutil.copy(PROJECT / name, top)
    for folder in PACKAGES.values():
        succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", folder, cwd=top)
    return {name: next((top / "dist").glob(f"{name}-*.whl")) for name in PACKAGES}


@pytest.fixture(scope="module")
def tools(wheels: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheels and pytest."""
    return install(tmp_path_factory.mktemp("tools"), sys.executable, *wheels.values(), "pytest")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def install(folder: Path, python: str, *what: object, **variables: str) -> Path:
    """A new virtual environment's `bin`; what this repository locks has its locked version."""
    (folder / "locked.txt").write_text("\n".join(locked_versions()), encoding="utf-8")
    succeed(python, "-m", "venv", folder / "venv", cwd=folder)
    options = () if python != sys.executable else ("--constraint", folder / "locked.txt")
    succeed(
        folder / "venv/bin/pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *options,
        *what,
        cwd=folder,
        **variables,
    )
    return folder / "venv/bin"


def locked_versions() -> list[str]:
    return re.findall(r"^[\w.-]+==\S+", (PROJECT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE)


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


def test_wxemu_works_in_an_empty_folder(tools: Path, tmp_path: Path, empty: Path) -> None:
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


def test_wxcloud_imports_on_the_oldest_python_of_scf_that_is_here(
    wheels: Mapping[str, Path], tmp_path: Path, empty: Path
) -> None:
    elsewhere = map(str, sorted(Path.home().glob(".pyenv/versions/3.9.*/bin/python")))
    python = find("Python3.9") or next(elsewhere, sys.executable)
    tools = install(tmp_path, python, wheels["wxcloud"])

    code = "import wxcloud, wxcloud.transport.gateway as gateway; wxcloud.init(); print(gateway.SDK)"
    assert succeed(tools / "python", "-W", "error", "-c", code, cwd=empty) == f"wxcloud-python/{wxcloud.__version__}\n"


@pytest.mark.parametrize(("example", "passed"), [("orders", "9 passed"), ("pytest-plugin", "10 passed")])
def test_the_commands_of_an_example_s_page_work_as_they_are_printed(
    wheels: Mapping[str, Path], tmp_path: Path, example: str, passed: str
) -> None:
    folder = tmp_path / example
    shutil.copytree(PROJECT / "examples" / example, folder, ignore=LEFTOVERS)
    (commands,) = re.findall(r"^```bash\n(.*?)^```$", (folder / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "locked.txt").write_text("\n".join(locked_versions()), encoding="utf-8")
    variables = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_CONSTRAINT": str(tmp_path / "locked.txt"),
        "PIP_FIND_LINKS": f"{wheels['wxemu'].parent} {os.environ.get('PIP_FIND_LINKS', '')}".strip(),
        "WXEMU_EXEC_FRESH": "1",
    }
    assert passed in succeed("bash", "-e", "-c", commands, cwd=folder, **variables)


@pytest.fixture
def shell(tools: Path, wheels: Mapping[str, Path], node_modules: Path, tmp_path: Path) -> Mapping[str, str]:
    """The variables of a user who has the wheels, Tencent's CLI, and a home of their own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tcb").symlink_to(node_modules / "@cloudbase/cli/bin/tcb")
    path = f"{tools}{os.pathsep}{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    found = f"{wheels['wxcloud'].parent} {os.environ.get('PIP_FIND_LINKS', '')}".strip()
    return {"PATH": path, "HOME": str(tmp_path), "PIP_FIND_LINKS": found, "WXEMU_EXEC_FRESH": "1"}


def install_npm_packages(project: Path, node_modules: Path) -> None:
    """As npm does it, but for fetching: ours is unpacked, Jest is the one that lies in tests/clients."""
    succeed(PROJECT / "scripts/build.d/miniprogram", project.parent, cwd=project)
    (packed,) = project.parent.glob("wxemu-miniprogram-*.tgz")
    ours = project / "node_modules/wxemu-miniprogram"
    ours.mkdir(parents=True)
    succeed("tar", "-xzf", packed, "-C", ours, "--strip-components", "1", cwd=project)
    assert {path.name for path in ours.iterdir()} >= {"wx.js", "wx.d.ts", "index.d.ts", "jest-preset.js", "LICENSE"}
    (project / "node_modules/.bin").mkdir()
    (project / "node_modules/.bin/jest").symlink_to(node_modules / "jest/bin/jest.js")


@pytest.mark.timeout(1200)  # two minutes alone, six beside other work: pip, npm, three rounds of packaging
def test_a_project_of_one_s_own_from_nothing_to_the_cloud(
    shell: Mapping[str, str], node_modules: Path, empty: Path
) -> None:
    """One story, as each step takes seconds: init, pytest, Jest, package, a dry run, a deployment, an invocation."""
    assert "wxemu exec -- pytest" in succeed("wxemu", "init", "shop", cwd=empty, **shell)
    shop = empty / "shop"
    assert "6 passed" in succeed("wxemu", "exec", "--", "pytest", "-q", cwd=shop, **shell)

    install_npm_packages(shop, node_modules)
    done = run("wxemu", "exec", "--", "npx", "jest", cwd=shop, **shell)
    assert "Tests:       2 passed, 2 total" in done.stderr, done.stderr

    (shop / "types.ts").write_text(MINI_PROGRAM_TYPES, encoding="utf-8")
    compiler = (node_modules / ".bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--lib", "es2022,dom")
    succeed(*compiler, "--typeRoots", node_modules, "--types", "miniprogram-api-typings", "types.ts", cwd=shop)

    below = shop / "functions/greet"
    assert "They are in " in succeed("wxemu", "package", cwd=below, **shell)
    assert (shop / "dist/functions/login/wxcloud/sessions.py").is_file()
    dry = succeed("wxemu", "deploy", "greet", "--dry-run", cwd=below, **shell)
    assert dry.startswith("greet -> env-demo\n")
    assert (shop / "dist/functions/login.zip").is_file()  # as it was packaged before
    assert dry.endswith("Nothing was sent: a dry run.\n")

    deploying = (
        "tcb login -k --apiKeyId AKIDlocal --apiKey local-secret-key && wxemu deploy greet"
        """ && cd dist && tcb fn invoke greet --params '{"name": "Alice"}'"""
    )
    told = succeed("wxemu", "exec", "--", "sh", "-c", deploying, cwd=shop, **shell)
    assert "1 deployed, and each answers." in told
    assert "made, closed to clients (ADMINONLY)" in told
    assert '"greeting":"Hello, Alice"' in told
