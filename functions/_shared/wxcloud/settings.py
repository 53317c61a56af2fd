"""The function's settings: its WX_* environment variables, read once, when the instance starts.

Reading them later would be wrong: the runtime copies each invocation's WX_* values (WX_APPID among them) into
os.environ and leaves them there.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wxcloud.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STABLE_TOKEN, TOKEN = TOKEN_KINDS = ("stable_token", "token")
GATEWAY = "gateway"
TRANSPORTS = (GATEWAY, "https")


@dataclass(frozen=True)
class Settings:
    """The settings of one instance; each is checked when it is used, so a missing one is an answer and not a crash.

    An empty variable counts as missing: the CloudBase CLI writes an empty string for a template without a value. Every
    property raises InvalidSetting, which names the variable.
    """

    variables: Mapping[str, str] = field(repr=False)

    @classmethod
    def at_start(cls, environ: Mapping[str, str]) -> Settings:
        """Keep a copy of the WX_* variables as they are now."""
        return cls({name: value for name, value in environ.items() if name.startswith("WX_")})

    @property
    def appid(self) -> str:
        return self._required("WX_APPID")

    @property
    def secret(self) -> str:
        return self._required("WX_SECRET")

    @property
    def api_base(self) -> str:
        """WeChat's address without a slash at the end; WX_API_BASE replaces the real one."""
        base = self.variables.get("WX_API_BASE") or "https://api.weixin.qq.com"
        if not is_web_address(base):
            raise InvalidSetting("WX_API_BASE must be an http(s) address like https://api.weixin.qq.com")
        return base.rstrip("/")

    @property
    def forced_transport(self) -> str | None:
        """The transport for every open API, `gateway` or `https`; None lets the invocation decide."""
        return self._one_of("WX_TRANSPORT", TRANSPORTS) if self.variables.get("WX_TRANSPORT") else None

    @property
    def token_kind(self) -> str:
        """The kind of access_token: `stable_token` (which other services can share) or `token`."""
        return self._one_of("WX_TOKEN_KIND", TOKEN_KINDS)

    @property
    def timeouts(self) -> tuple[float, float]:
        """Seconds to wait for a connection, and then for each answer."""
        return self._seconds("WX_CONNECT_TIMEOUT", 3.0), self._seconds("WX_READ_TIMEOUT", 5.0)

    def store(self, *, is_on_scf: bool) -> tuple[str, str]:
        """What the instances share, and where: ("sqlite", path), ("cloudbase", "") or ("redis", address).

        On SCF it is the environment's document database unless WX_STORE says something else: a file there belongs to
        one instance of one function. Elsewhere it is a file in the temporary folder.
        """
        setting = self.variables.get("WX_STORE") or ("cloudbase" if is_on_scf else f"sqlite:{_default_file()}")
        kind, _, path = setting.partition(":")
        if setting == "cloudbase":
            return "cloudbase", ""
        if kind == "sqlite" and path:
            return "sqlite", path
        if kind in ("redis", "rediss") and is_address_of_host(setting):
            return "redis", setting
        raise InvalidSetting("WX_STORE must be cloudbase, sqlite:PATH, or redis://host:port/0 (rediss:// with TLS)")

    @property
    def store_keys(self) -> str:
        """The keys that session keys are encrypted with in a store that others can read; see `custody`."""
        return self.variables.get("WX_STORE_KEY") or ""

    def _required(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            raise InvalidSetting(f"{name} is not set: set it in the function's envVariables")
        return value

    def _one_of(self, name: str, choices: Sequence[str]) -> str:
        value = self.variables.get(name) or choices[0]
        if value not in choices:
            raise InvalidSetting(f"{name} must be one of {', '.join(choices)}")
        return value

    def _seconds(self, name: str, default: float) -> float:
        try:
            seconds = float(self.variables.get(name) or default)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise InvalidSetting(f"{name} must be a number of seconds above 0")
        return seconds


def _default_file() -> Path:
    return Path(tempfile.gettempdir()) / "wxcloud.sqlite3"


def is_address_of_host(address: str) -> bool:
    """Whether this is the text of an address with a host in it."""
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def is_web_address(address: object) -> bool:
    """Whether this is an http(s) address with a host, to which a path or a query can be added."""
    if not isinstance(address, str) or "?" in address or "#" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
