"""This machine's versions and clock, and the running emulator: whether it answers, and what could disturb a test."""

from __future__ import annotations

import platform
import socket
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.client.project_of import describe, is_another, project_of
from wxemu.client.remote import Remote, RemoteError
from wxemu.control.operations import clock as clocks
from wxemu.control.operations import health
from wxemu.control.operations.faults import LIST

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_TOLERATED_SECONDS: Final = 5.0
"""By which the clocks of two machines may differ, request time included."""
_ANSWER_SECONDS: Final = 2.0


def examine_machine() -> Iterator[Finding]:
    """Report versions, and check the clock: clients compare certificates with it."""
    yield ok("versions", f"wxemu {metadata.version('wxemu')} on Python {platform.python_version()}")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if time.time() < Path(__file__).stat().st_mtime:
        yield broken(
            "system clock",
            f"it shows {now}, which is before this software was installed",
            "set it: clients refuse certificates of other times",
        )
    else:
        yield ok("system clock", now)


def examine(remote: Remote, environ: Mapping[str, str], project: Path) -> Generator[Finding, None, str | None]:
    """Check the emulator; return its proxy's URL, if it tells one.

    :param project: the folder whose functions it should have.
    """
    try:
        remote.call(health.READY)
    except RemoteError as error:
        yield _silence(remote.url, str(error))
        return None
    yield ok("emulator", f"answers at {remote.url}")
    try:
        facts = remote.call(health.SHOW_PROXY)
        clock = remote.call(clocks.SHOW)
        faults = remote.call(LIST)["faults"]
        settings = remote.call(health.SHOW_SETTINGS)
        theirs = project_of(remote)
    except RemoteError as error:
        yield broken("control plane", str(error), "name its token, or update the older of client and emulator")
        return None
    if is_another(theirs, project):
        advice = "start one here (wxemu start --port 0) and name it by --url or WXEMU_URL; `wxemu exec` starts its own"
        yield hint("emulator's project", f"it has {describe(theirs)}, not those of {project}", advice)
    yield from _token(remote.url, environ)
    yield _clock(clock)
    yield _faults(len(faults))
    if not settings["verify_signatures"]:
        yield hint(
            "signatures",
            "verify_signatures is false: CloudBase accepts requests that the real one refuses",
            "set it to true",
        )
    if facts["proxy"] is None:
        yield hint(
            "proxy", "the emulator runs with --no-intercept", "clients need its address instead of the real names"
        )
    proxy: str | None = facts["proxy"]
    return proxy


def _silence(url: str, error: str) -> Finding:
    if not is_listening(url) or "no emulator answers" not in error:
        problem, _, advice = error.partition("; ")
        return broken("emulator", problem, advice or f"stop what listens at {url}, or name another address by --url")
    advice = "stop that, or start the emulator elsewhere (wxemu start --port 0) and name it by --url or WXEMU_URL"
    return broken("emulator", f"something other than an emulator listens at {url}", advice)


def is_listening(url: str) -> bool:
    """Whether anything listens at the host and port of a URL."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_ANSWER_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _token(url: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    if not environ.get("WXEMU_TOKEN"):
        return
    try:
        Remote(url).call(clocks.SHOW)
    except RemoteError:
        yield ok("control token", "is required, and the one in WXEMU_TOKEN is right")
    else:
        yield hint("control token", "WXEMU_TOKEN is set, but this emulator requires none", "unset WXEMU_TOKEN")


def _clock(clock: Mapping[str, Any]) -> Finding:
    advice = "`wxemu clock release` returns to real time"
    if clock["isFrozen"]:
        return hint("clock", "it is frozen", advice)
    if clock["scale"] != 1:
        return hint("clock", f"it runs {clock['scale']:g} times as fast as real time", advice)
    if clock["offset"]:
        return hint("clock", f"it is {clock['offset']:.0f} seconds ahead of real time", advice)
    behind = time.time() - clock["now"]
    if abs(behind) > _TOLERATED_SECONDS:
        return hint("clock", f"its machine's clock and this one's are {abs(behind):.0f} seconds apart", "set them")
    return ok("clock", "shows real time")


def _faults(count: int) -> Finding:
    if count:
        return hint(
            "faults", f"{count} are set", "`wxemu fault list` shows them, `wxemu fault remove --all` removes them"
        )
    return ok("faults", "none")
