"""The decision behind each openapi: a pure function of the world and one checked request.

Each returns the members of WeChat's reply, or raises WeChatError. THE TABLE says what calls them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps, journal
from wxemu.wechat import auth_keys, quotas, sessions, tokens
from wxemu.wechat.errors import DAILY_TOKEN_QUOTA_ERRMSG, WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.wechat.parameters import Request

    Answer = Mapping[str, Any]

OK: Final = {"errcode": 0, "errmsg": "ok"}
BUFFER_LIMIT: Final = 1000
"""Bytes of checksession's ``buffer``, a leftover that is checked and not used [doc of 2019; code inferred]."""

_RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


def get_access_token(world: World, request: Request) -> Answer:
    """``GET /cgi-bin/token``."""
    app = _client_credential(world, request)
    quotas.spend(world, appid=app.appid, api="auth.getAccessToken", errmsg=DAILY_TOKEN_QUOTA_ERRMSG)
    return _token_reply(tokens.issue(world, app))


def get_stable_access_token(world: World, request: Request) -> Answer:
    """``POST /cgi-bin/stable_token``."""
    app = _client_credential(world, request)
    quotas.spend(world, appid=app.appid, api="auth.getStableAccessToken")
    return _token_reply(tokens.issue_stable(world, app, is_forced=request["force_refresh"] is True))


def _client_credential(world: World, request: Request) -> App:
    if request["grant_type"] != "client_credential":
        raise WeChatError(40002, value=request["grant_type"])
    app = apps.authenticate(world, appid=request["appid"], secret=request["secret"])
    apps.check_address(app, request.client_ip)
    return app


def _token_reply(issued: tokens.AccessToken) -> Answer:
    return {"access_token": issued.token, "expires_in": issued.expires_in}


def code_to_session(world: World, request: Request) -> Answer:
    """``GET /sns/jscode2session``."""
    if request["grant_type"] not in ("", "authorization_code"):
        raise WeChatError(40002, value=request["grant_type"])
    app = apps.authenticate(world, appid=request["appid"], secret=request["secret"])
    user = sessions.user_of_code(world, appid=app.appid, code=request["js_code"])
    quotas.spend(world, appid=app.appid, api="auth.code2Session", openid=user.openid)
    session = sessions.log_in(world, code=request["js_code"], user=user)
    reply = {"session_key": session.session_key, "openid": session.openid}
    return reply if user.unionid is None else {**reply, "unionid": user.unionid}


def check_session_key(world: World, request: Request) -> Answer:
    """``GET /wxa/checksession``."""
    _check_login_state(world, request)
    return OK


def reset_user_session_key(world: World, request: Request) -> Answer:
    """``GET /wxa/resetusersessionkey``."""
    quotas.spend(world, appid=request.appid, api="auth.resetUserSessionKey")
    session = sessions.reset(world, _check_login_state(world, request))
    return {**OK, "openid": session.openid, "session_key": session.session_key}


def _check_login_state(world: World, request: Request) -> sessions.Session:
    if len(request["buffer"].encode()) > BUFFER_LIMIT:
        raise WeChatError(87010, value=request["buffer"])
    return sessions.check(
        world,
        appid=request.appid,
        openid=request["openid"],
        signature=request["signature"],
        sig_method=request["sig_method"],
    )


def verify_signature(world: World, request: Request) -> Answer:
    """``POST /cgi-bin/soter/verify_signature``: the RSA part; challenge and counter are the caller's duty [doc]."""
    is_ok = auth_keys.is_genuine(
        world,
        appid=request.appid,
        openid=request["openid"],
        json_string=request["json_string"],
        json_signature=request["json_signature"],
    )
    if is_ok and world.settings.verify_signature_reply == "documented":
        return {**OK, "is_ok": True}
    return {"is_ok": is_ok}


def get_rid_info(world: World, request: Request) -> Answer:
    """``POST /cgi-bin/openapi/rid/get``: what a rid stands for."""
    rid = request["rid"]
    if _RID.fullmatch(rid) is None:
        raise WeChatError(76002, value=rid)
    exchange = journal.find(world, rid)
    if exchange is None or exchange.face != "wechat":
        raise WeChatError(76001, value=rid)
    if exchange.url.startswith("/sns/"):
        raise WeChatError(76022, value=rid)
    if exchange.appid != request.appid:
        raise WeChatError(76003, value=rid)
    if world.clock.now() - exchange.at > journal.RID_LIFE:
        raise WeChatError(76004, value=rid)
    return {
        **OK,
        "request": {
            "invoke_time": int(exchange.at),
            "cost_in_ms": round(exchange.cost_in_ms),
            "request_url": exchange.url.partition("?")[2],
            "request_body": exchange.request_body,
            "response_body": exchange.response_body,
            "client_ip": exchange.client_ip,
        },
    }
