"""A debugger that an instance waits for: debugpy, of the function's own Python or lent by the emulator's."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

HOST = "127.0.0.1"
_QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"  # else it writes into the function's log of modules that have no file
_PORT_SECONDS = 3  # in which a port comes free that the invocation before has waited on: its editor has to let go


class NoDebuggerError(Exception):
    """No debugger can be waited for; `facts` say why: the emulator has the words for it."""

    def __init__(self, **facts: str) -> None:
        super().__init__(facts)
        self.facts = facts


def listen(port: int, lent: Mapping[str, Any] | None) -> int:
    """Listen on `port`, 0 for any that is free, and return it; before the function's modules can be imported.

    :param lent: the emulator's `python`, as [3, 11], and the `folder` its debugpy is in.
    :raises NoDebuggerError: there is no debugpy for this Python, or the port cannot be had.
    """
    with _quiet(), _in_reach(lent):
        debugpy = _debugpy(lent)
        # Its own helper process is to have neither the function's secrets nor its modules.
        debugpy.configure(python=sys.executable, pythonEnv={"PATH": os.environ["PATH"]})
        try:
            _wait_for(port)
            _, taken = debugpy.listen((HOST, port))
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise NoDebuggerError(place=f"{HOST}:{port}", reason=reason) from None
    return int(taken)


def wait() -> None:
    """Wait until a debugger has attached and has said that it is ready."""
    sys.modules["debugpy"].wait_for_client()


def _debugpy(lent: Mapping[str, Any] | None) -> Any:
    try:
        return importlib.import_module("debugpy")
    except ImportError:
        present = "Python{}.{}".format(*sys.version_info)
    if lent is None:
        raise NoDebuggerError
    other = "Python{}.{}".format(*lent["python"])
    raise NoDebuggerError(other=other, present=present)


def _wait_for(port: int) -> None:
    """Wait until a port is free; raise OSError if it stays taken."""
    deadline = time.monotonic() + _PORT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                return probe.bind((HOST, port))
            except OSError:
                if time.monotonic() >= deadline:
                    raise
        time.sleep(0.05)


@contextmanager
def _in_reach(lent: Mapping[str, Any] | None) -> Iterator[None]:
    """Have the lent debugpy behind all others, if it is for this Python."""
    is_fit = lent is not None and tuple(lent["python"]) == sys.version_info[:2]
    folders = [lent["folder"]] if lent is not None and is_fit and lent["folder"] not in sys.path else []
    sys.path += folders
    try:
        yield
    finally:
        sys.path[:] = [entry for entry in sys.path if entry not in folders]


@contextmanager
def _quiet() -> Iterator[None]:
    os.environ[_QUIET] = "1"
    try:
        yield
    finally:
        del os.environ[_QUIET]
