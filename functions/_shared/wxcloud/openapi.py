"""`cloud.openapi`: WeChat's open APIs by their dotted names, in camelCase, as in wx-server-sdk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import CloudError

if TYPE_CHECKING:
    from wxcloud.transport import Transport


class OpenApi:
    """`cloud.openapi.soter.verifySignature(openid=..., jsonString=..., jsonSignature=...)`, and so on for any name.

    A call returns the answer in camelCase with `errMsg` "openapi.<name>:ok" and `errCode` 0; it raises CloudError,
    `errMsg` "openapi.<name>:fail <errmsg>", when WeChat's errcode is not 0. Keys change their case at every depth;
    values never change. [src: wx-server-sdk 4.0.2]
    """

    def __init__(self, transport: Transport, name: str = "") -> None:
        self._transport = transport
        self._name = name

    def __getattr__(self, part: str) -> OpenApi:
        if part.startswith("_"):  # asked for by copy, pickle and others; not an API's name
            raise AttributeError(part)
        return OpenApi(self._transport, f"{self._name}.{part}" if self._name else part)

    def __call__(self, **parameters: Any) -> dict[str, Any]:
        api = f"openapi.{self._name}"
        try:
            answer = self._transport.call(self._name, _rename_keys(parameters, _snake_case))
        except CloudError as error:
            raise error.failing(api) from None
        return {**_rename_keys(answer, _camel_case), "errMsg": f"{api}:ok", "errCode": 0}


def _rename_keys(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {rename(key): _rename_keys(inner, rename) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rename_keys(inner, rename) for inner in value]
    return value


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)[A-Z]", lambda capital: f"_{capital[0]}", name).lower()


def _camel_case(name: str) -> str:
    return re.sub(r"(?<=[^_])_([a-z0-9])", lambda letter: letter[1].upper(), name)
