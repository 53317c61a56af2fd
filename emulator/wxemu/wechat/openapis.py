"""THE TABLE: one entry an openapi; routes, permission names and documents are made from it.

To add one: write its function in ``answers`` and its entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.wechat import answers, tokens
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.parameters import Parameter, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.faults import Fault
    from wxemu.core.world import World


@dataclass(frozen=True)
class Api:
    """One openapi.

    :param name: as in ``cloud.openapi`` and ``permissions.openapi``.
    :param reply: members of a successful reply, with an example of each.
    :param has_cloud_call: whether ``cloud.openapi`` offers it [doc].
    :param takes_access_token: whether the caller proves itself with one; else with appid and secret.
    """

    name: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    reply: Mapping[str, object]
    decide: Callable[[World, Request], Mapping[str, Any]]
    has_cloud_call: bool = False
    takes_access_token: bool = True

    def authorise(self, world: World, access_token: str | None) -> App | None:
        """Who calls; ``None`` where the parameters will say.

        :raises WeChatError: 41001, 40014, 40001, 42001 the token; 48001, 48004 the permission.
        """
        if not self.takes_access_token:
            return None
        app = tokens.authorise(world, access_token)
        apps.check_permission(app, self.name)
        return app

    def answer(
        self, world: World, app: App | None, given: Mapping[str, Any], client_ip: str, fault: Fault | None
    ) -> Mapping[str, Any]:
        """The members of the reply.

        :param fault: what the call meets; it stands in place of the parameters' checks and the decision.
        :raises WeChatError: a parameter is missing or invalid, or the decision itself.
        """
        if fault is not None and not fault.only_delays:
            return fault.members(client_ip)
        for parameter in self.parameters:
            parameter.check(given)
        return self.decide(world, Request(given, client_ip, app))


_APPID = Parameter("appid", "the mini program's appid", missing=41002, invalid=40013)
_SECRET = Parameter("secret", "its AppSecret", missing=41004, invalid=40125)
_CLIENT_CREDENTIAL = Parameter("grant_type", "client_credential", missing=40002, invalid=40002)
_OPENID = Parameter("openid", "the user's openid", missing=41009, invalid=40003)
_LOGIN_STATE = (
    _OPENID,
    Parameter("signature", "lower hex of hmac_sha256 over an empty string, session_key as the key", missing=40101),
    Parameter("sig_method", "hmac_sha256", missing=87008, invalid=87008),
    Parameter("buffer", "at most 1000 bytes, not used", invalid=87010),
)
_TOKEN_REPLY = {"access_token": "NN_ and 133 characters", "expires_in": 7200}
_OK_REPLY = {"errcode": 0, "errmsg": "ok"}

TABLE: Final[tuple[Api, ...]] = (
    Api(
        name="auth.getAccessToken",
        method="GET",
        path="/cgi-bin/token",
        summary="A new access_token; the one before works for five more minutes",
        parameters=(_CLIENT_CREDENTIAL, _APPID, _SECRET),
        reply=_TOKEN_REPLY,
        decide=answers.get_access_token,
        takes_access_token=False,
    ),
    Api(
        name="auth.getStableAccessToken",
        method="POST",
        path="/cgi-bin/stable_token",
        summary="The present access_token, renewed in its last five minutes",
        parameters=(
            _CLIENT_CREDENTIAL,
            _APPID,
            _SECRET,
            Parameter("force_refresh", "replace the present token at once", kind=bool),
        ),
        reply=_TOKEN_REPLY,
        decide=answers.get_stable_access_token,
        takes_access_token=False,
    ),
    Api(
        name="auth.code2Session",
        method="GET",
        path="/sns/jscode2session",
        summary="The session_key and openid behind a code of wx.login",
        parameters=(
            _APPID,
            _SECRET,
            Parameter("js_code", "what wx.login gave", missing=41008, invalid=40029),
            Parameter("grant_type", "authorization_code", invalid=40002),
        ),
        reply={"session_key": "base64 of 16 bytes", "openid": "o and 27 characters", "unionid": "where there is one"},
        decide=answers.code_to_session,
        takes_access_token=False,
    ),
    Api(
        name="auth.checkSessionKey",
        method="GET",
        path="/wxa/checksession",
        summary="Whether the session_key that our server keeps is still valid",
        parameters=_LOGIN_STATE,
        reply=_OK_REPLY,
        decide=answers.check_session_key,
    ),
    Api(
        name="auth.resetUserSessionKey",
        method="GET",
        path="/wxa/resetusersessionkey",
        summary="A new session_key with the expiry of the old one",
        parameters=_LOGIN_STATE,
        reply={**_OK_REPLY, "openid": "o and 27 characters", "session_key": "base64 of 16 bytes"},
        decide=answers.reset_user_session_key,
    ),
    Api(
        name="soter.verifySignature",
        method="POST",
        path="/cgi-bin/soter/verify_signature",
        summary="Whether a SOTER confirmation is genuine",
        parameters=(
            _OPENID,
            Parameter("json_string", "resultJSON of wx.startSoterAuthentication, verbatim", missing=40101),
            Parameter("json_signature", "resultJSONSignature, verbatim", missing=40101),
        ),
        reply={**_OK_REPLY, "is_ok": True},
        decide=answers.verify_signature,
        has_cloud_call=True,
    ),
    Api(
        name="openApi.getRidInfo",
        method="POST",
        path="/cgi-bin/openapi/rid/get",
        summary="What happened in the call that a rid names",
        parameters=(Parameter("rid", "from an errmsg", missing=76002, invalid=76002),),
        reply={
            **_OK_REPLY,
            "request": {
                "invoke_time": 0,
                "cost_in_ms": 0,
                "request_url": "",
                "request_body": "",
                "response_body": "",
                "client_ip": "",
            },
        },
        decide=answers.get_rid_info,
    ),
)

BY_PATH: Final = {api.path: api for api in TABLE}
BY_NAME: Final = {api.name: api for api in TABLE}


def check_method(api: Api, method: str) -> None:
    """Refuse the wrong HTTP method.

    :raises WeChatError: 43001, 43002.
    """
    if method != api.method:
        raise WeChatError(43001 if api.method == "GET" else 43002, value=method)
