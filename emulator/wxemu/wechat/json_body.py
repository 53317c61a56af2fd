"""The JSON of a POST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(body: bytes) -> Mapping[str, Any]:
    """The parameters of a POST.

    :raises WeChatError: 44002 no body; 47001 one that is no JSON object in UTF-8.
    """
    if not body.strip():
        raise WeChatError(44002)
    try:
        parameters = _DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        raise WeChatError(47001) from None
    if not isinstance(parameters, dict):
        raise WeChatError(47001)
    return parameters


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is Python's, not JSON's")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)
