"""What an instance may do: it has no capabilities, gains none by what it starts, and is a user that is nobody's."""

from __future__ import annotations

import ctypes
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 24, 38
_MOST_CAPABILITIES = 64
_DAC_OVERRIDE = 1 << 1
_CAPABILITY_VERSION = 0x20080522  # three, of 64 bits

_libc = ctypes.CDLL(None, use_errno=True)


def set_of_process(attribute: int, value: int) -> bool:
    """Set an attribute that the kernel keeps of this process; whether it did."""
    try:
        return bool(_libc.prctl(attribute, *map(ctypes.c_ulong, (value, 0, 0, 0))) == 0)
    except AttributeError:  # not Linux
        return False


def forswear() -> None:
    """Have no program that this process or its children start bring rights that they do not have."""
    set_of_process(_PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(_MOST_CAPABILITIES):
        if not set_of_process(_PR_CAPBSET_DROP, capability):  # there are no more, or none may be dropped
            break


def drop(user: int | None, *, is_readable: bool = True) -> None:
    """Give up all capabilities for good, and become `user`, in a group of the same number.

    A root that stays root keeps one, for files whose owner it would have become.

    :param is_readable: whether processes of this user may look into this one.
    """
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if hasattr(_libc, "capset"):
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
        present = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable
        _libc.capget(header, present)
        kept = present[1] & _DAC_OVERRIDE if os.geteuid() == 0 else 0
        if _libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept)) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"capset: {os.strerror(number)}")
    set_of_process(_PR_SET_DUMPABLE, int(is_readable))  # a change of the user has set it to 0


def unreadable(folder: Path) -> str | None:
    """Return the name of what in a folder not every user can read, `.` for the folder itself; None if there is none."""
    if not folder.is_dir():
        return None
    with os.scandir(folder) as entries:
        present = [entry for entry in entries if entry.is_file() or entry.is_dir()]  # no links to nowhere
        statuses = [(".", folder.stat()), *((entry.name, entry.stat()) for entry in present)]
    for name, status in statuses:
        wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(status.st_mode) else 0)
        if status.st_mode & wanted != wanted:
            return name
    return None
