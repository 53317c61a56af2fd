"""The variables by which clients in any language find a running emulator, with their code unchanged.

NoInterceptionError
    The real names cannot be made to lead to that emulator.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from wxemu.client import truststore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.client.remote import Remote

PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
"""curl reads http_proxy in lower case only; others know one case of the others."""
BUNDLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""They name all the roots that Go, OpenSSL and httpx trust, that requests trusts, and curl."""
ADDED_CA: Final = "NODE_EXTRA_CA_CERTS"
"""It names what Node.js trusts besides its own roots."""
UNPROXIED: Final = ("NO_PROXY", "no_proxy")
JAVA: Final = "JAVA_TOOL_OPTIONS"
PROXY_USER: Final = "wxemu"
"""Who the control token is the password of, where a proxy is asked by user and password."""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class NoInterceptionError(Exception):
    """The real names cannot be made to lead to the emulator; the text says why, and what to do."""


def of_invocation(remote: Remote, **who: str | None) -> dict[str, str]:
    """What the platform would set for one invocation, and where the emulator is.

    :param who: ``openid``, ``function`` and ``appid``; each may be left out.
    :raises RemoteError: the emulator does not answer, or there is nobody and nothing of these names.
    """
    named = {name: value for name, value in who.items() if value is not None}
    answer = remote.ask("POST", "/emulator/v1/environments", named)
    return {**answer["env"], "WXEMU_URL": remote.url}


def of_real_names(remote: Remote, environ: Mapping[str, str], token: str | None = None) -> dict[str, str]:
    """What makes clients take the emulator's proxy and trust its CA, besides the system's roots.

    Java's truststore is made here; where it cannot be, that variable is left out.

    :param environ: the environment that they would have otherwise.
    :param token: the control token, without which the proxy of a guarded emulator lets nobody out. Java takes no
        credentials by its properties, so it goes without.
    :raises NoInterceptionError: the emulator has no proxy, or its CA is out of reach.
    :raises RemoteError: the emulator does not answer.
    """
    facts = remote.ask("GET", "/emulator/v1/interception")
    proxy, bundle = _reachable(remote.url, facts)
    unproxied = dict.fromkeys((*_LOOPBACK, urlsplit(remote.url).hostname or _LOOPBACK[0]))
    variables = {
        **dict.fromkeys(PROXIES, proxy if token is None else _with_token(proxy, token)),
        **dict.fromkeys(UNPROXIED, ",".join(unproxied)),
        **dict.fromkeys(BUNDLES, str(bundle)),
        ADDED_CA: str(facts["ca"]),
        "NODE_USE_ENV_PROXY": "1",  # Node.js from 22.21 and 24 on; older ones read no proxy variable themselves [doc]
    }
    with suppress(OSError):  # somebody else's folder
        options = _java_options(proxy, truststore.beside(bundle), urlsplit(remote.url).hostname or "")
        given = environ.get(JAVA, "")
        variables[JAVA] = given if given.endswith(options) else f"{given} {options}".strip()
    return variables


def _with_token(proxy: str, token: str) -> str:
    parts = urlsplit(proxy)
    return parts._replace(netloc=f"{PROXY_USER}:{quote(token, safe='')}@{parts.netloc}").geturl()


def _reachable(url: str, facts: Mapping[str, Any]) -> tuple[str, Path]:
    """The proxy's URL, and the bundle.

    :raises NoInterceptionError: there is none, or it is not here.
    """
    if facts["proxy"] is None:
        raise NoInterceptionError(
            f"the emulator at {url} runs without its proxy, so that clients of api.weixin.qq.com cannot be led to it; "
            "start it without --no-intercept"
        )
    bundle = Path(facts["caBundle"])
    if not bundle.is_file() or not Path(facts["ca"]).is_file():
        raise NoInterceptionError(
            f"the CA of the emulator at {url} is not here: {facts['ca']} is a file of the container or machine that it "
            "runs on; copy it from there, and name it and the proxy to your clients by hand"
        )
    return str(facts["proxy"]), bundle


def _java_options(proxy: str, trusted: Path, host: str) -> str:
    """Java reads no proxy variable, but this one: properties of the virtual machine, quoted as in a shell [doc]."""
    at = urlsplit(proxy)
    unproxied = dict.fromkeys(("localhost", "127.*", "[::1]", *([host] if host not in _LOOPBACK else [])))
    properties = {
        "https.proxyHost": at.hostname,
        "https.proxyPort": at.port,
        "http.proxyHost": at.hostname,
        "http.proxyPort": at.port,
        "http.nonProxyHosts": "|".join(unproxied),
        "javax.net.ssl.trustStore": trusted,
        "javax.net.ssl.trustStoreType": "PKCS12",
    }
    return " ".join(shlex.quote(f"-D{name}={value}") for name, value in properties.items())
