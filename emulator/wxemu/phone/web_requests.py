"""``wx.request``: to the emulator's HTTP access, and to the domains that the setting ``request_domains`` names.

A phone asks by itself, and no CORS rule of a browser's stands in its way. In the place of that WeChat has a list of
domains (request 合法域名), and refuses all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from wxemu.core.http.hosts import accessed_env

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.phone.operations import WebAnswer

NOT_IN_LIST: Final[WebAnswer] = {"errMsg": "request:fail url not in domain list"}
METHODS: Final = ("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT")
HTTP_ACCESS: Final = "/http/"
"""How the paths of the emulator's begin that a mini program may ask for: no other lets it be somebody else."""
SECONDS: Final = 60
"""WeChat's own default."""
MOST_BYTES: Final = 10 * 1024 * 1024
_OF_THE_PHONE: Final = ("referer", "host", "content-length", "connection", "cookie2", "origin")


def send(
    emulator: str,
    names: Sequence[str],
    domains: Sequence[str],
    *,
    url: str,
    method: str,
    header: Mapping[str, str],
    body: str | None,
) -> WebAnswer:
    """What ``success`` or ``fail`` of wx.request gets.

    :param emulator: where it answers on this machine.
    :param names: URLs that are the emulator's, as clients know them.
    :param domains: ``https://api.example.com``, which may be asked too.
    """
    import requests  # noqa: PLC0415 - 60 ms, for the few mini programs that do

    address, host = _address(emulator, names, domains, url)
    if address is None or method not in METHODS:
        return NOT_IN_LIST if address is None else {"errMsg": f"request:fail invalid method {method}"}
    sent = {name: value for name, value in header.items() if name.lower() not in _OF_THE_PHONE}
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method,
                address,
                headers=sent | ({} if host is None else {"Host": host}),
                data=None if body is None else body.encode(),
                timeout=SECONDS,
                allow_redirects=False,  # to where nobody has looked whether it is in the list
                stream=True,
            )
            content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError, ValueError) as error:
        return {"errMsg": f"request:fail {type(error).__name__}"}
    if len(content) > MOST_BYTES:
        return {"errMsg": "request:fail exceed max size"}
    headers: dict[str, Any] = dict(answer.headers)
    return {
        "data": content.decode("utf-8", "replace"),
        "statusCode": answer.status_code,
        "header": headers,
        "cookies": [value for name, value in headers.items() if name.lower() == "set-cookie"],
        "errMsg": "request:ok",
    }


def _address(emulator: str, names: Sequence[str], domains: Sequence[str], url: str) -> tuple[str | None, str | None]:
    """Where to ask for a URL, and the host to name if that is another one; no address for what is not in the list."""
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if parts.username is not None or parts.scheme not in ("http", "https") or not parts.hostname:
            return None, None
    except ValueError:
        return None, None
    asked = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if accessed_env(parts.hostname) is not None:
        return emulator + asked, parts.hostname
    if origin in names:
        is_access = parts.path.startswith(HTTP_ACCESS) and ".." not in unquote(parts.path)
        return (emulator + asked if is_access else None), None
    return (url if origin.lower() in {domain.rstrip("/").lower() for domain in domains} else None), None
