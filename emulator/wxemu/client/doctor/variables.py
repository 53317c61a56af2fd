"""The environment variables for clients: whether they lead to the emulator, and whether clients trust it."""

from __future__ import annotations

import re
import ssl
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.client.doctor.running import is_listening
from wxemu.client.environment import JAVA
from wxemu.core.http.hosts import EMULATED
from wxemu.core.messages import Message, as_it_is
from wxemu.intercept.variables import ADDED_CA, BUNDLES, PROXIES, UNPROXIED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_REMEDY: Final = Message(
    'eval "$(wxemu env)" sets it; `wxemu exec -- COMMAND` sets it for one command',
    'eval "$(wxemu env)" 可以设置它；`wxemu exec -- COMMAND` 只为一个命令设置',
)
_TRUSTSTORE: Final = re.compile(r"-Djavax\.net\.ssl\.trustStore=([^'\"]+?)(?=['\"]|\s+'?-|$)")
_ANSWER_SECONDS: Final = 10.0
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def examine(environ: Mapping[str, str], proxy: str | None) -> Iterator[Finding]:
    """Check where clients with this environment go.

    :param proxy: the URL of the emulator's proxy, if it is known.
    """
    proxies = {name: environ[name] for name in PROXIES if environ.get(name)}
    if not proxies:
        unset = Message(
            "none is set, so clients of the real names go to the real hosts",
            "没有设置，因此使用真实域名的客户端会访问真实的主机",
        )
        yield hint(Message("proxy", "代理"), unset, _REMEDY)
    for name, value in proxies.items():
        yield _proxy(name, value, proxy)
    is_proxied = proxy is not None and any(proxies.get(name, "").rstrip("/") == proxy for name in PROXIES[:2])
    if is_proxied:
        yield from _unproxied(environ)
    for name in (*BUNDLES, ADDED_CA):
        yield from _trust(name, environ.get(name), proxy if is_proxied else None)
    store = _TRUSTSTORE.search(environ.get(JAVA, ""))
    if store is not None and not Path(store[1]).is_file():
        gone = Message("names the truststore {file}, which does not exist", "其中的信任库 {file} 不存在", file=store[1])
        yield broken(as_it_is(JAVA), gone, _REMEDY)


def _proxy(variable: str, value: str, proxy: str | None) -> Finding:
    """Check where a variable leads. The finding leaves out a password in it."""
    name = as_it_is(variable)
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        where = f"{parts.hostname}:{parts.port or 80}"
    except ValueError:
        return broken(name, Message("is no URL", "不是 URL"), _REMEDY)
    if value.rstrip("/") == proxy:
        return ok(name, Message("leads to the emulator, at {where}", "指向 {where} 的模拟器", where=where))
    if parts.hostname in _LOOPBACK and not is_listening(f"http://{where}"):
        return broken(
            name,
            Message(
                "leads to {where}, where nothing listens any more", "指向 {where}，那里已没有程序监听", where=where
            ),
            Message("{remedy}; or unset it", "{remedy}；或取消设置它", remedy=_REMEDY),
        )
    other = Message(
        "leads to {where}, which is not the emulator's proxy", "指向 {where}，那不是模拟器的代理", where=where
    )
    return hint(name, other, _REMEDY)


def _unproxied(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name in UNPROXIED:
        entries = [entry.strip().lower() for entry in environ.get(name, "").split(",")]
        bypassing = [entry for entry in entries if entry and any(_covers(entry, host) for host in EMULATED)]
        if bypassing:
            advice = Message(
                "take {names} out of it: clients go there without the proxy",
                "请从中去掉 {names}：客户端访问它们时不经过代理",
                names=bypassing,
            )
            yield broken(as_it_is(name), Message("lets clients bypass the emulator", "使客户端绕过模拟器"), advice)


def _covers(entry: str, pattern: str) -> bool:
    host, suffix = pattern.removeprefix("*."), entry.lstrip("*.")
    return entry == "*" or (bool(suffix) and (host == suffix or host.endswith(f".{suffix}")))


def _trust(variable: str, file: str | None, proxy: str | None) -> Iterator[Finding]:
    """Check whether clients that read the variable trust the emulator, by a request to api.weixin.qq.com."""
    name = as_it_is(variable)
    if not file:
        if proxy is not None:
            unset = Message(
                "is not set, so clients that read it do not trust the emulator",
                "没有设置，因此读取它的客户端不信任模拟器",
            )
            yield hint(name, unset, _REMEDY)
        return
    if not Path(file).exists():
        gone = Message("names {file}, which does not exist", "其中的 {file} 不存在", file=file)
        yield broken(name, gone, _REMEDY)
    elif proxy is not None:
        reason = _distrust(Path(file), proxy)
        if reason is None:
            yield ok(
                name,
                Message("api.weixin.qq.com is trusted through the proxy", "通过代理访问 api.weixin.qq.com 是可信的"),
            )
        else:
            distrusted = Message("with {file}: {reason}", "使用 {file}：{reason}", file=file, reason=reason)
            yield broken(name, distrusted, _REMEDY)


def _distrust(trusted: Path, proxy: str) -> Message | None:
    """Why a client with these roots cannot reach api.weixin.qq.com through the proxy; ``None`` if it can."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    parts = urlsplit(proxy)
    try:
        context.load_verify_locations(**{"capath" if trusted.is_dir() else "cafile": str(trusted)})
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS, context=context)
        connection.set_tunnel("api.weixin.qq.com", 443)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        return Message(
            "api.weixin.qq.com is not trusted: {reason}",
            "api.weixin.qq.com 不被信任：{reason}",
            reason=error.verify_message,
        )
    except (OSError, HTTPException) as error:
        return Message(
            "api.weixin.qq.com cannot be reached: {reason}", "无法访问 api.weixin.qq.com：{reason}", reason=str(error)
        )

    return None
