"""The mini program that the phones run: which folder it is, and what of that a phone gets.

What is read is found by walking through the folder, never by a name that somebody asks for: so there is no name that
could lead out of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message
from wxemu.phone.errors import MiniProgramError

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE: Final = Path(__file__).parent / "miniprogram"
"""The sample mini program, as WeChat's developer tools open it."""
TEXTS: Final = (".js", ".wxml", ".wxss")
PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
MOST_BYTES: Final = 30 * 1024 * 1024
"""Of all packages of a mini program together, as WeChat has it."""
_CONFIG: Final = "project.config.json"
_USUAL: Final = "miniprogram"
_OF_THE_APP: Final = ("app.json", "theme.json")
_OF_NOBODY: Final = ("node_modules",)


@dataclass(frozen=True)
class Files:
    """A mini program's files by their paths in it.

    :param texts: scripts, templates, styles, and the JSON that belongs to them.
    :param pictures: as ``data:`` URLs.
    """

    texts: dict[str, str]
    pictures: dict[str, str]


class MiniProgram:
    """A mini program's folder, which may change at any time.

    :param folder: has app.json.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def stamp(self) -> str:
        """Another one whenever a file is another one."""
        seen = hashlib.sha256()
        for name, file in self._files():
            try:
                state = file.stat()
            except OSError:  # it has gone since
                continue
            seen.update(f"{name}\0{state.st_mtime_ns}\0{state.st_size}\0".encode("utf-8", "surrogateescape"))
        return seen.hexdigest()[:16]

    def read(self) -> Files:
        """All that a phone needs.

        :raises MiniProgramError: it is more than WeChat takes, or cannot be read.
        """
        files = Files({}, {})
        size = 0
        for name, file in self._files():
            try:
                content = file.read_bytes()
            except FileNotFoundError:  # it has gone since
                continue
            except OSError as error:
                raise MiniProgramError(
                    Message("{file} cannot be read: {why}", "无法读取 {file}：{why}", file=name, why=error.strerror)
                ) from None
            size += len(content)
            if size > MOST_BYTES:
                raise MiniProgramError(
                    Message(
                        "{folder} has more than {most} MB of scripts and pictures; name the mini program's own folder",
                        "{folder} 中的脚本与图片超过 {most} MB；请指定小程序自己的目录",
                        folder=str(self.folder),
                        most=MOST_BYTES // 1024 // 1024,
                    )
                )
            if name.endswith(PICTURES):
                kind = mimetypes.guess_type(name)[0] or "image/webp"
                files.pictures[name] = f"data:{kind};base64,{base64.b64encode(content).decode()}"
            else:
                files.texts[name] = content.decode("utf-8-sig", "replace")
        return files

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Each file that a phone gets, in order: none by a link that leads out, none that is hidden or of Node's."""
        foreign = _cloud_functions(self.folder)
        for place, folders, names in os.walk(self.folder):
            here = Path(place)
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and name not in _OF_NOBODY and here / name != foreign
            )
            together = set(names)
            for name in sorted(names):
                file = here / name
                path = file.relative_to(self.folder).as_posix()
                if not name.startswith(".") and _is_of_mini_program(path, together) and self._is_inside(file):
                    yield path, file

    def _is_inside(self, file: Path) -> bool:
        try:
            return file.is_file() and file.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError):  # a link to itself
            return False


def _is_of_mini_program(path: str, together: set[str]) -> bool:
    """JSON belongs to the app, or to the page or component beside it; all else may be anything, secrets too."""
    if path.endswith((*TEXTS, *PICTURES)):
        return True
    name = path.rpartition("/")[2]
    return path in _OF_THE_APP or (name.endswith(".json") and f"{name.removesuffix('.json')}.wxml" in together)


def _cloud_functions(folder: Path) -> Path | None:
    """The folder of the cloud functions, if the mini program's is the whole project's: their code is no phone's."""
    root = _config(folder).get("cloudfunctionRoot")
    return folder / root.strip("/") if isinstance(root, str) and root.strip("/.") else None


def find(project: Path) -> Path | None:
    """The folder of a project's mini program: ``miniprogramRoot`` of its project.config.json, or ``miniprogram``."""
    root = _config(project).get("miniprogramRoot")
    named = [root] if isinstance(root, str) else []
    return next((project / name for name in (*named, _USUAL) if is_mini_program(project / name)), None)


def is_mini_program(folder: Path) -> bool:
    """Whether a folder has a mini program."""
    return (folder / "app.json").is_file()


def _config(project: Path) -> dict[str, object]:
    try:
        config = json.loads((project / _CONFIG).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}
