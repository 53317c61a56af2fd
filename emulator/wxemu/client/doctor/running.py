"""The running emulator: whether it answers, and what was arranged in it that a test would stumble over."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.client.remote import Remote, RemoteError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_CONTROL: Final = "/emulator/v1"
_TOLERATED_SECONDS: Final = 5.0
"""Between the clocks of two machines; a question takes its time as well."""
_ANSWER_SECONDS: Final = 2.0


def examine(remote: Remote, environ: Mapping[str, str]) -> Generator[Finding, None, str | None]:
    """Yield what is found; return its proxy's URL, if it has one and may be asked."""
    try:
        remote.ask("GET", "/readyz")
    except RemoteError as error:
        yield _silence(remote.url, str(error))
        return None
    yield ok("emulator", f"answers at {remote.url}")
    try:
        facts = remote.ask("GET", f"{_CONTROL}/interception")
        clock = remote.ask("GET", f"{_CONTROL}/clock")
        faults = remote.ask("GET", f"{_CONTROL}/faults")["faults"]
        settings = remote.ask("GET", f"{_CONTROL}/settings")
    except RemoteError as error:
        yield broken("control plane", str(error), "name its token, or update the one of the two that is older")
        return None
    yield from _token(remote.url, environ)
    yield _clock(clock)
    yield _faults(len(faults))
    if not settings["verify_signatures"]:
        yield hint(
            "signatures", "verify_signatures is false: CloudBase takes what the real one refuses", "set it to true"
        )
    if facts["proxy"] is None:
        yield hint(
            "proxy", "the emulator runs with --no-intercept", "clients need its address instead of the real names"
        )
    proxy: str | None = facts["proxy"]
    return proxy


def _silence(url: str, error: str) -> Finding:
    if not is_listening(url) or "no emulator answers" not in error:
        found, _, advice = error.partition("; ")
        return broken("emulator", found, advice or f"stop what listens at {url}, or name another address by --url")
    advice = "stop that, or start the emulator elsewhere (wxemu start --port 0) and name it by --url or WXEMU_URL"
    return broken("emulator", f"something else than an emulator listens at {url}", advice)


def is_listening(url: str) -> bool:
    """Whether anything does, at the host and port of a URL."""
    at = urlsplit(url)
    try:
        socket.create_connection((at.hostname or "", at.port or 80), timeout=_ANSWER_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _token(url: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    if not environ.get("WXEMU_TOKEN"):
        return
    try:
        Remote(url).ask("GET", f"{_CONTROL}/clock")
    except RemoteError:
        yield ok("control token", "is asked for, and the one in WXEMU_TOKEN is right")
    else:
        yield hint("control token", "WXEMU_TOKEN is set, and this emulator asks for none", "unset WXEMU_TOKEN")


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
            "faults", f"{count} wait to be met", "`wxemu fault list` shows them, `wxemu fault remove --all` ends it"
        )
    return ok("faults", "none")
