"""The user that functions run as when the emulator is root: one that nobody is."""

from __future__ import annotations

import grp
import logging
import os
import pwd
from contextlib import suppress
from pathlib import Path
from typing import Final

from wxemu.core.messages import Message, spoken

# Numbers that distributions give to nobody; the first that no user and no group of this machine has is taken.
_NUMBERS: Final = range(65533, 65000, -1)
_NEEDED: Final = sum(1 << capability for capability in (0, 6, 7, 21))  # chown, setgid, setuid, sys_admin

_log = logging.getLogger(__name__)


def own(store: Path | None) -> int | None:
    """Return the number of this user and of its group, and make it the owner of the folder `store` and its files.

    It is None where the emulator is not root, or not all that root is elsewhere.
    """
    if os.geteuid() != 0 or not _may_all():
        return None
    number = next(filter(_is_nobody, _NUMBERS), None)
    if number is not None and store is not None:
        try:
            for path in (store, *store.iterdir()):
                os.lchown(path, number, number)
        except OSError as error:
            as_root = Message(
                "functions run as root: {store} cannot be given to another user ({reason})",
                "云函数以 root 运行：{store} 无法交给其他用户（{reason}）",
                store=store,
                reason=error,
            )
            _log.warning("%s", spoken(as_root))
            return None
    return number


def _may_all() -> bool:
    """Whether root has the rights that it takes; in a container it may not."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name == "CapEff":
                return int(value, 16) & _NEEDED == _NEEDED
    return False


def _is_nobody(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        pass
    else:
        return False
    try:
        grp.getgrgid(number)
    except KeyError:
        return True
    return False
