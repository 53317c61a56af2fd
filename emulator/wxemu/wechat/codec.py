"""WeChat's wire: what a request carries, and how an answer is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT_TYPE: Final = "application/json; encoding=utf-8"
SNS_CONTENT_TYPE: Final = "text/plain"
"""What /sns/ labels its JSON [src, field]."""


def parameters(method: str, query: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    """The parameters of an openapi: the query of a GET, the JSON object of a POST.

    :raises WeChatError: 44002 a POST without a body; 47001 one that is no JSON object in UTF-8.
    """
    if method == "GET":
        return query
    if not body.strip():
        raise WeChatError(44002)
    try:
        decoded = json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise WeChatError(47001) from None
    if not isinstance(decoded, dict):
        raise WeChatError(47001)
    return decoded


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is Python's, not JSON's")


def is_sns(path: str) -> bool:
    """Whether the path belongs to the family that labels and suffixes its answers in its own way."""
    return path.startswith("/sns/")


def failure(error: WeChatError, *, path: str, rid: str, suffix: str) -> dict[str, object]:
    """The members of a failed call's answer.

    :param suffix: the setting ``errmsg_suffix``. A comma before it on /sns/, a blank elsewhere [field].
    """
    hint = rid.replace("-", "")[8:]
    if is_sns(path):
        forms = {"rid": f", rid: {rid}", "hint": f", hints: [ req_id: {hint} ]"}
        forms["both"] = f"{forms['hint']} rid: {rid}"
    else:
        forms = {"rid": f" rid: {rid}", "hint": f" hint: [{hint}]"}
        forms["both"] = f"{forms['hint']}{forms['rid']}"
    return {"errcode": error.errcode, "errmsg": error.errmsg + forms[suffix]}


def encode(members: Mapping[str, Any]) -> str:
    """Compact JSON, characters as they are."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def content_type(path: str) -> str:
    """The label of an answer: always 200, always JSON, whatever it says here."""
    return SNS_CONTENT_TYPE if is_sns(path) else CONTENT_TYPE
