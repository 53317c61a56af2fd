"""A mini program of a test's own, and its users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from wxemu.client.testing.exchanges import Requests
from wxemu.client.testing.faults import Faults
from wxemu.client.testing.phone import Phone

if TYPE_CHECKING:
    from wxemu.client.testing.emulator import Emulator
    from wxemu.client.testing.phone import Profile


@dataclass(frozen=True)
class App:
    """A mini program and the CloudBase environment bound to it. As a context manager it is taken away at the end.

    :param secret: its AppSecret.
    :param env: the id of the environment; the project's functions run in it as in every other.
    :param secret_id: of the Tencent Cloud account that owns the environment, with ``secret_key``.
    """

    appid: str
    secret: str = field(repr=False)
    env: str
    secret_id: str
    secret_key: str = field(repr=False)
    emulator: Emulator = field(repr=False, compare=False)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose for this app's calls."""
        return Faults(self)

    @property
    def requests(self) -> Requests:
        """What was asked and answered for this app."""
        return Requests(self)

    def new_user(self, openid: str | None = None, *, unionid: str | None = None, is_high_risk: bool = False) -> User:
        """A new user of the mini program.

        :param openid: by default one is made up.
        :param is_high_risk: WeChat refuses the user's login (40226).
        :raises RemoteError: somebody has this openid.
        """
        __tracebackhide__ = True
        named = {"openid": openid, "unionid": unionid, "is_high_risk": is_high_risk or None}
        entry = {name: value for name, value in named.items() if value is not None}
        made = self.emulator.ask("POST", f"{self.path}/users", entry)
        return User(openid=made["openid"], unionid=made["unionid"], app=self)

    def restrict(self, **restrictions: Any) -> None:
        """Change what WeChat holds against the app, from the next call on.

        :param restrictions: ``ip_whitelist``, ``ip_refusal``, ``is_secret_frozen``, ``unauthorized``, ``forbidden``,
            each as in a seed.
        :raises RemoteError: a restriction that cannot be.
        """
        __tracebackhide__ = True
        self.emulator.ask("PATCH", self.path, restrictions)

    def remove(self) -> None:
        """Take the app away with all that belongs to it, if it is there yet."""
        __tracebackhide__ = True
        present = self.emulator.ask("GET", "/emulator/v1/apps")["apps"]
        if any(app["appid"] == self.appid for app in present):
            self.emulator.ask("DELETE", self.path)

    @property
    def path(self) -> str:
        """Of the app in the control plane."""
        return f"/emulator/v1/apps/{quote(self.appid, safe='')}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


@dataclass(frozen=True)
class User:
    """A user of a mini program."""

    openid: str
    unionid: str | None
    app: App = field(repr=False)

    def new_phone(self, profile: Profile = "android") -> Phone:
        """A new phone in the user's hand, with one finger or face enrolled.

        :param profile: ``android`` (fingerPrint), ``ios`` (facial), ``huawei`` (both, salt of 32 bytes) or ``none``.
        :raises RemoteError: there is no such profile.
        """
        __tracebackhide__ = True
        body = {"appid": self.app.appid, "openid": self.openid, "profile": profile}
        made = self.app.emulator.ask("POST", "/phone/v1/phones", body)
        return Phone(phone_id=made["phoneId"], profile=profile, modes=tuple(made["supportMode"]), user=self)

    def expire_session(self) -> None:
        """End the user's session now: ``checkSession`` answers 87009 until the next login.

        :raises RemoteError: the user has none.
        """
        __tracebackhide__ = True
        self.app.emulator.ask("POST", f"{self.app.path}/users/{quote(self.openid, safe='')}/session/expire", {})
