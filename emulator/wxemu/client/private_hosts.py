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

from wxemu.control.operations.health import SHOW_PROXY
from wxemu.core import temporary
from wxemu.core.http.hosts import EMULATED, is_named
from wxemu.intercept.direct import HTTPS, NAMES
from wxemu.scf.bootstrap import view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wxemu.client.remote import Remote

HOSTS: Final = Path("/etc/hosts")
RESOLVER: Final = Path("/etc/resolv.conf")
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
_LISTENING, _UNCONNECTED = "0A", "07"
"""The kernel's states of sockets."""


@contextmanager
def making(remote: Remote, env_id: str) -> Iterator[Callable[[], None] | None]:
    """Make the files for the time of a block; yield what a process does to see them, ``None`` where none can.

    :param env_id: the environment, whose own names are led too.
    :raises RemoteError: the emulator does not answer.
    """
    facts = remote.call(SHOW_PROXY)
    direct = facts["direct"]
    if direct is None or not _is_listening(direct):
        yield None
        return
    with temporary.folder() as folder:
        names = (*EMULATED, *(name.format(env=env_id) for name in _OF_PATTERNS))
        led = [name for name in names if "*" not in name and not is_named(name, facts["passThrough"])]
        files = dict(_files(folder, direct, led))
        yield partial(view.cover, files) if _may_cover(files) else None


def is_led(direct: str) -> bool:
    """Whether this process has such an /etc/hosts."""
    return any(line.startswith(f"{direct} ") for line in HOSTS.read_text("utf-8", "replace").splitlines())


def is_possible(direct: str) -> bool:
    """Whether the emulator listens at that address of this machine, and a command may have files of its own here."""
    return _is_listening(direct) and _may_cover({HOSTS: HOSTS})


def _is_listening(direct: str) -> bool:
    return _is_bound(direct, HTTPS, "tcp", _LISTENING)


def _is_bound(address: str, port: int, protocol: str, state: str) -> bool:
    """Found out without a connection, which would start the proxy for a command that may never need it."""
    number = int.from_bytes(socket.inet_aton(address), sys.byteorder)  # as the kernel shows it
    try:
        rows = [line.split() for line in Path("/proc/net", protocol).read_text().splitlines()]
    except OSError:  # not Linux
        return False
    return any(row[1] == f"{number:08X}:{port:04X}" and row[3] == state for row in rows)


def _may_cover(files: Mapping[Path, Path]) -> bool:
    """Tried in a process of its own: half a namespace would be worse for the command than none."""
    process = os.fork()
    if process == 0:
        with suppress(BaseException):
            view.cover(files)
            os._exit(0)
        os._exit(1)
    return os.waitpid(process, 0)[1] == 0


def _files(folder: Path, direct: str, names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """What the command sees at which places."""
    yield HOSTS, _written(folder / "hosts", hosts_text(HOSTS.read_text("utf-8", "replace"), direct, names))
    with suppress(OSError):  # without it /etc/hosts comes first
        order = r"^\s*hosts:.*"
        text = re.sub(order, "hosts: files myhostname dns", _ORDER.read_text("utf-8", "replace"), flags=re.MULTILINE)
        yield _ORDER, _written(folder / "nsswitch.conf", text)
    if _is_bound(direct, NAMES, "udp", _UNCONNECTED):
        with suppress(OSError):  # without it this machine asks nobody
            text = re.sub(r"^\s*nameserver\b.*\n?", "", RESOLVER.read_text("utf-8", "replace"), flags=re.MULTILINE)
            yield RESOLVER, _written(folder / "resolv.conf", f"nameserver {direct}\n{text}")
    if _CACHE.exists():
        yield _CACHE, _NOTHING  # it knows the machine's /etc/hosts


def hosts_text(machines: str, direct: str, names: Sequence[str]) -> str:
    """The text of /etc/hosts: these names, and the machine's own lines without those that lead them elsewhere."""
    kept = [line for line in machines.splitlines() if not set(names) & set(line.partition("#")[0].split()[1:])]
    # Also for those who ask for IPv6 only, who would go on to ask the network.
    return "".join(f"{line}\n" for line in (*(f"{at} {' '.join(names)}" for at in (direct, f"::ffff:{direct}")), *kept))


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    return file
