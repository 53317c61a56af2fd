"""The connection to a running emulator, which all that tests hold of it shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wxemu.client.remote import Remote
    from wxemu.core.http.operations import Members, Operation

Output = TypeVar("Output")


@dataclass(frozen=True)
class Connection:
    """A running emulator.

    :param url: where it is WeChat and CloudBase: the base address for clients that let you change it.
    :param words: the file with what it says on standard error, if this test run started it.
    """

    url: str
    remote: Remote = field(repr=False, compare=False)
    words: Path | None = field(default=None, repr=False, compare=False)

    @property
    def is_own(self) -> bool:
        """Whether this test run started it."""
        return self.words is not None

    @property
    def control(self) -> str:
        """The address of its control plane."""
        return f"{self.url}/emulator/v1"

    def said(self) -> str:
        """What it warned of until now, if this test run started it."""
        return "" if self.words is None else self.words.read_text(encoding="utf-8").strip()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer of one of our own interfaces: ``ask("PATCH", "/emulator/v1/settings", {...})``.

        :raises RemoteError: it does not answer, or refuses; the text says why.
        """
        __tracebackhide__ = True
        from wxemu.client.remote import RemoteError  # noqa: PLC0415 - HTTP takes 60 ms, which only its use costs

        try:
            return self.remote.ask(method, path, body)
        except RemoteError as error:
            raise RemoteError(error.message) from None  # from here, so that a test that fails ends at its own line

    def call(self, operation: Operation[Members, Any, Output], /, *_: Members.args, **given: Members.kwargs) -> Output:
        """The output of an operation of the table.

        :raises RemoteError: it does not answer, or refuses; the text says why.
        """
        __tracebackhide__ = True
        from wxemu.client.remote import RemoteError  # noqa: PLC0415 - as above

        try:
            return self.remote.call(operation, *_, **given)
        except RemoteError as error:
            raise RemoteError(error.message) from None
