"""Variables by which the clients of a process use the proxy and trust the CA, with their code unchanged."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from wxemu.intercept.interception import BUNDLE, CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxemu.intercept.interception import Interception

PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
"""In both cases, because some clients read only one; curl reads http_proxy in lower case only."""
BUNDLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Each replaces all the roots of some clients: of Go, OpenSSL and httpx; of requests; of curl."""
ADDED_CA: Final = "NODE_EXTRA_CA_CERTS"
"""Node.js trusts it in addition to its own roots."""
UNPROXIED: Final = ("NO_PROXY", "no_proxy")
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
PROXY_USER: Final = "wxemu"
"""The user name for the proxy; a token is the password."""
FUNCTIONS_CA: Final = "/var/runtime/ca"
"""Where functions see the files of the CA."""


def make_variables(proxy: str, *, ca: str, bundle: str, unproxied: Iterable[str], token: str | None) -> dict[str, str]:
    """The variables for clients in any language but Java.

    :param unproxied: hosts that are reached without the proxy, besides this machine's own names.
    :param token: what the proxy may require for hosts that pass through.
    """
    return {
        **dict.fromkeys(PROXIES, proxy if token is None else _with_token(proxy, token)),
        **dict.fromkeys(UNPROXIED, ",".join(dict.fromkeys((*LOOPBACK, *unproxied)))),
        **dict.fromkeys(BUNDLES, bundle),
        ADDED_CA: ca,
        "NODE_USE_ENV_PROXY": "1",  # Node.js from 22.21 and 24 on; older versions read no proxy variables [doc]
    }


def _with_token(proxy: str, token: str) -> str:
    parts = urlsplit(proxy)
    return parts._replace(netloc=f"{PROXY_USER}:{quote(token, safe='')}@{parts.netloc}").geturl()


def function_token(control_token: str) -> str:
    """What the proxy takes from functions in the place of the control token, which they are not to have."""
    return hmac.new(control_token.encode(), b"the proxy, for functions", hashlib.sha256).hexdigest()


def for_functions(interception: Interception) -> tuple[dict[str, str], dict[str, str]]:
    """The variables of functions, and the files that these name: by their places there, those of this machine."""
    host, token = interception.emulator[0], interception.control_token
    places = {name: f"{FUNCTIONS_CA}/{name}" for name in (CERTIFICATE, BUNDLE)}
    variables = make_variables(
        f"http://[{host}]:{interception.port}" if ":" in host else f"http://{host}:{interception.port}",
        ca=places[CERTIFICATE],
        bundle=places[BUNDLE],
        unproxied=[host],
        token=None if token is None else function_token(token),
    )
    return variables, {place: str(interception.folder.resolve() / name) for name, place in places.items()}
