"""Who is calling, from the invocation's `context` and from nowhere else.

`os.environ` will not do: the runtime copies each invocation's WX_* values there and never clears them, so a reused
instance may show its previous caller. `event.userInfo` will not do either: the platform overwrites it only in calls
from a mini program; in any other call it is the caller's own words.

`environment` (a JSON string) or the older `environ` (`K=V;K=V`) carry the identity of a Node function [field]; that a
Python function gets the same is [inferred].
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wxcloud.errors import ForeignOpenid, InvalidContext, InvalidSource, MissingOpenid

# Any of these means that an end user, not a server, stands behind the call [field: node-sdk's getUserInfo and
# getAuthContext]. WX_APPID is not among them: it may come from the function's own envVariables.
USER_MARKS = (
    "WX_OPENID",
    "WX_UNIONID",
    "QQ_OPENID",
    "TCB_UUID",
    "TCB_CUSTOM_USER_ID",
    "TCB_ISANONYMOUS_USER",
    "TCB_HTTP_CONTEXT",
    "LOGINTYPE",
)


@dataclass(frozen=True)
class Caller:
    """Who invokes the function; an empty string is "not said"."""

    appid: str = ""
    openid: str = ""
    unionid: str = ""
    source: str = ""
    is_user: bool = False

    @classmethod
    def of(cls, context: Any) -> Caller:
        """Read the caller from an invocation's `context`.

        Raises InvalidContext when the context cannot be read: a caller who cannot be told is never taken for a server.
        """
        variables = _variables(context)
        return cls(
            appid=_text(variables, "WX_APPID"),
            openid=_text(variables, "WX_OPENID"),
            unionid=_text(variables, "WX_UNIONID"),
            source=_text(variables, "TCB_SOURCE"),
            is_user=any(variables.get(mark) for mark in USER_MARKS),
        )

    @property
    def is_mini_program(self) -> bool:
        """The call comes from a mini program: WeChat vouches for its openid."""
        return bool(self.openid)

    @property
    def is_server(self) -> bool:
        """The call comes from a server (or a timer, or the console): no end user stands behind it."""
        return not self.is_user

    def openid_to_act_for(self, named: str | None) -> str:
        """Whose openid this call is about: the caller's own, or for a server the one it names.

        Raises ForeignOpenid, InvalidSource or MissingOpenid when the caller may not act for `named`, or names nobody.
        """
        if self.is_mini_program:
            if named is not None and named != self.openid:
                raise ForeignOpenid("a mini program may name no other openid than its caller's own")
            return self.openid
        if named is None:
            raise MissingOpenid("the call names no openid and does not come from a mini program, which would have one")
        if not self.is_server:
            raise InvalidSource("only a server may name an openid; this call comes from a public web user")
        return named


def _text(variables: dict[str, Any], name: str) -> str:
    value = variables.get(name, "")
    if not isinstance(value, str):
        raise InvalidContext(f"{name} in the context must be a string, got {type(value).__name__}")
    return value


def _variables(context: Any) -> dict[str, Any]:
    if not isinstance(context, dict):
        raise InvalidContext(f"context must be an object, got {type(context).__name__}")
    for name, parse in (("environment", _parse_environment), ("environ", _parse_environ)):
        text = context.get(name)
        if text is None or text == "":
            continue
        if not isinstance(text, str):
            raise InvalidContext(f"context.{name} must be a string, got {type(text).__name__}")
        return parse(text)
    return {}


def _parse_environment(text: str) -> dict[str, Any]:
    try:
        variables = json.loads(text)
    except (ValueError, RecursionError):
        variables = None
    if not isinstance(variables, dict):
        raise InvalidContext("context.environment must be a JSON object, written as a string")
    return variables


def _parse_environ(text: str) -> dict[str, Any]:
    # Split at the first "=": tokens and base64 hold more of them.
    pairs = [pair.partition("=") for pair in text.split(";") if pair]
    if not all(name and equals for name, equals, _ in pairs):
        raise InvalidContext("context.environ must be K=V;K=V")
    return {name: value for name, _, value in pairs}
