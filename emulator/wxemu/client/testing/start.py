"""Ways to an emulator: one that is started for this test run, or one that runs already."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wxemu.client.child import Child, ChildError
from wxemu.client.remote import Remote, RemoteError
from wxemu.client.testing.emulator import Emulator
from wxemu.control.operations import clock
from wxemu.control.operations.health import READY
from wxemu.core import temporary
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextmanager
def start(project: Path, options: Sequence[str]) -> Iterator[Emulator]:
    """Start one for this test run.

    :raises ChildError: it does not start; the text tells why.
    """
    with temporary.folder() as folder, (folder / "words").open("w", encoding="utf-8") as words:
        try:
            child = Child(project, *options, stderr=words)
        except ChildError:
            reason = _reason(Path(words.name).read_text())
            raise ChildError(
                Message("the emulator did not start: {reason}", "模拟器没有启动：{reason}", reason=reason)
            ) from None
        with child:
            yield Emulator(child.url, Remote(child.url), words=Path(words.name))


def _reason(said: str) -> str:
    """Of what it said, the error: warnings may stand before."""
    _, _, error = said.strip().rpartition("\n")
    return error.removeprefix("Error: ").removeprefix("错误：")


def connect_to(url: str, token: str | None) -> Emulator:
    """Take the one that WXEMU_URL names, which goes on running.

    :raises RemoteError: it does not answer, is not ready, or wants another token.
    """
    remote = Remote(url, token=token)
    try:
        remote.call(READY)
        remote.call(clock.SHOW)  # which wants the token, if there is one
    except RemoteError as error:
        raise RemoteError(Message("WXEMU_URL: {error}", "WXEMU_URL 不可用：{error}", error=error)) from None
    return Emulator(remote.url, remote)
