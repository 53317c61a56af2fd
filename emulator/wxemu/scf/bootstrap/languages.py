"""The Python that an HTTP function's scf_bootstrap names by its place on the platform, below /var/lang/python311.

It is a virtual environment of the present Python, with the packages that this one has, or none, and the text of
`listening`.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PORT = 9000  # [doc]
LOOPBACK = "127.0.0.1"
UNREACHABLE = "unreachable"  # told in place of a port: the server listens where the platform does not look for it
GIVEN = {"PORT": PORT, "LOOPBACK": LOOPBACK, "UNREACHABLE": UNREACHABLE}
MODULE = "wxemu_listening"
_FUTURE = "from __future__ import annotations\n"  # can only stand first
# Read now: an instance cannot see the file.
_LISTENING = Path(__file__).with_name("listening.py").read_text("utf-8").partition(_FUTURE)[2]
# The documented names have no dot (python39), those that the CLI's own template makes do.
PLACE_IN_TEXT = re.compile(rb"/var/lang/python(?=[\d.]*/bin/)")


def make(folder: Path, runtime: str) -> Path:
    """Make it in an empty `folder`, for a runtime such as Python3.11; return the file that will tell its port."""
    port = folder / "port"
    port.touch()
    version = runtime.lower()
    own = folder / version.replace(".", "")
    packages = own / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    packages.mkdir(parents=True)
    (own / "bin").mkdir()
    for name in dict.fromkeys(("python", "python3", version, "python{}.{}".format(*sys.version_info))):
        (own / "bin" / name).symlink_to(_base())
    for name in (version, "python3"):
        (folder / name).symlink_to(own.name)
    (own / "pyvenv.cfg").write_text(f"home = {_base().parent}\ninclude-system-site-packages = false\n", "utf-8")
    given = "".join(f"{name} = {value!r}\n" for name, value in {**GIVEN, "PLACE": str(port)}.items())
    (packages / f"{MODULE}.py").write_text(_FUTURE + given + _LISTENING, "utf-8")
    lines = [f"import {MODULE}", *(f"import site; site.addsitedir({entry!r})" for entry in _package_folders())]
    (packages / f"{MODULE}.pth").write_text("\n".join(lines) + "\n", "utf-8")
    return port


def binaries(folder: Path, runtime: str) -> Path:
    """Return where its commands are, in the `folder` that it was made in."""
    return folder / runtime.lower().replace(".", "") / "bin"


def _base() -> Path:
    """The Python that this one's environment was made from."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def _package_folders() -> list[str]:
    """Where this Python's packages are; a bare one has none."""
    if sys.flags.no_site:
        return []
    return [entry for entry in sys.path if os.path.basename(entry) in ("site-packages", "dist-packages")]  # noqa: PTH119
