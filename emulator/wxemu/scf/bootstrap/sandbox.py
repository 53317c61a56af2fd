"""How far this machine keeps instances apart: what it grants is tried once, in a process that is thrown away.

An instance has folders of its own (`view`), processes of its own (`keeper`), no rights and a user of its own
(`rights`). Functions are kept from each other's things and from the machine's; against code that means harm this is no
jail: all of them share the machine's kernel, its network and its processors.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import keeper, rights, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

FOLDERS = "functions see this machine's folders and can write to their code"
PROCESSES = "they see this machine's processes"
USER = "they run as this user"


class Sandbox:
    """What instances of this process get; `lacks` tells what they do not get, and why.

    :param user: whom they are to be; None if they stay who this process is.
    """

    def __init__(self, user: int | None, *, is_isolated: bool) -> None:
        self.lacks: dict[str, str] = {}
        self._user: int | None = None
        no_processes = _try(lambda: _enter_alone(user)) if is_isolated else "not asked for"
        no_folders = _try(_enter) if no_processes is not None and is_isolated else no_processes
        self._has_processes = no_processes is None
        self.has_folders = no_folders is None
        if no_folders is not None:
            self.lacks[FOLDERS] = no_folders
        if no_processes is not None:
            self.lacks[PROCESSES] = no_processes
        if self.has_folders:
            view.build()
            kept = tuple(view.interpreter_folders())
            sys.path[:] = [entry for entry in sys.path if entry.startswith(kept)]  # no others remain
        if user is not None:
            # By their names, only their owner can reach the machine's folders that functions use.
            no_user = _try(lambda: _become(user)) if self.has_folders else no_folders
            if no_user is None:
                self._user = user
            else:
                self.lacks[USER] = no_user
        rights.forswear()

    def fork(self, *, is_debugged: bool) -> tuple[int, bool]:
        """Fork an instance; return the process that ends with it, 0 in the instance, and whether that is its keeper.

        One that is debugged has none: its debugger's helper has to outlive it, to tell the editor of its end.

        :raises OSError: there can be no more processes.
        """
        if self._has_processes and not is_debugged:
            return keeper.fork(self._user), True
        return os.fork(), False

    def prepare(self, *, is_debugged: bool) -> None:
        """Have a new instance make ready for what it will be."""
        if self.has_folders:
            view.prepare(has_own_processes=self._has_processes and not is_debugged)

    def enter(self, birth: Mapping[str, Any]) -> Mapping[str, str]:
        """Give a prepared instance what it is to have, and nothing else; return what it lacks."""
        code, layers = birth["code"], birth["layers"]
        lacks, user = self.lacks, self._user
        if user is not None:
            for folder in (code, *layers):
                closed = rights.unreadable(view.of_machine(folder))
                if closed is not None:
                    lacks, user = {**lacks, USER: f"only its owner can read {Path(folder, closed)}"}, None
        if self.has_folders:
            if birth["isHttp"]:
                view.make_room_for_languages()
            view.enter(code, layers, birth["folders"], birth["readable"], birth["files"])
        rights.drop(user)
        return lacks


def _enter_alone(user: int | None) -> None:
    view.build()
    process = keeper.fork(user)
    if process != 0:
        os.waitpid(process, 0)
        os._exit(0)
    view.prepare(has_own_processes=True)
    view.enter(sys.prefix, [], [], [], {})


def _enter() -> None:
    view.build()
    view.prepare(has_own_processes=False)
    view.enter(sys.prefix, [], [], [], {})


def _become(user: int) -> None:
    """Become a user, and read what every instance has to read."""
    rights.drop(user)
    for folder in (*view.interpreter_folders(), os.path.dirname(os.__file__)):  # noqa: PTH120 - a text
        os.listdir(folder)  # noqa: PTH208 - likewise


def _try(step: Callable[[], object]) -> str | None:
    """Do something in another process; return why that cannot be. What fails half-way is not to remain."""
    done = "done"
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            step()
            os.write(writing, done.encode())
        except BaseException as error:  # noqa: BLE001 - whatever is in the way
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        reason = answer.read().decode()
    _, status = os.waitpid(process, 0)
    return None if reason == done else reason or f"the try ended with status {status}"
