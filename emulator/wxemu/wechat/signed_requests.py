"""Requests of virtual payment, which are known by name: what signs them is checked before any answer.

The user's session_key signs, and the app's AppKey. The latter is checked for an app that has one in its seed. Each
family has codes of its own [doc].
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal
from wxemu.core.text import is_text
from wxemu.wechat import sessions, users, virtual_payment
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.wechat.sessions import Session

    Refusal = tuple[int, str]


@dataclass(frozen=True)
class SignedRequest:
    """What came."""

    path: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @cached_property
    def members(self) -> Mapping[str, Any]:
        """Of the body; none if it is no JSON object."""
        return journal.json_object(self.body.decode(errors="replace"))

    @property
    def openid(self) -> Any:
        """Whose session signed [doc]."""
        return self.members.get("openid")


def _has_session_in_query(request: SignedRequest, session: Session) -> bool:
    signature, sig_method = request.query.get("signature", ""), request.query.get("sig_method", sessions.SIG_METHOD)
    return sig_method == sessions.SIG_METHOD and sessions.is_signature_of(session, signature, request.body)


def _has_app_in_query(request: SignedRequest, app_key: str) -> bool:
    expected = virtual_payment.pay_sig(app_key, request.path, request.body)
    return _is_same(expected, request.query.get("pay_sig"))


def _has_session_in_body(request: SignedRequest, session: Session) -> bool:
    """Whether ``mp_sig`` is right, which later pages do not ask for [doc]."""
    members = {"access_token": request.query.get("access_token", ""), **request.members}
    expected = virtual_payment.midas_mp_sig(session.session_key, request.path, members)
    return "mp_sig" not in members or _is_same(expected, members["mp_sig"])


def _has_app_in_body(request: SignedRequest, app_key: str) -> bool:
    expected = virtual_payment.midas_sig(app_key, request.path, request.members)
    return _is_same(expected, request.members.get("sig"))


def _is_same(expected: str, given: object) -> bool:
    return isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


@dataclass(frozen=True)
class _Family:
    """How a family is signed, and how it refuses: who did not sign, no session, an openid that nobody has."""

    has_session: Callable[[SignedRequest, Session], bool]
    has_app: Callable[[SignedRequest, str], bool]
    of_session: Refusal
    of_app: Refusal
    without_session: Refusal
    of_openid: Refusal


_OPENID: Final = (90018, "[openid] openid is invalid")
_FAMILIES: Final[Mapping[int, _Family]] = {
    90010: _Family(
        _has_session_in_query,
        _has_app_in_query,
        of_session=(90010, "invalid signature"),
        of_app=(90011, "invalid pay_sig"),
        without_session=(90016, "session_key expired"),
        of_openid=_OPENID,
    ),
    268490003: _Family(
        _has_session_in_query,
        _has_app_in_query,
        of_session=(268490003, "签名校验失败"),
        of_app=(268490003, "支付签名(pay_sig)校验失败"),
        without_session=(268490009, "session_key is missing or expired"),
        of_openid=(268490001, "openid is invalid"),
    ),
    90009: _Family(
        _has_session_in_body,
        _has_app_in_body,
        of_session=(90009, "mp_sig error"),
        of_app=(90011, "sig error"),
        without_session=(90010, "no session"),
        of_openid=_OPENID,
    ),
}
"""By the errcode of a wrong login-state signature: mini games, mini programs, midas. Codes [doc], the texts of
268490003 and 90009 [field], the others [inferred]."""


def check(world: World, request: SignedRequest, *, app: App, errcode: int) -> None:
    """Refuse a request that the session_key of its user, or the AppKey of the app, has not signed.

    :param errcode: of a wrong login-state signature, which tells the family.
    :raises WeChatError: a code of the family.
    """
    family, openid = _FAMILIES[errcode], request.openid
    if not isinstance(openid, str) or not is_text(openid) or users.find(world, app.appid, openid) is None:
        raise _error(family.of_openid, openid)
    session = sessions.find(world, app.appid, openid)
    if session is None:
        raise _error(family.without_session, openid)
    if not family.has_session(request, session):
        raise _error(family.of_session, None)
    if app.app_key and not family.has_app(request, app.app_key):
        raise _error(family.of_app, None)


def _error(refusal: Refusal, value: object) -> WeChatError:
    errcode, errmsg = refusal
    return WeChatError(errcode, errmsg=errmsg, value=value)
