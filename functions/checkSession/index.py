"""checkSession: does WeChat say that the user's login state is still valid?

Event `{}` for the caller's stored session; from a server `{openid, sessionKey}` or `{openid, signature}`; each with an
optional `sigMethod`. Answers `{errCode: 0, errMsg: "checkSession:ok"}`, or `{errCode, errMsg}`: 87009 for a stale key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import wxcloud
from wxcloud.auth import sign_login_state
from wxcloud.errors import InvalidParameter, InvalidSource, NoSession, WeChatError

if TYPE_CHECKING:
    from wxcloud.sessions import Sessions

STALE = 87009

cloud = wxcloud.init()


@wxcloud.answers("checkSession")
def main(event: Any, context: Any) -> dict[str, Any]:
    asked, invocation = wxcloud.Event(event), cloud.of(context)
    caller = invocation.caller
    session_key, signature = asked.optional_text("sessionKey"), asked.optional_text("signature")
    sig_method = asked.optional_text("sigMethod") or "hmac_sha256"
    if (session_key or signature) and not caller.is_server:
        raise InvalidSource("a session_key stays on the server: a user's call must have neither it nor its signature")
    openid = caller.openid_to_act_for(asked.optional_text("openid"))
    if caller.is_server and bool(session_key) == bool(signature):
        raise InvalidParameter("a server's call must have openid with either sessionKey or signature")

    if session_key or signature:
        signature = signature or sign_login_state(session_key or "")
        cloud.auth.check_session_key(openid=openid, signature=signature, sig_method=sig_method)
    else:
        check_stored_session(invocation.sessions, openid, sig_method)
    return {}


def check_stored_session(sessions: Sessions, openid: str, sig_method: str) -> None:
    session = sessions.find(openid)
    if session is None:
        raise NoSession("no session is stored for this user: call the function login with a code of wx.login first")
    if session.is_stale:
        raise WeChatError(STALE, "invalid signature: WeChat refused this session before, log in again")
    try:
        signature = sign_login_state(session.session_key)
        cloud.auth.check_session_key(openid=openid, signature=signature, sig_method=sig_method)
    except WeChatError as error:
        if error.errCode == STALE:
            sessions.mark_stale(session)
        raise
