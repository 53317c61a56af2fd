"""The server side of wx.login: exchange a code for a session, and check a session_key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wxcloud.errors import BadAnswer

if TYPE_CHECKING:
    from wxcloud.transport import Transport


@dataclass(frozen=True)
class Session:
    """The session that a code of wx.login brings; `session_key` (base64 of 16 bytes) never leaves the server."""

    openid: str
    session_key: str = field(repr=False)
    unionid: str | None = None


class Auth:
    """`auth.code2Session` and `auth.checkSessionKey`; neither is offered as a cloud call [doc]."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def code2session(self, code: str) -> Session:
        """Exchange a code of wx.login for its session; a code works once, and for five minutes.

        Raises WeChatError (40029 invalid code, 40163 code been used, ...), BadAnswer, or as `Transport.call`.
        Source: mp.weixin.qq.com/debug/wxadoc/dev/OpenApiDoc/user-login/code2Session.html
        """
        answer = self._transport.call("auth.code2Session", {"js_code": code, "grant_type": "authorization_code"})
        openid, session_key, unionid = (answer.get(name) for name in ("openid", "session_key", "unionid"))
        if not _is_text(openid) or not _is_text(session_key) or not (unionid is None or _is_text(unionid)):
            raise BadAnswer("auth.code2Session must give openid and session_key as text, unionid as text if at all")
        return Session(openid=str(openid), session_key=str(session_key), unionid=unionid)

    def check_session_key(self, *, openid: str, signature: str, sig_method: str) -> None:
        """Return if WeChat says that the login state is valid; this does not renew it.

        Raises WeChatError (87009 for a wrong *or expired* session_key [field], 87008, 40003, ...), or as
        `Transport.call`.
        Source: developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_checksessionkey
        """
        request = {"openid": openid, "signature": signature, "sig_method": sig_method}
        self._transport.call("auth.checkSessionKey", request)


def sign_login_state(session_key: str, body: bytes = b"") -> str:
    """The login-state signature: HMAC-SHA256, in lower-case hex, over the raw body of a POST; over nothing for a GET.

    The key is the session_key as text: decoding its base64 first gives another signature.
    """
    return hmac.new(session_key.encode(), body, hashlib.sha256).hexdigest()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
