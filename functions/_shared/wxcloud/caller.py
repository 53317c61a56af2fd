"""Who is calling.

The invocation's context says it and nothing else does. `event.userInfo` will not do: the platform overwrites it only
in calls from a mini program; in any other call it is the caller's own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxcloud.errors import ForeignOpenid, InvalidSource, MissingOpenid

if TYPE_CHECKING:
    from wxcloud.context import Context

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
    def of(cls, context: Context) -> Caller:
        """The caller of the invocation that had this context; raises InvalidContext when it cannot be told."""
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
