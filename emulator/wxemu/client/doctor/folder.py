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
from wxemu.core.messages import Message, as_it_is
from wxemu.core.migrations import FORMER_VERSION, of_another_version
from wxemu.core.store import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wxemu.client.doctor.finding import Finding

_SECRETS: Final = re.compile(r"^\s*(?:export\s+)?(\w*(?:SECRET|TOKEN|PASSWORD|KEY)\w*)\s*=[^\S\n]*[^\s#]", re.MULTILINE)
_STATE: Final = Message("state", "状态")
_NOT_IGNORED: Final = 1
"""The exit code of git check-ignore; without a repository it is another one."""


def examine(project: Path) -> Iterator[Finding]:
    """Check that git ignores secrets and the state, and that the state can be used."""
    for name in (".env", ".env.local"):
        yield from _dotenv(project, name)
    state = project / ".wxemu"
    if not state.is_dir():
        yield ok(
            _STATE,
            Message(
                "none is kept here yet; the first `wxemu start` makes it", "这里还没有；第一次运行 `wxemu start` 时生成"
            ),
        )
        return
    problems = list(_state(state))
    yield from problems or [ok(_STATE, Message("{folder} can be used", "{folder} 可以使用", folder=state))]
    if _is_open_to_git(project, state.name):
        yield hint(
            _STATE,
            Message("git does not ignore {folder}", "git 没有忽略 {folder}", folder=state),
            Message(
                "add .wxemu/ to .gitignore: the key of the CA is in it",
                "请把 .wxemu/ 加入 .gitignore：其中有 CA 的密钥",
            ),
        )


def _dotenv(project: Path, name: str) -> Iterator[Finding]:
    """Report the names of likely secrets, never their values."""
    file = project / name
    secrets = _SECRETS.findall(file.read_text("utf-8", "replace")) if file.is_file() else []
    if secrets and _is_open_to_git(project, name):
        yield broken(
            as_it_is(name),
            Message("git does not ignore it, and it sets {names}", "git 没有忽略它，而它设置了 {names}", names=secrets),
            Message(
                "add it to .gitignore; if it was committed before, `git rm --cached` it, and have new secrets made",
                "请把它加入 .gitignore；如果曾经提交过，请对它运行 `git rm --cached`，并更换密钥",
            ),
        )
    elif secrets:
        yield ok(
            as_it_is(name),
            Message("sets {names}; git ignores it", "设置了 {names}；git 忽略它", names=secrets),
        )


def _is_open_to_git(project: Path, name: str) -> bool:
    if (git := shutil.which("git")) is None:
        return False
    command = [git, "-C", str(project), "check-ignore", "--quiet", name]
    return subprocess.run(command, check=False, capture_output=True).returncode == _NOT_IGNORED  # noqa: S603


def _state(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield broken(
            _STATE,
            Message("{folder} cannot be written to", "{folder} 无法写入", folder=folder),
            Message(
                "give it to the user who runs wxemu, or name another one: wxemu start --state",
                "请把它交给运行 wxemu 的用户，或用 wxemu start --state 指定另一个",
            ),
        )
        return
    key = folder / "ca.key"
    if key.is_file() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield broken(
            _STATE,
            Message("{key} can be read by others", "其他用户可以读取 {key}", key=key),
            as_it_is(f"chmod 600 {key}"),
        )
    database = folder / "world.sqlite"
    if not database.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        yield broken(
            _STATE,
            Message("{file} cannot be read: {reason}", "{file} 无法读取：{reason}", file=database, reason=str(error)),
            Message(
                "delete {folder}, or name another one by --state",
                "请删除 {folder}，或用 --state 指定另一个",
                folder=folder,
            ),
        )
        return
    if version not in (0, FORMER_VERSION, SCHEMA_VERSION):
        defect, remedy = of_another_version(database, version, SCHEMA_VERSION)
        yield broken(_STATE, defect, remedy)
