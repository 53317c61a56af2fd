"""Wheels: brought here by pip, known by their hashes, unpacked without what nobody needs at run time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from packaging.utils import parse_wheel_filename

from wxemu.core.messages import Message
from wxemu.deploy.closure import find_closure
from wxemu.deploy.contents import is_deployed
from wxemu.deploy.errors import DownloadError, LockError
from wxemu.deploy.lock import LOCK_ANEW, Lock, Pin
from wxemu.deploy.target import PLATFORMS, PYTHONS, list_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_COMPILED_TOO: Final = (*(f"--platform={platform}" for platform in PLATFORMS), "--implementation", "cp")
_PURE_ONLY: Final = ("--platform", "any", "--implementation", "py", "--abi", "none")
_LICENCES: Final = ("METADATA", "licenses/*", "LICENSE*", "LICENCE*", "NOTICE*", "COPYING*")
"""What stays of a wheel's .dist-info: who made it, and the licence, which asks to come along."""


class Wheels:
    """The wheels in one folder: what is there with the right hash is not brought again.

    :param tell: is told what takes time.
    """

    def __init__(self, folder: Path, tell: Callable[[Message], None]) -> None:
        self._folder = folder
        self._tell = tell

    def fetch(self, lock: Lock) -> list[Path]:
        """The wheels that a lock names, in its order.

        :raises DownloadError: pip cannot bring them.
        :raises LockError: one does not run on the platform.
        """
        wheels = self._index_by_hash()
        if not all(pin.sha256 in wheels for pin in lock.pins):
            self._tell(
                Message(
                    "fetching {count} wheels for {runtime}",
                    "正在为 {runtime} 下载 {count} 个 wheel",
                    count=len(lock.pins),
                    runtime=lock.runtime,
                )
            )
            # To `pip install`, unlike to `pip download`, a --python-version counts for nothing in some versions [run].
            options = ("--no-deps", "--require-hashes", "--requirement", str(lock.path))
            _download(self._folder, lock.runtime, *_COMPILED_TOO, *options)
            wheels = self._index_by_hash()
        named = [wheels[pin.sha256] for pin in lock.pins]
        tags = list_tags(lock.runtime)
        unfit = next((wheel.name for wheel in named if tags.isdisjoint(parse_wheel_filename(wheel.name)[3])), None)
        if unfit is not None:
            raise LockError(
                Message(
                    "{path}: expected wheels for {runtime} on Linux x86_64 with glibc 2.17 (manylinux2014),"
                    " found {unfit}; {remedy}",
                    "{path}：应为 {runtime} 在 Linux x86_64、glibc 2.17（manylinux2014）上的 wheel，"
                    "实际是 {unfit}；{remedy}",
                    path=lock.path,
                    runtime=lock.runtime,
                    unfit=unfit,
                    remedy=LOCK_ANEW,
                )
            )
        return named

    def _index_by_hash(self) -> dict[str, Path]:
        return {_hash_file(wheel): wheel for wheel in sorted(self._folder.glob("*.whl"))}


def resolve_lock(path: Path, runtime: str, requirements: Sequence[str]) -> Lock:
    """The newest wheels that meet the requirements under a runtime's Python, pure ones where a version has one.

    :raises DownloadError: pip finds none, or reaches no index.
    :raises PackagingError: a requirement is not of the form that wheels use.
    """
    asked: list[str] = []
    with tempfile.TemporaryDirectory(prefix="package-lock-") as passing:
        found = find_closure(requirements, [], runtime)
        while found.lacking:  # a second time, for what pip left out, as `closure` tells
            asked += found.lacking
            folder = Path(passing, str(len(asked)))
            _download(folder, runtime, *_COMPILED_TOO, *asked)
            wheels = [_prefer_pure(wheel, runtime) for wheel in sorted(folder.glob("*.whl"))]
            found = find_closure(requirements, wheels, runtime)
        pins = sorted(map(_read_pin, found.wheels), key=attrgetter("name"))
    return Lock(path, runtime, tuple(requirements), tuple(pins))


def _prefer_pure(wheel: Path, runtime: str) -> Path:
    """The pure wheel of the same version, if the index that brought this one has it."""
    if wheel.stem.endswith("-none-any"):
        return wheel
    pin, folder = _read_pin(wheel), wheel.parent / wheel.stem
    try:
        _download(folder, runtime, *_PURE_ONLY, "--no-deps", f"{pin.name}=={pin.version}")
    except DownloadError as error:
        if "No matching distribution found" not in str(error):
            raise
    return next(folder.glob("*.whl"), wheel)


def list_files(wheel: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of a wheel that are deployed, with their paths in the package."""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            path = PurePosixPath(name)
            if not name.endswith("/") and _is_needed(path):
                yield path, archive.read(name)


def _is_needed(path: PurePosixPath) -> bool:
    top, *inside = path.parts
    if top.endswith(".dist-info"):
        return any(PurePosixPath(*inside).match(pattern) for pattern in _LICENCES)
    return not top.endswith(".data") and is_deployed(path)


def _download(folder: Path, runtime: str, *options: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    command = [sys.executable, "-m", "pip", "download", *quiet, "--dest", str(folder), "--only-binary", ":all:"]
    command += ["--python-version", PYTHONS[runtime], *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise DownloadError(
            Message(
                "pip cannot download what {runtime} needs: {said}",
                "pip 无法下载 {runtime} 所需的包：{said}",
                runtime=runtime,
                said=" ".join(said) or Message("it says nothing", "它没有输出"),
            )
        )


def _read_pin(wheel: Path) -> Pin:
    name, version, *_ = parse_wheel_filename(wheel.name)
    return Pin(name, str(version), _hash_file(wheel))


def _hash_file(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
