"""The project's folder: secrets that git does not ignore, and the state that is kept there."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Final

from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.core.store import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wxemu.client.doctor.finding import Finding

_SECRETS: Final = re.compile(r"^\s*(?:export\s+)?(\w*(?:SECRET|TOKEN|PASSWORD|KEY)\w*)\s*=[^\S\n]*[^\s#]", re.MULTILINE)
_NOT_IGNORED: Final = 1
"""The exit code of git check-ignore; without a repository it is another one."""


def examine(project: Path) -> Iterator[Finding]:
    """Check that git ignores secrets and the state, and that the state can be used."""
    for name in (".env", ".env.local"):
        yield from _dotenv(project, name)
    state = project / ".wxemu"
    if not state.is_dir():
        yield ok("state", "none is kept here yet; the first `wxemu start` makes it")
        return
    problems = list(_state(state))
    yield from problems or [ok("state", f"{state} can be used")]
    if _is_open_to_git(project, state.name):
        yield hint("state", f"git does not ignore {state}", "add .wxemu/ to .gitignore: the key of the CA is in it")


def _dotenv(project: Path, name: str) -> Iterator[Finding]:
    """Report the names of likely secrets, never their values."""
    file = project / name
    secrets = _SECRETS.findall(file.read_text("utf-8", "replace")) if file.is_file() else []
    if secrets and _is_open_to_git(project, name):
        advice = "add it to .gitignore; if it was committed before, `git rm --cached` it, and have new secrets made"
        yield broken(name, f"git does not ignore it, and it sets {', '.join(secrets)}", advice)
    elif secrets:
        yield ok(name, f"sets {', '.join(secrets)}; git ignores it")


def _is_open_to_git(project: Path, name: str) -> bool:
    if (git := shutil.which("git")) is None:
        return False
    command = [git, "-C", str(project), "check-ignore", "--quiet", name]
    return subprocess.run(command, check=False, capture_output=True).returncode == _NOT_IGNORED  # noqa: S603


def _state(folder: Path) -> Iterator[Finding]:
    advice = "give it to the user who runs wxemu, or name another one: wxemu start --state"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield broken("state", f"{folder} cannot be written to", advice)
        return
    key = folder / "ca.key"
    if key.is_file() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield broken("state", f"{key} can be read by others", f"chmod 600 {key}")
    database = folder / "world.sqlite"
    if not database.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        yield broken("state", f"{database} cannot be read: {error}", f"delete {folder}, or name another one by --state")
        return
    if version not in (0, SCHEMA_VERSION):
        found = f"{database} has state version {version}, this wxemu keeps version {SCHEMA_VERSION}"
        yield broken("state", found, f"delete {folder}, or name another one by --state")
