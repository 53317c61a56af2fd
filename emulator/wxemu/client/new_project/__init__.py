"""A new project, from three sources that are each kept in one place: the functions that come along with wxemu, the
sample mini program of the phone page, and the template beside this file.

NewProjectError
    Something is in the way.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

import wxemu
from wxemu.client.shipped import FUNCTIONS, shipped_project
from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEMPLATE: Final = Path(__file__).with_name("template")
_MINI_PROGRAM: Final = Path(wxemu.__file__).parent / "phone/miniprogram"
_OWN: Final = "greet"
_OF_EVERY_PROJECT: Final = (
    ".gitignore",
    "pytest.ini",
    "requirements.txt",
    f"functions/{_OWN}/index.py",
    f"functions/{_OWN}/requirements.txt",
    "tests/test_greet.py",
)
"""The files of the template that a minimal project has, too."""
_ENTRY: Final = '''\
  - name: "{name}"
    runtime: "Python3.11"
    handler: "index.main"'''
_KEY: Final = "WX_STORE_KEY="
_TO_COPY: Final = "# Copy to .env, which is never committed; "
_COPIED: Final = "# Never commit this file; "
_MOST_NAMED: Final = 5


class NewProjectError(MessageError):
    """Something is in the way; the text names it."""


def make_project(folder: Path, *, is_minimal: bool = False) -> list[str]:
    """Write a project into a folder, which may be there already; the paths of its files.

    :param is_minimal: with a single function, and without a mini program.
    :raises NewProjectError: one of its files, or a file in the place of a folder, is there already. Nothing is written.
    """
    files = _minimal_files() if is_minimal else _minimal_files() | _further_files(folder.resolve().name)
    files["cloudbaserc.yaml"] = _declare((_OWN,) if is_minimal else (*FUNCTIONS, _OWN))
    _require_room(folder, files)
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            file.chmod(0o600 if path == ".env" else 0o644)
            new.write(text)
    return sorted(files)


def _minimal_files() -> dict[str, str]:
    example = _read(shipped_project() / ".env.example")
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {
        **{path: _fill(_read(_TEMPLATE / path)) for path in _OF_EVERY_PROJECT},
        "config.json": _read(shipped_project() / "config.json"),
        ".env.example": example,
        ".env": example.replace(_TO_COPY, _COPIED).replace(f"\n{_KEY}\n", f"\n{_KEY}k1:{key}\n"),
    }


def _further_files(name: str) -> dict[str, str]:
    files = {path: _fill(text, name=name) for path, text in _files_in(_TEMPLATE)}
    files |= {f"miniprogram/{path}": text for path, text in _files_in(_MINI_PROGRAM)}
    for function in FUNCTIONS:
        files |= {
            f"functions/{function}/{path}": _require_wxcloud(text) if path == "requirements.txt" else text
            for path, text in _files_in(shipped_project() / "functions" / function)
        }
    return files


def _files_in(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(folder).as_posix(), _read(file)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _fill(text: str, **values: str) -> str:
    for name, value in {"version": wxemu.__version__, **values}.items():
        text = text.replace(f"@{name.upper()}@", value)
    return text


def _require_wxcloud(requirements: str) -> str:
    """In the repository wxcloud lies beside the functions, which name what it needs: requests."""
    lines = requirements.splitlines()
    return "\n".join(f"wxcloud>={wxemu.__version__}" if line.startswith("requests") else line for line in lines) + "\n"


def _declare(functions: tuple[str, ...]) -> str:
    """The repository's own declaration, with other functions."""
    head, line, entries = _read(shipped_project() / "cloudbaserc.yaml").partition("\nfunctions:")
    remark, _, _ = entries.partition("\n")
    return "\n".join([head + line + remark, *(_ENTRY.format(name=name) for name in functions)]) + "\n"


def _require_room(folder: Path, files: Mapping[str, str]) -> None:
    taken = {path for path in files if (folder / path).exists() or (folder / path).is_symlink()}
    taken |= {
        above.as_posix()
        for path in files
        for above in list(Path(path).parents)[:-1]
        if (folder / above).exists() and not (folder / above).is_dir()
    }
    if folder.exists() and not folder.is_dir():
        raise NewProjectError(
            Message(
                "expected a folder, or nothing yet, at {folder}, found a file; name another one",
                "{folder} 是一个文件；请指定一个文件夹，或尚不存在的路径",
                folder=folder,
            )
        )
    if taken:
        named = sorted(taken)
        more = Message(" and {count} more", "等 {count} 个", count=len(named) - _MOST_NAMED)
        raise NewProjectError(
            Message(
                "{names}{more} in {folder}: already there, and nothing is overwritten;"
                " name another folder, or move them away",
                "{folder} 中已有 {names}{more}，不会覆盖任何文件；请指定另一个文件夹，或移走它们",
                names=named[:_MOST_NAMED],
                more=more if len(named) > _MOST_NAMED else "",
                folder=folder.resolve(),
            )
        )
