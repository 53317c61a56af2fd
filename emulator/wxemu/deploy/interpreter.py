"""The Python of a package's runtime at work on the package: compiling it, and importing it as an instance would."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message
from wxemu.deploy.errors import PackagingError
from wxemu.scf.runtime.interpreters import NO_PACKAGES
from wxemu.scf.runtime.interpreters import find as find_command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CODE_ROOT: Final = "/var/user"
"""Where a package lies on the platform; the compiled files know of no other place."""
TRIES: Final = 3

_ENDED: Final = Message("it ended the process", "它结束了进程")
_ABOUT_MODULES: Final = ("ModuleNotFoundError", "ImportError")

_IMPORT: Final = """
import importlib.util, sys, time
sys.path.insert(0, sys.argv[1])
began = time.perf_counter()
spec = importlib.util.spec_from_file_location("handler", sys.argv[1] + "/" + sys.argv[2] + ".py")
spec.loader.exec_module(importlib.util.module_from_spec(spec))
print((time.perf_counter() - began) * 1000)
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python on this machine of a runtime's version."""

    runtime: str
    command: str

    @classmethod
    def find(cls, runtime: str) -> Interpreter | None:
        """The one for a runtime, None if there is none here."""
        command = find_command(runtime)
        return None if command is None else cls(runtime, command)

    def compile(self, folder: Path) -> None:
        """Put a compiled file beside each module, the same bytes each time and wherever the folder is.

        Unchecked: the platform's code folder cannot be written to, so that a compiled file is never behind its source.

        :raises PackagingError: a file is not written in this Python.
        """
        options = ("-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", CODE_ROOT)
        # The seed: before Python 3.11 the order of a set among a function's constants depends on it.
        done = self._run("-m", "compileall", *options, str(folder), variables={"PYTHONHASHSEED": "0"})
        if done.returncode != 0:
            said = done.stdout.replace(f"{folder}/", "").split()
            raise PackagingError(
                Message(
                    "{name}: {runtime} cannot compile it: {said}",
                    "{name}：{runtime} 无法编译：{said}",
                    name=folder.name,
                    runtime=self.runtime,
                    said=" ".join(said),
                )
            )

    def time_import(self, folder: Path, handler: str, variables: Mapping[str, str]) -> float:
        """Milliseconds to import a function with nothing but its package, the best of a few tries.

        :param variables: the function's own.
        :raises PackagingError: it cannot be imported.
        """
        file = handler.rpartition(".")[0]
        return min(self._time_import_once(folder, file, variables) for _ in range(TRIES))

    def _time_import_once(self, folder: Path, file: str, variables: Mapping[str, str]) -> float:
        done = self._run("-B", "-c", _IMPORT, str(folder), file, variables=variables)
        if done.returncode != 0:
            why = _extract_error(done.stderr)
            raise PackagingError(
                Message(
                    "{name}: {runtime} cannot import {file}.py from its package: {why}",
                    "{name}：{runtime} 无法从包中导入 {file}.py：{why}",
                    name=folder.name,
                    runtime=self.runtime,
                    file=file,
                    why=why,
                )
            )
        return float(done.stdout.split()[-1])

    def _run(self, *options: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        command = [self.command, "-s", NO_PACKAGES, *options]
        return subprocess.run(command, env=dict(variables), capture_output=True, text=True, check=False)  # noqa: S603


def _extract_error(trace: str) -> Message | str:
    """What a traceback ends with; of an error that may quote a variable's value, the kind only."""
    last = trace.strip().rpartition("\n")[2]
    return last if last.startswith(_ABOUT_MODULES) else last.partition(":")[0] or _ENDED
