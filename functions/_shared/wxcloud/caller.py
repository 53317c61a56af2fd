"""Who is calling.

Only the invocation's context says it. Never use `event.userInfo`: the platform overwrites it in calls from a mini
program only; in any other call the caller wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxcloud.errors import ForeignOpenid, InvalidSource, MissingOpenid

if TYPE_CHECKING:
    from wxcloud.context import Context

# Any of these means that an end user makes the call, not a server [field: node-sdk's getUserInfo and getAuthContext].
# WX_APPID is not among them: it may come from the function's own envVariables.
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
    """Who invokes the function; an empty string means unknown."""

    appid: str = ""
    openid: str = ""
    unionid: str = ""
    source: str = ""
    is_user: bool = False

    @classmethod
    def of(cls, context: Context) -> Caller:
        """The caller of the invocation with this context; raises InvalidContext when it cannot be read."""
        return cls(
            appid=context.text("WX_APPID"),
            openid=context.text("WX_OPENID"),
            unionid=context.text("WX_UNIONID"),
            source=context.text("TCB_SOURCE"),
            is_user=any(context.variables.get(mark) for mark in USER_MARKS),
        )

    @property
    def is_mini_program(self) -> bool:
        """The call comes from a mini program: WeChat vouches for its openid."""
        return bool(self.openid)

    @property
    def is_server(self) -> bool:
        """The call comes from a server (or a timer, or the console), not from an end user."""
        return not self.is_user

    def openid_to_act_for(self, named: str | None) -> str:
        """The openid that this call is about: the caller's own, or the one that a server names.

        Raises ForeignOpenid, InvalidSource or MissingOpenid when the caller may not act for `named`, or names none.
        """
        if self.is_mini_program:
            if named is not None and named != self.openid:
                raise ForeignOpenid("a mini program may name no openid other than its caller's")
            return self.openid
        if named is None:
            raise MissingOpenid("the call names no openid, and does not come from a mini program, which has one")
        if not self.is_server:
            raise InvalidSource("only a server may name an openid; this call comes from a public web user")
        return named
