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
from wxemu.intercept.variables import ADDED_CA, BUNDLES, PROXIES, UNPROXIED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_REMEDY: Final = 'eval "$(wxemu env)" sets it; `wxemu exec -- COMMAND` sets it for one command'
_TRUSTSTORE: Final = re.compile(r"-Djavax\.net\.ssl\.trustStore=([^'\"]+?)(?=['\"]|\s+'?-|$)")
_ANSWER_SECONDS: Final = 10.0
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def examine(environ: Mapping[str, str], proxy: str | None) -> Iterator[Finding]:
    """Check where clients with this environment go.

    :param proxy: the URL of the emulator's proxy, if it is known.
    """
    proxies = {name: environ[name] for name in PROXIES if environ.get(name)}
    if not proxies:
        yield hint("proxy", "none is set, so clients of the real names go to the real hosts", _REMEDY)
    for name, value in proxies.items():
        yield _proxy(name, value, proxy)
    is_proxied = proxy is not None and any(proxies.get(name, "").rstrip("/") == proxy for name in PROXIES[:2])
    if is_proxied:
        yield from _unproxied(environ)
    for name in (*BUNDLES, ADDED_CA):
        yield from _trust(name, environ.get(name), proxy if is_proxied else None)
    store = _TRUSTSTORE.search(environ.get(JAVA, ""))
    if store is not None and not Path(store[1]).is_file():
        yield broken(JAVA, f"names the truststore {store[1]}, which does not exist", _REMEDY)


def _proxy(name: str, value: str, proxy: str | None) -> Finding:
    """Check where a variable leads. The finding leaves out a password in it."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        where = f"{parts.hostname}:{parts.port or 80}"
    except ValueError:
        return broken(name, "is no URL", _REMEDY)
    if value.rstrip("/") == proxy:
        return ok(name, f"leads to the emulator, at {where}")
    if parts.hostname in _LOOPBACK and not is_listening(f"http://{where}"):
        return broken(name, f"leads to {where}, where nothing listens any more", f"{_REMEDY}; or unset it")
    return hint(name, f"leads to {where}, which is not the emulator's proxy", _REMEDY)


def _unproxied(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name in UNPROXIED:
        entries = [entry.strip().lower() for entry in environ.get(name, "").split(",")]
        bypassing = [entry for entry in entries if entry and any(_covers(entry, host) for host in EMULATED)]
        if bypassing:
            advice = f"take {', '.join(bypassing)} out of it: clients go there without the proxy"
            yield broken(name, "lets clients bypass the emulator", advice)


def _covers(entry: str, pattern: str) -> bool:
    host, suffix = pattern.removeprefix("*."), entry.lstrip("*.")
    return entry == "*" or (bool(suffix) and (host == suffix or host.endswith(f".{suffix}")))


def _trust(name: str, file: str | None, proxy: str | None) -> Iterator[Finding]:
    """Check whether clients that read the variable trust the emulator, by a request to api.weixin.qq.com."""
    if not file:
        if proxy is not None:
            yield hint(name, "is not set, so clients that read it do not trust the emulator", _REMEDY)
        return
    if not Path(file).exists():
        yield broken(name, f"names {file}, which does not exist", _REMEDY)
    elif proxy is not None:
        reason = _distrust(Path(file), proxy)
        if reason is None:
            yield ok(name, "api.weixin.qq.com is trusted through the proxy")
        else:
            yield broken(name, f"with {file}: {reason}", _REMEDY)


def _distrust(trusted: Path, proxy: str) -> str | None:
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
        return f"api.weixin.qq.com is not trusted: {error.verify_message}"
    except (OSError, HTTPException) as error:
        return f"api.weixin.qq.com cannot be reached: {error}"

    return None
