"""The event that a function gets for an HTTP request, and the HTTP answer that its result means.

Source: docs.cloudbase.net/service/access-cloud-function and /service/path-passthrough [doc].
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from wxemu.core.text import escape_lone_surrogates
from wxemu.scf.runtime import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import JSONValue

_TEXT: Final = ("text/", "application/json", "application/xml", "application/javascript")
_FORM: Final = "application/x-www-form-urlencoded"
_STATUSES: Final = range(100, 1000)
_OF_CONNECTION: Final = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "trailer", "te"}


class ReplyError(Exception):
    """A function's reply cannot be an HTTP answer."""


@dataclass(frozen=True)
class WebRequest:
    """An HTTP request as HTTP access got it.

    :param path: as it was sent, percent signs included; so ``query``.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class WebReply:
    """An HTTP answer. One without a content type has none."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def find_function(specs: Iterable[FunctionSpec], path: str) -> tuple[FunctionSpec, str] | None:
    """Return the function that a path leads to, and what is left of the path for it; the longest prefix counts."""
    found: tuple[FunctionSpec, str] | None = None
    longest = -1
    for spec in specs:
        prefix = spec.access_path.rstrip("/")
        is_below = path == prefix or path.startswith(f"{prefix}/")
        if is_below and len(prefix) > longest:
            longest, found = len(prefix), (spec, path[len(prefix) :] or "/")
    return found


def make_event(sent: WebRequest, path: str, *, env: str, request_id: str) -> dict[str, JSONValue]:
    """Return the event for a function, to which ``path`` is left of the request's."""
    kind = next((value for name, value in sent.headers if name.lower() == "content-type"), "")
    body, is_encoded = _body_of(sent.body, kind.partition(";")[0].strip().lower())
    return {
        "path": path,
        "httpMethod": sent.method,
        "headers": _joined(sent.headers),
        "queryStringParameters": _parameters(sent.query),
        "requestContext": {
            "requestId": request_id,
            "envId": env,
            "appId": int(PLATFORM["TENCENTCLOUD_APPID"]),
            "uin": int(PLATFORM["TENCENTCLOUD_UIN"]),
        },
        "body": body,
        "isBase64Encoded": is_encoded,
    }


def make_server_request(sent: WebRequest, path: str) -> dict[str, JSONValue]:
    """Return the request that an HTTP function's server gets, as it came but for the prefix of its path."""
    headers: dict[str, list[str]] = {}
    for name, value in sent.headers:
        headers.setdefault(name, []).append(value)
    return {
        "httpMethod": sent.method,
        "path": path,
        "queryStringParameters": sent.query,
        "headers": headers,
        "body": base64.b64encode(sent.body).decode(),
        "isBase64Encoded": True,
    }


def make_reply(result: JSONValue) -> WebReply:
    """Return the HTTP answer that a result means: itself, or what an object with ``statusCode`` says.

    :raises ReplyError: such an object says what HTTP cannot.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        return _plain(result)
    status = result["statusCode"]
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or status not in _STATUSES:
        raise ReplyError(f"statusCode: expected 100 to 999, got {status!r}")
    headers = [*_pairs(result.get("headers")), *_pairs(result.get("multiValueHeaders"))]
    body = result.get("body")
    content = _content(body, is_encoded=result.get("isBase64Encoded") in (True, "true"))
    if content and not any(name.lower() == "content-type" for name, _ in headers):
        is_text = isinstance(body, str)
        headers.append(("content-type", f"{'text/plain' if is_text else 'application/json'}; charset=utf-8"))
    return WebReply(status, tuple(headers), content)


def _plain(result: JSONValue) -> WebReply:
    """A text or a number as it is, all else as JSON [doc]."""
    is_text = isinstance(result, (str, int, float)) and not isinstance(result, bool)
    kind = "text/plain" if is_text else "application/json"
    text = result if isinstance(result, str) else _json(result)
    return WebReply(200, (("content-type", f"{kind}; charset=utf-8"),), text.encode(errors="replace"))


def _content(body: Any, *, is_encoded: bool) -> bytes:
    if body is None:
        return b""
    text = body if isinstance(body, str) else _json(body)
    if not is_encoded:
        return text.encode(errors="replace")
    try:
        return base64.b64decode(text)
    except ValueError:
        raise ReplyError("body: isBase64Encoded is true, and this is no base64") from None


def _pairs(headers: Any) -> list[tuple[str, str]]:
    """A header whose value is a list comes once for each of its items [inferred]."""
    if not isinstance(headers, dict):
        return []
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        if _is_header_name(name) and name.lower() not in _OF_CONNECTION:
            pairs.extend((name, _line(one)) for one in (value if isinstance(value, list) else [value]))
    return pairs


def _is_header_name(name: str) -> bool:
    return bool(name) and name.isascii() and name.isprintable() and not set(name) & set(' ()<>@,;:\\"/[]?={}')


def _line(value: Any) -> str:
    text = value if isinstance(value, str) else _json(value)
    return " ".join(text.splitlines()).encode("latin-1", "replace").decode("latin-1")


def _json(value: Any) -> str:
    return escape_lone_surrogates(json.dumps(value, ensure_ascii=False))


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case, as in the documented example; what comes several times in one line [inferred]."""
    joined: dict[str, str] = {}
    for name, value in headers:
        before = joined.get(name.lower())
        joined[name.lower()] = value if before is None else f"{before},{value}"
    return joined


def _parameters(query: str) -> dict[str, JSONValue]:
    """One that comes several times is a list of its values [inferred]."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _body_of(body: bytes, kind: str) -> tuple[str, bool]:
    """Text as it is, all else in base64; which is which is [inferred]."""
    if not kind or kind.startswith(_TEXT) or kind == _FORM or kind.endswith(("+json", "+xml")):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), bool(body)
