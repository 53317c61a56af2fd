"""THE TABLE: one entry an openapi, with its function; and ``call``, the one way in which an openapi is called.

To add one: write its function and its entry. Routes, permission names and documents are made from the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from wxemu.core import faults, journal
from wxemu.core.outcome import of_members
from wxemu.wechat import app_access, auth_keys, login_state, programmed, quotas, rids, sessions, tokens
from wxemu.wechat.api import OK, Api, Parameter, Request
from wxemu.wechat.errors import CLOUD_CALL_ERRMSG, DAILY_TOKEN_QUOTA_ERRMSG, ERRMSG, CloudCallError, WeChatError
from wxemu.wechat.login_state import OPENID
from wxemu.wechat.signed_openapis import SIGNED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.faults import Fault
    from wxemu.core.http.plain import Answered
    from wxemu.core.http.recording import Entry
    from wxemu.core.world import World
    from wxemu.wechat.tokens import AccessToken

    Members = Mapping[str, Any]


Response = TypeVar("Response", bound="Answered")

BUFFER_LIMIT: Final = 1000
"""Bytes of checksession's ``buffer``, a leftover that is checked and not used [doc of 2019; code inferred]."""


def get_access_token(world: World, request: Request) -> Members:
    """``GET /cgi-bin/token``."""
    app = _client_credential(world, request)
    quotas.spend(world, appid=app.appid, api="auth.getAccessToken", errmsg=DAILY_TOKEN_QUOTA_ERRMSG)
    return _token_reply(tokens.issue(world, app))


def get_stable_access_token(world: World, request: Request) -> Members:
    """``POST /cgi-bin/stable_token``."""
    app = _client_credential(world, request)
    quotas.spend(world, appid=app.appid, api="auth.getStableAccessToken")
    return _token_reply(tokens.issue_stable(world, app, is_forced=request["force_refresh"] is True))


def _client_credential(world: World, request: Request) -> App:
    if request["grant_type"] != "client_credential":
        raise WeChatError(40002, value=request["grant_type"])
    app = app_access.authenticate(world, appid=request["appid"], secret=request["secret"])
    app_access.check_address(app, request.client_ip)
    return app


def _token_reply(token: AccessToken) -> Members:
    return {"access_token": token.access_token, "expires_in": token.expires_in}


def code_to_session(world: World, request: Request) -> Members:
    """``GET /sns/jscode2session``."""
    if request["grant_type"] not in ("", "authorization_code"):
        raise WeChatError(40002, value=request["grant_type"])
    app = app_access.authenticate(world, appid=request["appid"], secret=request["secret"])
    user = sessions.user_of_code(world, appid=app.appid, code=request["js_code"])
    quotas.spend(world, appid=app.appid, api="auth.code2Session", openid=user.openid)
    session = sessions.log_in(world, code=request["js_code"], user=user)
    reply = {"session_key": session.session_key, "openid": session.openid}
    return reply if user.unionid is None else {**reply, "unionid": user.unionid}


def check_session_key(world: World, request: Request) -> Members:
    """``GET /wxa/checksession``."""
    _check_login_state(world, request)
    return OK


def reset_user_session_key(world: World, request: Request) -> Members:
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


def verify_signature(world: World, request: Request) -> Members:
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


def get_rid_info(world: World, request: Request) -> Members:
    """``POST /cgi-bin/openapi/rid/get``: what a rid stands for."""
    return {**OK, "request": rids.describe(world, request["rid"], appid=request.appid)}


_APPID = Parameter("appid", "the mini program's appid", missing=41002, invalid=40013)
_SECRET = Parameter("secret", "its AppSecret", missing=41004, invalid=40125)
_CLIENT_CREDENTIAL = Parameter("grant_type", "client_credential", missing=40002, invalid=40002)
_LOGIN_STATE = (
    *login_state.PARAMETERS,
    Parameter("buffer", "at most 1000 bytes, not used", invalid=87010),
)
_TOKEN_REPLY = {"access_token": "NN_ and 133 characters", "expires_in": 7200}

TABLE: Final[tuple[Api, ...]] = (
    Api(
        name="auth.getAccessToken",
        method="GET",
        path="/cgi-bin/token",
        summary="A new access_token; the one before works for five more minutes",
        parameters=(_CLIENT_CREDENTIAL, _APPID, _SECRET),
        reply=_TOKEN_REPLY,
        decide=get_access_token,
        takes_access_token=False,
        other_method="POST",
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
        decide=get_stable_access_token,
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
        decide=code_to_session,
        takes_access_token=False,
        other_method="POST",
    ),
    Api(
        name="auth.checkSessionKey",
        method="GET",
        path="/wxa/checksession",
        summary="Whether the session_key that our server keeps is still valid",
        parameters=_LOGIN_STATE,
        reply=OK,
        decide=check_session_key,
    ),
    Api(
        name="auth.resetUserSessionKey",
        method="GET",
        path="/wxa/resetusersessionkey",
        summary="A new session_key with the expiry of the old one",
        parameters=_LOGIN_STATE,
        reply={**OK, "openid": "o and 27 characters", "session_key": "base64 of 16 bytes"},
        decide=reset_user_session_key,
    ),
    *SIGNED,
    Api(
        name="soter.verifySignature",
        method="POST",
        path="/cgi-bin/soter/verify_signature",
        summary="Whether a SOTER confirmation is genuine",
        parameters=(
            OPENID,
            Parameter("json_string", "resultJSON of wx.startSoterAuthentication, verbatim", missing=40101),
            Parameter("json_signature", "resultJSONSignature, verbatim", missing=40101),
        ),
        reply={**OK, "is_ok": True},
        decide=verify_signature,
        has_cloud_call=True,
    ),
    Api(
        name="openApi.getRidInfo",
        method="POST",
        path="/cgi-bin/openapi/rid/get",
        summary="What happened in the call that a rid names",
        parameters=(Parameter("rid", "from an errmsg", missing=76002, invalid=76002),),
        reply={**OK, "request": {}},
        decide=get_rid_info,
    ),
)

