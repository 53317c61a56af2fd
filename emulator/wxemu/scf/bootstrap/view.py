"""What of the machine a function sees: the system's folders, its code at /var/user, layers at /opt, a /tmp of its own.

It is made of mounts in namespaces of this process and each instance, for which Linux asks root's rights or lets every
user have them. With them an instance has System V's shared memory and its kin of its own.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from contextlib import suppress
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CODE, LAYERS, TEMPORARY = Path("/var/user"), Path("/opt"), Path("/tmp")  # noqa: S108 - the platform's places
LANGUAGES = Path("/var/lang")
HOMES = Path("/home")  # in which a function's home is not, and cannot be made [field]
TEMPORARY_MEGABYTES = 512  # [doc]
MACHINE = Path("/.machine")  # where the machine's own root is, until an instance has taken what it needs
SYSTEM = ("bin", "etc", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "sys", "usr")
PROCESSES, DEVICES, MEMORY = Path("/proc"), Path("/dev"), Path("/dev/shm")  # noqa: S108 - likewise
_DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
_NETWORK = ("/etc/resolv.conf", "/etc/hosts")  # which may be links to other places

_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER = 0x20000, 0x8000000, 0x10000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _RECURSIVE, _SLAVE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 19
_DETACH = 2
_MOUNT_SETATTR, _HERE, _AT_RECURSIVE = 442, -100, 0x8000  # the number is the same on every machine
# What a remount must repeat (nosuid, nodev, noexec, noatime, nodiratime, relatime), by statvfs's flag.
_KEPT_BY_REMOUNT = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}

_libc = ctypes.CDLL(None, use_errno=True)


def prepare(*, has_own_processes: bool) -> None:
    """Have a view of its own for one instance, whichever it will be.

    :param has_own_processes: whether this is a process in a namespace of its own, so that /proc has to show that.
    """
    _unshare(_CLONE_NEWNS | _CLONE_NEWIPC)
    if has_own_processes:
        _mount("proc", PROCESSES, "proc", _NOSUID | _NODEV | _NOEXEC)
    _mount("tmpfs", MEMORY, "tmpfs", _NOSUID | _NODEV, f"mode=1777,size={TEMPORARY_MEGABYTES}m")


def make_room_for_languages() -> None:
    """Have a folder of its own at /var/lang in a prepared view, that an instance can write to."""
    _mount("tmpfs", LANGUAGES, "tmpfs", _NOSUID | _NODEV, "mode=1777,size=1m")


def enter(code: str, layers: list[str], folders: list[str], readable: list[str], files: Mapping[str, str]) -> None:
    """Complete a prepared view: only its own code, the `folders` that it may write to, `readable` ones, and `files`.

    Of the `layers`, a later one's files hide an earlier one's [doc]. Paths are those of the machine, without links.
    """
    if of_machine(code).is_dir():
        _bind(of_machine(code), CODE)
        _make_read_only(CODE)
    _mount("tmpfs", TEMPORARY, "tmpfs", _NOSUID | _NODEV, f"mode=1777,size={TEMPORARY_MEGABYTES}m")
    present = [folder for folder in map(of_machine, layers) if folder.is_dir()]
    if present:
        _mount("tmpfs", LAYERS, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
        _put_layers(present, LAYERS)
    for folder, real in interpreter_folders().items():
        _show(folder, real)  # again, for those that /tmp or /opt hides by now
    for folder in readable:
        _show(folder, folder)
    for folder in folders:
        _show(folder, folder, is_writable=True)
    for place, file in files.items():
        if of_machine(file).is_file():
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).touch()
            _bind(of_machine(file), Path(place))
            _make_read_only(Path(place))
    _detach(MACHINE)
    _remount_read_only(LAYERS)
    _remount_read_only(Path("/"))  # but not what is mounted below, such as /tmp


def build() -> None:
    """Build a root at /tmp, which nothing but this process and its instances will see, and make it ours.

    It has the system's folders only.
    """
    interpreter_folders()  # found once, while links can still be followed
    network = {str(Path(file).resolve().parent) for file in _NETWORK}
    _own_namespace()
    _mount("none", Path("/"), None, _RECURSIVE | _SLAVE)
    _mount("tmpfs", TEMPORARY, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
    machine = _below(TEMPORARY, MACHINE)
    machine.mkdir()
    _bind(Path("/"), machine)
    _detach(_below(machine, TEMPORARY))  # there it covers the machine's
    for folder in (CODE, LAYERS, TEMPORARY, LANGUAGES, HOMES):
        _below(TEMPORARY, folder).mkdir(parents=True)
    _bind(_below(TEMPORARY, LAYERS), _below(TEMPORARY, LAYERS))  # a mount of its own, that can be made read-only
    os.chroot(TEMPORARY)
    os.chdir("/")
    for name in SYSTEM:
        _show_system(name)
    PROCESSES.mkdir()
    _bind(MACHINE / "proc", PROCESSES)
    _show_devices()
    for shown, real in interpreter_folders().items():
        _show(shown, real)
    for shown in network:
        _show(shown, shown)


def _own_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        with suppress(OSError):  # the root of a container may not have the right
            _unshare(_CLONE_NEWNS)
            return
    _unshare(_CLONE_NEWUSER | _CLONE_NEWNS)
    for file, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", file).write_text(text)


@functools.cache
def interpreter_folders() -> dict[str, str]:
    """Return where this Python and its packages are, outer folders first, and where each is without links."""
    folders = sorted({sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}, key=len)
    return {folder: os.path.realpath(folder) for folder in folders}


def _show_system(name: str) -> None:
    source, target = MACHINE / name, Path("/", name)
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
        _bind(source, target)
        _make_read_only(target)


def _show_devices() -> None:
    """Show those that harm nobody, and none of the machine's shared memory."""
    MEMORY.mkdir(parents=True)
    for name in _DEVICES:
        source, target = MACHINE / "dev" / name, DEVICES / name
        if source.exists():
            target.touch()
            _bind(source, target)
    for name, place in _LINKS.items():
        (DEVICES / name).symlink_to(place)


