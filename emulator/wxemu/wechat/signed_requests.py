"""Requests that carry a login-state signature, of openapis that are known by name: checked before any answer.

The signature is in the query, over the raw body. Each family has codes of its own [doc]. ``pay_sig``, which the payment
families have besides, is not checked: it takes a key of the payment, which no app here has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal
from wxemu.core.text import is_text
from wxemu.wechat import sessions, users
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World


@dataclass(frozen=True)
class _Refusals:
    """How a family refuses: a wrong signature, no session, an openid that nobody has; errmsgs are [inferred]."""

    signature: tuple[int, str]
    session: tuple[int, str]
    openid: tuple[int, str]


_GAME_PAY: Final = _Refusals(
    (90010, "invalid signature"), (90016, "session_key expired"), (90018, "[openid] openid is invalid")
)
_XPAY: Final = _Refusals(
    (268490003, "签名校验失败"), (268490009, "session_key is missing or expired"), (268490001, "openid is invalid")
)
_FAMILIES: Final = {family.signature[0]: family for family in (_GAME_PAY, _XPAY)}


@dataclass(frozen=True)
class SignedRequest:
    """What came."""

    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def openid(self) -> Any:
        """Whose session signed: in the query, or in the body of the payment families [doc]."""
        return self.query.get("openid") or journal.json_object(self.body.decode(errors="replace")).get("openid")


def check(world: World, request: SignedRequest, *, appid: str, errcode: int) -> None:
    """Refuse a request that the session_key of its user has not signed.

    :param errcode: of a wrong signature, which tells the family.
    :raises WeChatError: a code of the family.
    """
    family, openid = _FAMILIES[errcode], request.openid
    signature, sig_method = request.query.get("signature", ""), request.query.get("sig_method", sessions.SIG_METHOD)
    if not isinstance(openid, str) or not is_text(openid) or users.find(world, appid, openid) is None:
        raise _refusal(family.openid, openid)
    session = sessions.find(world, appid, openid)
    if session is None:
        raise _refusal(family.session, signature)
    if sig_method != sessions.SIG_METHOD or not sessions.is_signature_of(session, signature, request.body):
        raise _refusal(family.signature, signature)


def _refusal(refusal: tuple[int, str], value: object) -> WeChatError:
    errcode, errmsg = refusal
    return WeChatError(errcode, errmsg=errmsg, value=value)
