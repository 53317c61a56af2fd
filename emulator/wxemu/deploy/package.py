"""A function's package: its own files, what the functions share, its permissions, its dependencies, all compiled."""

from __future__ import annotations

import hashlib
import itertools
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.deploy import contents, wheels
from wxemu.deploy.errors import PackagingError
from wxemu.deploy.interpreter import Interpreter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wxemu.scf.project import FunctionSpec


ZIP_FILE_LIMIT: Final = 3 * 1024 * 1024 // 2
"""Bytes of a zip file that may go within a request, which `tcb fn deploy --deployMode zip` does [src: CLI 2.12.10]."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that zip can tell
_MODE: Final = 0o100644  # a plain file that all may read
_UNIX: Final = 3


@dataclass(frozen=True)
class Package:
    """A function as it is deployed: the folder, and the same as a zip file.

    Sizes are bytes. `import_ms` is None, and nothing is compiled, where there is no Python of its runtime.
    """

    name: str
    runtime: str
    folder: Path
    zip_file: Path
    file_count: int
    unpacked_size: int
    zip_size: int
    sha256: str
    import_ms: float | None

    def document(self) -> Mapping[str, Any]:
        """It for `--json`."""
        return {
            "name": self.name,
            "runtime": self.runtime,
            "folder": str(self.folder),
            "zip": str(self.zip_file),
            "files": self.file_count,
            "unpackedSize": self.unpacked_size,
            "zipSize": self.zip_size,
            "sha256": self.sha256,
            "isCompiled": self.import_ms is not None,
            "importMs": None if self.import_ms is None else round(self.import_ms, 1),
        }


def build_package(spec: FunctionSpec, into: Path, *, config: Path, dependencies: Iterable[Path]) -> Package:
    """Make a function's package, as a folder in `into` and a zip file beside it.

    :param config: the project's config.json, for a function that has none of its own.
    :param dependencies: its wheels.
    :raises PackagingError: two of its sources have one path, or its Python cannot compile or import it.
    """
    folder = into / spec.name
    shared = contents.list_files(spec.shared) if spec.shared else ()
    vendored = itertools.chain.from_iterable(map(wheels.list_files, dependencies))
    for path, content in itertools.chain(contents.list_files(spec.directory, spec.ignore), shared, vendored):
        _write(folder, path, content)
    if config.is_file() and not (folder / config.name).exists():
        _write(folder, PurePosixPath(config.name), config.read_bytes())
    python, import_ms = Interpreter.find(spec.runtime), None
    if python is not None:
        python.compile(folder)
        import_ms = python.time_import(folder, spec.handler, spec.environment)
    zip_file = into / f"{spec.name}.zip"
    write_zip(folder, zip_file)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Package(
        name=spec.name,
        runtime=spec.runtime,
        folder=folder,
        zip_file=zip_file,
        file_count=len(sizes),
        unpacked_size=sum(sizes),
        zip_size=zip_file.stat().st_size,
        sha256=hashlib.sha256(zip_file.read_bytes()).hexdigest(),
        import_ms=import_ms,
    )


def _write(folder: Path, path: PurePosixPath, content: bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("xb") as new:
            new.write(content)
    except FileExistsError:
        raise PackagingError(
            Message(
                "{name}: expected one {path}, found two: the function, what the functions share, and its dependencies"
                " must not bring the same file; rename one",
                "{name}：应只有一个 {path}，实际有两个：云函数、共享代码和依赖不能带有同名文件；请把其中一个改名",
                name=folder.name,
                path=path,
            )
        ) from None
    file.chmod(0o644)


def write_zip(folder: Path, file: Path) -> None:
    """Zip a folder's files: the same bytes for the same files, whoever makes it and when.

    The folder itself is left out of their names.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes(), compresslevel=9)