def _put_layers(sources: list[Path], place: Path) -> None:
    """Have what is in some folders at one place, entry by entry: this Python may be below it too."""
    names = dict.fromkeys(entry.name for source in sources for entry in source.iterdir())
    for name in names:
        found = [source / name for source in sources if (source / name).exists()]
        target = place / name
        if len(found) > 1 and all(entry.is_dir() for entry in found):
            target.mkdir()
            _put_layers(found, target)
            continue
        if found and found[-1].is_dir():
            target.mkdir()
        elif found and found[-1].is_file():
            target.touch()
        else:
            continue
        _bind(found[-1], target)
        _make_read_only(target)


def _show(folder: str, real: str, *, is_writable: bool = False) -> None:
    """Have the machine's folder `real` at `folder`, unless it is there already."""
    source, target = of_machine(real), Path(folder)
    with suppress(OSError):  # one of the two is not there
        if target.samefile(source) and not is_writable:
            return
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        _bind(source, target)
        if not is_writable:
            _make_read_only(target)


def of_machine(path: str) -> Path:
    """Return where a path of the machine is until an instance has taken what it needs."""
    return _below(MACHINE, Path(path))


def _below(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _bind(source: Path, target: Path) -> None:
    _mount(source, target, None, _BIND | _RECURSIVE)


def _make_read_only(target: Path) -> None:
    """Make a mount read-only, and those below it where the kernel is of Linux 5.12 or later."""
    change = (ctypes.c_uint64 * 4)(_RDONLY)  # to set; to clear, propagation, user namespace
    done = _libc.syscall(
        _MOUNT_SETATTR, _HERE, os.fsencode(target), _AT_RECURSIVE, change, ctypes.c_size_t(ctypes.sizeof(change))
    )
    if done != 0:
        _remount_read_only(target)


def _remount_read_only(target: Path) -> None:
    present = os.statvfs(target).f_flag
    kept = sum(flag for known, flag in _KEPT_BY_REMOUNT.items() if present & known)
    _mount("none", target, None, _REMOUNT | _BIND | _RDONLY | kept)


def _mount(source: Path | str, target: Path, kind: str | None, flags: int, options: str | None = None) -> None:
    kind_, options_ = (None if text is None else text.encode() for text in (kind, options))
    done = _libc.mount(os.fsencode(source), os.fsencode(target), kind_, ctypes.c_ulong(flags), options_)
    _check(done, f"mount {target}")


def _detach(target: Path) -> None:
    _check(_libc.umount2(os.fsencode(target), _DETACH), f"umount {target}")


def _unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def _check(done: int, what: str) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
