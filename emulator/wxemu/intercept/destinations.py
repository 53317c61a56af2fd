"""Where a request for a host goes: to the emulator, to the real host if that is allowed, or nowhere.

RefusedError
    The request goes nowhere. The client that sent it gets the text.
"""

from __future__ import annotations

import ipaddress
import re
from base64 import b64decode
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wxemu.core.http.hosts import is_emulated, is_named
from wxemu.core.messages import Message, MessageError
from wxemu.intercept.variables import function_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wxemu.intercept.refusals import Refusals

ALL: Final = "all"

LONGEST_NAME: Final = 255
"""The longest host name in DNS. Refused names are kept and shown."""
_NAME: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)


class RefusedError(MessageError):
    """A request is not forwarded.

    :param status: the HTTP status of the answer.
    """

    def __init__(self, status: int, message: Message) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Destination:
    """An address to connect to.

    :param is_emulator: whether it is the emulator's own, for which TLS ends here.
    """

    host: str
    port: int
    is_emulator: bool


def host_and_port(authority: str, default: int | None = None) -> tuple[str, int]:
    """Split ``host:port``.

    :raises RefusedError: another form.
    """
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname or "", parts.port or default
    except ValueError:
        host, port = "", None
    if port is None or not _is_host(host):
        raise RefusedError(
            400,
            Message(
                "expected a host and its port, like api.weixin.qq.com:443",
                "应为主机和端口，如 api.weixin.qq.com:443",
            ),
        )
    return host, port


class Destinations:
    """Decides by host and port.

    :param emulator: address and port of the emulator.
    :param pass_through: hosts and patterns whose requests reach the real host, or ``all``. A host that is named passes
        through even if it is emulated, and only a host that is named may be this machine.
    :param control_token: the token that clients need to pass through; ``None`` if they need none.
    """

    def __init__(
        self,
        emulator: tuple[str, int],
        pass_through: Sequence[str],
        refusals: Refusals,
        control_token: str | None = None,
    ) -> None:
        self.emulator = Destination(*emulator, is_emulator=True)
        self._refusals = refusals
        self._control_token = control_token
        self._named = [pattern for pattern in pass_through if pattern != ALL]
        self._is_open = ALL in pass_through

    def of(self, host: str, port: int, authorization: bytes = b"") -> Destination:
        """Where a request to the proxy goes.

        :param authorization: its ``Proxy-Authorization``.
        :raises RefusedError: nowhere.
        """
        if is_named(host, self._named):
            return self._outside(host, port, authorization)
        if is_emulated(host):
            return self.emulator
        if _is_local(host):
            if port == self.emulator.port:  # some clients use their proxy for loopback too
                return self.emulator
            raise self.refuse_local(host)
        if self._is_open:
            return self._outside(host, port, authorization)
        self._refusals.count(host)
        raise RefusedError(
            403,
            Message(
                "{host} is not emulated, and this proxy reaches nothing else; "
                "`wxemu start --pass-through {host}` allows it, `--pass-through all` allows every host",
                "{host} 未被模拟，本代理不访问其他主机；"
                "`wxemu start --pass-through {host}` 可以放行它，`--pass-through all` 放行所有主机",
                host=host,
            ),
        )

    def _outside(self, host: str, port: int, authorization: bytes) -> Destination:
        """Require the control token, if there is one: else this were an open proxy for the whole network."""
        token = self._control_token
        password = _password(authorization)
        if token is not None and not any(
            compare_digest(password, accepted.encode()) for accepted in (token, function_token(token))
        ):
            raise RefusedError(
                HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
                Message(
                    "{host} passes through only with the control token in the proxy's address: "
                    "http://wxemu:TOKEN@HOST:PORT",
                    "只有代理地址中带有控制令牌时才放行 {host}：http://wxemu:TOKEN@HOST:PORT",
                    host=host,
                ),
            )
        return Destination(host, port, is_emulator=False)

    def of_direct_request(self, host: str) -> Destination:
        """The emulator, for a request to this host that came without a proxy.

        :raises RefusedError: the host is not emulated.
        """
        if is_emulated(host) or _is_local(host):
            return self.emulator
        if not _is_host(host):
            expected = Message(
                "expected a host that is emulated, like api.weixin.qq.com", "应为被模拟的主机，如 api.weixin.qq.com"
            )
            raise RefusedError(400, expected)
        self._refusals.count(host)
        raise RefusedError(
            403,
            Message(
                "{host} is not emulated; hosts that pass through are reached by the proxy",
                "{host} 未被模拟；放行的主机要通过代理访问",
                host=host,
            ),
        )

    def is_let_out(self, host: str) -> bool:
        """Whether requests for a host reach the real one, if they have the control token."""
        return is_named(host, self._named) or (self._is_open and not is_emulated(host))

    def refuse_name(self, host: str) -> None:
        """Count a host whose address was asked for in vain."""
        self._refusals.count(host)

    def may_be_local(self, host: str) -> bool:
        """Whether a host that passes through may be this machine."""
        return is_named(host, self._named)

    def refuse_local(self, host: str) -> RefusedError:
        """Count a request for another service of this machine, and make the error to raise."""
        self._refusals.count(host)
        return RefusedError(
            403,
            Message(
                "{host} is this machine, and this proxy reaches only the emulator's own port {port} here; "
                "`wxemu start --pass-through {host}` allows it",
                "{host} 是本机，本代理在本机只访问模拟器自己的端口 {port}；"
                "`wxemu start --pass-through {host}` 可以放行",
                host=host,
                port=self.emulator.port,
            ),
        )


def is_this_machine(address: str) -> bool:
    """Whether an IP address is loopback, or the unspecified one, which connects to loopback."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _password(authorization: bytes) -> bytes:
    """The password of Basic credentials (RFC 7617), with any user name; empty if there is none."""
    scheme, _, credentials = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return b64decode(credentials).partition(b":")[2]
    except ValueError:
        return b""


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(".")
    return name == "localhost" or name.endswith(".localhost") or is_this_machine(name)


def _is_host(text: str) -> bool:
    return len(text) <= LONGEST_NAME and (_NAME.fullmatch(text) is not None or _is_address(text))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