BY_NAME: Final = {api.name: api for api in TABLE}


class Credential(Protocol):
    """How a caller proves itself: an access_token, an appid with its secret, the wx_api_token of an invocation."""

    @property
    def is_cloud_call(self) -> bool:
        """Whether the call comes through the gateway of cloud calls."""

    def authorise(self, world: World, entry: Entry) -> tuple[Api, App | None]:
        """The openapi that is called, and by which app; ``None`` where the parameters will say.

        :param entry: learns what the credential tells of the caller, even if it is refused.
        :raises WeChatError, CloudCallError: the credential is no good for this call.
        """


@dataclass(frozen=True)
class Decision:
    """What was decided about a call, for the encoding that it came in: ``members``, unless there is an ``error``.

    :param fault: what the call met; if it is an outage, nothing else counts.
    """

    members: Members
    error: WeChatError | CloudCallError | None = None
    fault: Fault | None = None


def call(
    world: World,
    credential: Credential,
    read_parameters: Callable[[], Members],
    entry: Entry,
    encode: Callable[[Decision], Response],
    *,
    signed_body: bytes | None = None,
) -> Response:
    """Decide a call of an openapi, by whichever way it came, and keep it in the journal: one transaction.

    :param read_parameters: decodes them; it may raise WeChatError.
    :param entry: the journal's, which gets all that is learnt.
    :param signed_body: the body as it was sent, of a request whose query, read first, has a signature over it.
    """
    with world.transaction():
        entry.at = world.clock.now()
        entry.rid = journal.new_rid(world, entry.at)
        decision = _decide(world, credential, read_parameters, entry, signed_body)
        _note(entry, decision)
        response = encode(decision)
        entry.keep(world, response)
    if decision.fault is not None:
        faults.delay_answer(decision.fault)
    return response


def _decide(
    world: World,
    credential: Credential,
    read_parameters: Callable[[], Members],
    entry: Entry,
    signed_body: bytes | None,
) -> Decision:
    fault = None
    try:
        api, app = credential.authorise(world, entry)
        if app is not None:
            app_access.check_permission(app, api.name)
        parameters = read_parameters()
        appid = _claimed_appid(parameters) if app is None else app.appid
        entry.appid = appid or entry.appid
        spared = () if credential.is_cloud_call else CLOUD_CALL_ERRMSG
        apis = (api.name,) if credential.is_cloud_call else (api.name, *api.twins)
        fault = faults.take_for_call(world, apis=apis, appid=appid, spared=spared)
        if fault is not None and not fault.only_delays:
            return Decision(_answer_of_fault(fault, parameters, entry.client_ip), fault=fault)
        if app is not None and signed_body is not None:
            parameters = login_state.read_signed(world, api, app, parameters, signed_body)
        for parameter in api.parameters:
            parameter.check(parameters)
        return Decision(api.decide(world, Request(parameters, entry.client_ip, app)), fault=fault)
    except WeChatError as error:
        return Decision({}, error.as_seen(world.settings.refusals, entry.api) if fault is None else error, fault)
    except CloudCallError as error:
        return Decision({}, error, fault)


def _claimed_appid(parameters: Members) -> str | None:
    """Whose call it is by its own word."""
    appid = parameters.get("appid")
    return appid.encode(errors="replace").decode() if isinstance(appid, str) else None


def _answer_of_fault(fault: Fault, parameters: Members, client_ip: str) -> Members:
    """What stands in the place of the decision."""
    if fault.errcode is None:
        return programmed.fill(fault.reply or "{}", parameters)
    if fault.errcode in CLOUD_CALL_ERRMSG:
        raise CloudCallError(fault.errcode)
    text = ERRMSG[fault.errcode].format(ip=client_ip) if fault.errmsg is None else fault.errmsg
    raise WeChatError(fault.errcode, errmsg=text)


def _note(entry: Entry, decision: Decision) -> None:
    """Tell the journal what came of the call."""
    error = decision.error
    if error is None:
        entry.errcode, entry.outcome = decision.members.get("errcode"), of_members(decision.members)
    else:
        entry.fail(error.errcode)
    if isinstance(error, WeChatError) and error.value is not None:
        entry.remark = repr(error.value)
    if decision.fault is not None:
        entry.remark = decision.fault.remark
        entry.started -= decision.fault.latency_ms / 1000  # which passes when the transaction is over
