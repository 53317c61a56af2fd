"""The first process of an instance's own PID namespace, which ends with all that is in it.

An instance cannot be that process itself: the first one is deaf to signals that it sends itself, and has to reap the
orphans of all others.
"""

from __future__ import annotations

import ctypes
import os
import signal

from . import rights

_CLONE3 = 435  # the same on every machine
_CLONE_NEWPID = 0x20000000
_MOST_DESCRIPTORS = 1 << 16
# Of the interpreter's own lock nothing is let go meanwhile: it is the child's as well.
_libc = ctypes.PyDLL(None, use_errno=True)


class _CloneArguments(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in ("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls")
    )


def fork(user: int | None) -> int:
    """Fork an instance into a PID namespace of its own; return the keeper's process id, and 0 in the instance.

    :param user: whom the keeper becomes; None if it stays who it is.
    :raises OSError: there can be no such namespace, or no more processes.
    """
    arguments = _CloneArguments(flags=_CLONE_NEWPID, exit_signal=signal.SIGCHLD)
    process = int(_libc.syscall(_CLONE3, ctypes.byref(arguments), ctypes.c_size_t(ctypes.sizeof(arguments))))
    if process < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"clone: {os.strerror(number)}")
    if process == 0:
        _keep(user)
    return process


def _keep(user: int | None) -> None:
    """Return in the instance; in the keeper, wait for its end and then be the end of all others."""
    try:
        rights.set_of_process(rights.PR_SET_PDEATHSIG, signal.SIGKILL)
        instance = os.fork()
    except OSError:  # no more processes
        os._exit(1)
    if instance != 0:
        try:
            _wait_for(instance, user)
        finally:
            os._exit(0)


def _wait_for(instance: int, user: int | None) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.closerange(0, _MOST_DESCRIPTORS)
    rights.drop(user, is_readable=False)
    rights.set_of_process(rights.PR_SET_PDEATHSIG, signal.SIGKILL)  # which a change of the user has undone
    while os.wait()[0] != instance:
        pass
