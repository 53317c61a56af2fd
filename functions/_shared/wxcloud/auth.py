"""The server side of wx.login: exchange a code for a session, and check a session_key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxcloud.encrypted_data import decrypt
from wxcloud.errors import BadAnswer
from wxcloud.transport.connection import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings
    from wxcloud.transport.https import HttpsTransport


@dataclass(frozen=True)
class Session:
    """The session that a code of wx.login brings; `session_key` (base64 of 16 bytes) never leaves the server."""

    openid: str
    session_key: str = field(repr=False)
    unionid: str | None = None


class Auth:
    """wx.login's server side, and what else takes a session_key; all of it goes over HTTPS, to nothing but WeChat."""

    def __init__(self, transport: HttpsTransport, settings: Settings) -> None:
        self._transport = transport
        self._settings = settings

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

    def signed_post(
        self, api: str, body: Mapping[str, Any] | str | bytes, *, openid: str, session_key: str
    ) -> dict[str, Any]:
        """Call an API whose body is signed with the user's session_key; WeChat's answer without errcode and errmsg.

        Parameters
        ----------
        api
            `storage.setUserStorage`, `storage.removeUserStorage` or `storage.setUserInteractiveData`.
        body
            JSON text, whose very bytes are signed and sent; or an object, which becomes such a text once.
        openid, session_key
            Of the user.

        Raises WeChatError (87009 for a wrong or expired session_key, 87016 a pair too long, ...), ApiNotFound for
        another API, or as `Transport.call`. As a cloud call (`cloud.of(context).openapi.storage`) they need no
        signature.
        Source: developers.weixin.qq.com/minigame/dev/api-backend/open-api/data/storage.setUserStorage.html

        """
        sent = body if isinstance(body, bytes) else (body if isinstance(body, str) else json_text(body)).encode()
        return self._transport.post_signed(api, sent, _login_state(openid, session_key, sent))

    def user_encrypt_keys(self, *, openid: str, session_key: str) -> list[dict[str, Any]]:
        """The user's last three encryption keys, newest first: the phone names one by its `version`.

        Each has encrypt_key, iv, version, expire_in and create_time. Raises WeChatError, BadAnswer, or as
        `Transport.call`.
        Source: developers.weixin.qq.com/miniprogram/dev/framework/open-ability/user-encryption.html
        """
        answer = self._transport.call("internet.getUserEncryptKey", _login_state(openid, session_key))
        keys = answer.get("key_info_list")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise BadAnswer("internet.getUserEncryptKey must give key_info_list as a list of objects")
        return keys

    def decrypt_data(self, session_key: str, encrypted_data: str, iv: str) -> dict[str, Any]:
        """What wx.getUserInfo and its like have encrypted for this server; the watermark must be this app's.

        It needs the library cryptography. Raises InvalidParameter, which quotes nothing of it, for data that another
        session_key has encrypted (of a login before or after), that were changed, or that are another app's;
        InvalidSetting without WX_APPID or the library.
        Source: developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
        """
        return decrypt(session_key, encrypted_data, iv, appid=self._settings.appid)


def sign_login_state(session_key: str, body: bytes = b"") -> str:
    """The login-state signature: HMAC-SHA256, in lower-case hex, over the raw body of a POST; over nothing for a GET.

    The key is the session_key as text: decoding its base64 first gives another signature.
    """
    return hmac.new(session_key.encode(), body, hashlib.sha256).hexdigest()


def _login_state(openid: str, session_key: str, body: bytes = b"") -> dict[str, str]:
    return {"openid": openid, "signature": sign_login_state(session_key, body), "sig_method": "hmac_sha256"}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
