"""A command that finds Tencent's real names at the emulator, whatever its clients read: by an /etc/hosts of its own.

That is a mount in a namespace of the command, for which Linux asks root's rights or lets every user have them. It ends
with the command, and the machine's own files stay as they are.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.core import temporary
from wxemu.core.http.hosts import EMULATED, is_emulated
from wxemu.intercept.direct import HTTPS
from wxemu.scf.bootstrap import view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOSTS: Final = Path("/etc/hosts")
_ORDER: Final = Path("/etc/nsswitch.conf")
_CACHE: Final = Path("/run/nscd/socket")
_NOTHING: Final = Path("/dev/null")
_OF_PATTERNS: Final = (
    "scf.tencentcloudapi.com",
    "tcb.tencentcloudapi.com",
    "{env}.tcb-api.tencentcloudapi.com",
    "{env}.ap-shanghai.tcb-api.tencentcloudapi.com",
)
"""Such a file has no patterns, so of those that are emulated it has the names that clients ask for first."""
_LISTENING: Final = "0A"
_TCP: Final = Path("/proc/net/tcp")


@contextmanager
def making(direct: str | None, env_id: str) -> Iterator[Callable[[], None] | None]:
    """Make the files for the time of a block; yield what a process does to see them, ``None`` where none can.

    :param direct: the emulator's address for the names' own ports.
    :param env_id: the environment, whose own names are led too.
    """
    if direct is None or not is_possible(direct):
        yield None
        return
    with temporary.folder() as folder:
        files = dict(_files(folder, direct, env_id))
        yield partial(view.cover, files)


def is_possible(direct: str) -> bool:
    """Whether the emulator listens at that address of this machine, and a command may have files of its own here."""
    return _is_listening(direct) and _may_cover()


def _is_listening(address: str) -> bool:
    """Found out without a connection, which would start the proxy for a command that may never need it."""
    number = int.from_bytes(socket.inet_aton(address), sys.byteorder)  # as the kernel shows it
    try:
        rows = [line.split() for line in _TCP.read_text().splitlines()]
    except OSError:  # not Linux
        return False
    return any(row[1] == f"{number:08X}:{HTTPS:04X}" and row[3] == _LISTENING for row in rows)


def _may_cover() -> bool:
    """Tried in a process of its own: half a namespace would be worse for the command than none."""
    process = os.fork()
    if process == 0:
        with suppress(BaseException):
            view.cover({HOSTS: HOSTS})
            os._exit(0)
        os._exit(1)
    return os.waitpid(process, 0)[1] == 0


def _files(folder: Path, direct: str, env_id: str) -> Iterator[tuple[Path, Path]]:
    """What the command sees at which places."""
    yield HOSTS, _written(folder / "hosts", hosts_text(HOSTS.read_text("utf-8", "replace"), direct, env_id))
    with suppress(OSError):  # without it /etc/hosts comes first
        text = re.sub(r"^(\s*hosts:)", r"\1 files", _ORDER.read_text("utf-8", "replace"), flags=re.MULTILINE)
        yield _ORDER, _written(folder / "nsswitch.conf", text)
    if _CACHE.exists():
        yield _CACHE, _NOTHING  # it knows the machine's /etc/hosts


def hosts_text(machines: str, direct: str, env_id: str) -> str:
    """The text of /etc/hosts: the machine's own, without what it says of emulated names, and these."""
    kept = [line for line in machines.splitlines() if not any(map(is_emulated, line.partition("#")[0].split()[1:]))]
    names = *(name for name in EMULATED if "*" not in name), *(name.format(env=env_id) for name in _OF_PATTERNS)
    # Also for those who ask for IPv6 only, who would go on to ask the network.
    return "".join(f"{line}\n" for line in (*(f"{at} {' '.join(names)}" for at in (direct, f"::ffff:{direct}")), *kept))


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    return file
