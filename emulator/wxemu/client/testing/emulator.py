"""A running emulator, as tests reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxemu.client.testing.app import App

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wxemu.client.remote import Remote


@dataclass(frozen=True)
class Emulator:
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

    @property
    def proxy(self) -> str:
        """The proxy in which the real names, such as api.weixin.qq.com, lead here; for ``HTTPS_PROXY``.

        :raises RemoteError: it runs without one.
        """
        return self._interception("proxy")

    @property
    def ca(self) -> str:
        """The file with the certificate of its CA, for clients that take one besides the system's.

        :raises RemoteError: it runs without the proxy.
        """
        return self._interception("ca")

    @property
    def ca_bundle(self) -> str:
        """The file with the CA and the system's roots, for clients that take one instead: ``REQUESTS_CA_BUNDLE``.

        :raises RemoteError: it runs without the proxy.
        """
        return self._interception("caBundle")

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
            raise RemoteError(str(error)) from None  # from here, so that a test that fails ends at its own line

    def new_app(self, **entry: Any) -> App:
        """A new mini program, with an environment in which the project's functions run.

        :param entry: any part of an app as in a seed: ``unauthorized=["soter.verifySignature"]``, ``users=[...]``.
            What is left out of ``appid``, ``secret`` and ``env`` is made up.
        :raises RemoteError: an app that cannot be, or is there.
        """
        __tracebackhide__ = True
        made = self.ask("POST", "/emulator/v1/apps", entry)
        return App(
            appid=made["appid"],
            secret=made["secret"],
            env=made["env"],
            secret_id=made["secret_id"],
            secret_key=made["secret_key"],
            emulator=self,
        )

    def _interception(self, name: str) -> str:
        __tracebackhide__ = True
        from wxemu.client.remote import RemoteError  # noqa: PLC0415 - see above

        fact = self.ask("GET", "/emulator/v1/interception")[name]
        if fact is None:
            raise RemoteError(f"the emulator at {self.url} runs without its proxy; start it without --no-intercept")
        return str(fact)
