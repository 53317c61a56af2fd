"""A running emulator as tests hold it, their mini programs on it, and these programs' users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from wxemu.client.testing.connection import Connection
from wxemu.client.testing.exchanges import Requests
from wxemu.client.testing.faults import Faults
from wxemu.client.testing.phone import Phone
from wxemu.control.operations import apps
from wxemu.control.operations.functions import SHOW_ENVIRONMENT
from wxemu.control.operations.health import SHOW_PROXY
from wxemu.core.messages import Message
from wxemu.phone.operations import CREATE

if TYPE_CHECKING:
    from wxemu.client.testing.phone import Profile


@dataclass(frozen=True)
class Emulator(Connection):
    """A running emulator, and the way to mini programs on it."""

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

    def new_app(self, **entry: Any) -> App:
        """A new mini program, with an environment in which the project's functions run.

        :param entry: any part of an app as in a seed: ``unauthorized=["soter.verifySignature"]``, ``users=[...]``.
            What is left out of ``appid``, ``secret`` and ``env`` is made up.
        :raises RemoteError: an app that cannot be, or is there.
        """
        __tracebackhide__ = True
        made = self.call(apps.ADD, body=entry)
        return App(
            appid=made["appid"],
            secret=made["secret"],
            env=made["env"],
            secret_id=made["secret_id"],
            secret_key=made["secret_key"],
            emulator=self,
        )

    def find_app(self, appid: str | None = None) -> App:
        """A mini program that the seed, or somebody else, has made.

        :param appid: by default the first one.
        :raises RemoteError: there is none.
        """
        __tracebackhide__ = True
        env = self.call(SHOW_ENVIRONMENT, appid=appid)["env"]
        return App(
            appid=env["WX_APPID"],
            secret=env["WX_SECRET"],
            env=env["TCB_ENV"],
            secret_id=env["TENCENTCLOUD_SECRETID"],
            secret_key=env["TENCENTCLOUD_SECRETKEY"],
            emulator=self,
        )

    def _interception(self, name: Literal["proxy", "ca", "caBundle"]) -> str:
        __tracebackhide__ = True
        from wxemu.client.remote import RemoteError  # noqa: PLC0415 - as in connection.py

        fact = self.call(SHOW_PROXY)[name]
        if fact is None:
            raise RemoteError(
                Message(
                    "the emulator at {url} runs without its proxy; start it without --no-intercept",
                    "{url} 的模拟器没有运行代理；请不带 --no-intercept 启动",
                    url=self.url,
                )
            )
        return fact


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
        return Faults(self.emulator, self.appid)

    @property
    def requests(self) -> Requests:
        """What was asked and answered for this app."""
        return Requests(self.emulator, self.appid)

    def new_user(self, openid: str | None = None, *, unionid: str | None = None, is_high_risk: bool = False) -> User:
        """A new user of the mini program.

        :param openid: by default one is made up.
        :param is_high_risk: WeChat refuses the user's login (40226).
        :raises RemoteError: somebody has this openid.
        """
        __tracebackhide__ = True
        named = {"openid": openid, "unionid": unionid, "is_high_risk": is_high_risk or None}
        entry = {name: value for name, value in named.items() if value is not None}
        made = self.emulator.call(apps.ADD_USER, appid=self.appid, body=entry)
        return User(openid=made["openid"], unionid=made["unionid"], app=self)

    def restrict(self, **restrictions: Any) -> None:
        """Change what WeChat holds against the app, from the next call on.

        :param restrictions: ``ip_whitelist``, ``ip_refusal``, ``is_secret_frozen``, ``unauthorized``, ``forbidden``,
            each as in a seed.
        :raises RemoteError: a restriction that cannot be.
        """
        __tracebackhide__ = True
        self.emulator.call(apps.RESTRICT, appid=self.appid, body=restrictions)

    def remove(self) -> None:
        """Take the app away with all that belongs to it, if it is there yet."""
        __tracebackhide__ = True
        present = self.emulator.call(apps.LIST)["apps"]
        if any(app["appid"] == self.appid for app in present):
            self.emulator.call(apps.REMOVE, appid=self.appid)

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
        emulator = self.app.emulator
        made = emulator.call(CREATE, appid=self.app.appid, openid=self.openid, profile=profile)
        modes = tuple(made["supportMode"])
        return Phone(made["phoneId"], openid=self.openid, profile=profile, modes=modes, emulator=emulator)

    def expire_session(self) -> None:
        """End the user's session now: ``checkSession`` answers 87009 until the next login.

        :raises RemoteError: the user has none.
        """
        __tracebackhide__ = True
        self.app.emulator.call(apps.EXPIRE_SESSION, appid=self.app.appid, openid=self.openid)
