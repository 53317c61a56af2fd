"""An emulator on a state that outlives it, and its processes to be killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests
from clients import Client
from errors import SoakError

from wxemu.client.child import Child, ChildError

if TYPE_CHECKING:
    from collections.abc import Callable

TOP: Final = Path(__file__).parents[2]
LONGEST_SECONDS: Final = 30.0


class Emulator:
    """One start on a state's folder.

    :param words: the file for what it says.
    :raises SoakError: it does not start.
    """

    def __init__(self, state: Path, words: Path) -> None:
        self._words = words
        began_at = time.perf_counter()
        with words.open("a") as stderr:
            try:
                self._child = Child(TOP, "--state", str(state), stderr=stderr)
            except ChildError:
                raise SoakError(f"it did not start again: {words.read_text()[-500:]}") from None
        self.start_ms = (time.perf_counter() - began_at) * 1000
        self.url = self._child.url

    def kill(self, *, is_alone: bool) -> None:
        """Kill its first process, alone or with all others, by SIGKILL."""
        if is_alone:
            os.kill(self._child.pid, signal.SIGKILL)
        else:
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.stop()

    def stop(self) -> int:
        """Stop it in order; its exit code."""
        return self._child.stop()

    def words(self) -> str:
        """What it has said."""
        return self._words.read_text()

    def kill_proxy(self) -> float:
        """Kill the process that intercepts; the milliseconds until a client of the real name gets an answer."""
        self._ask_by_real_name()  # the first client starts it
        return self._kill_and_wait(lambda command: "bootstrap" not in command, self._ask_by_real_name)

    def kill_fork_server(self, function: str) -> float:
        """Kill the processes that functions are forked from; the milliseconds until one has run that never ran."""
        client = Client(self.url)
        return self._kill_and_wait(lambda command: "bootstrap" in command, lambda: client.invoke(function))

    def _kill_and_wait(self, is_meant: Callable[[str], bool], ask: Callable[[], object]) -> float:
        victims = [pid for pid, command in self._children() if is_meant(command)]
        if not victims:
            raise SoakError("a process that was to be killed is not there")
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        began_at = time.perf_counter()
        while True:
            try:
                ask()
            except requests.RequestException as error:
                if time.perf_counter() - began_at > LONGEST_SECONDS:
                    raise SoakError(f"a killed process was not back within {LONGEST_SECONDS:g} s: {error}") from None
            else:
                return (time.perf_counter() - began_at) * 1000

    def _ask_by_real_name(self) -> None:
        requests.get(
            "https://api.weixin.qq.com/healthz",
            proxies={"https": self._child.facts["proxy"]},
            verify=self._child.facts["caBundle"],
            timeout=LONGEST_SECONDS,
        ).raise_for_status()

    def _children(self) -> list[tuple[int, str]]:
        """Its processes but for the first one and the tracker of Python's own, with their commands."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_text()
                if parent == self._child.pid and "resource_tracker" not in command:
                    found.append((int(entry.name), command))
        return found
