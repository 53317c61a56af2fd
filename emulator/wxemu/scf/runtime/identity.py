"""Who invokes a function, how the platform tells the function so, and the events that the platform makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.runtime.invocation import JSONValue


TRIGGER_NAME: Final = "timer"
"""Of a trigger that is fired by hand, of a function that declares none."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who invokes a function, and by which way.

    `openid` is None for a caller that is no mini program user (the console, a server, a timer). `uuid` is that of a
    user of a web app, who may be anonymous. `source` is TCB_SOURCE (`wx_client`, `wx_devtools`), `trigger` is
    TRIGGER_SRC: `tcb` for what comes through CloudBase, None for a plain SCF invocation. `wx_api_token` is what cloud
    calls are made with.
    """

    appid: str
    env: str
    openid: str | None = None
    unionid: str | None = None
    uuid: str | None = None
    is_anonymous: bool = False
    client_ip: str = "127.0.0.1"
    source: str | None = "wx_client"
    trigger: str | None = "tcb"
    wx_api_token: str | None = field(default=None, repr=False)

    @classmethod
    def of_server(cls, appid: str, env: str) -> Identity:
        """A call by a server or by the console: no user is behind it."""
        return cls(appid=appid, env=env, source=None, trigger=None)

    @classmethod
    def of_timer(cls, appid: str, env: str) -> Identity:
        """A timer trigger, whose functions may make cloud calls too [src: wx-server-sdk has a token for them]."""
        return cls(appid=appid, env=env, source=None, trigger="timer")

    def variables(self, request_id: str) -> dict[str, str]:
        """Return the pairs this caller adds to an invocation's environment [field, from Node captures of 2019/2020].

        WX_CLIENTIPV6 as the IPv4-mapped form and TCB_SEQID as the request id are [inferred].
        """
        wechat = self._wechat_variables()
        cloudbase = self._cloudbase_variables(request_id)
        return {
            **wechat,
            **_list_keys("WX_CONTEXT_KEYS", wechat),
            **cloudbase,
            **_list_keys("TCB_CONTEXT_KEYS", cloudbase),
        }

    def _wechat_variables(self) -> dict[str, str]:
        name = "WX_TRIGGER_API_TOKEN_V0" if self.trigger == "timer" else "WX_API_TOKEN"  # as wx-server-sdk reads [src]
        token = {} if self.wx_api_token is None else {name: self.wx_api_token}
        if self.openid is None:
            return token
        variables = {
            "WX_CLIENTIP": self.client_ip,
            "WX_CLIENTIPV6": f"::ffff:{self.client_ip}",
            "WX_APPID": self.appid,
            "WX_OPENID": self.openid,
            **token,
        }
        return variables if self.unionid is None else {**variables, "WX_UNIONID": self.unionid}

    def _cloudbase_variables(self, request_id: str) -> dict[str, str]:
        if self.trigger is None:
            return {}
        variables = {"TRIGGER_SRC": self.trigger, "TCB_ENV": self.env, "TCB_SEQID": request_id}
        if self.uuid is not None:
            variables |= {"TCB_UUID": self.uuid, "TCB_ISANONYMOUS_USER": str(self.is_anonymous).lower()}
        return variables if self.source is None else {**variables, "TCB_SOURCE": self.source}


def _list_keys(name: str, variables: Mapping[str, str]) -> dict[str, str]:
    return {name: ",".join(variables)} if variables else {}


def timer_event(at: float, name: str) -> dict[str, JSONValue]:
    """Return the event of a timer of this `name` that fires at Unix time `at` [doc]."""
    time = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"Type": "Timer", "TriggerName": name, "Time": time, "Message": ""}


def wx_event(data: Mapping[str, JSONValue] | None, caller: Identity) -> dict[str, JSONValue]:
    """Return the event of a `wx.cloud.callFunction`: the caller's data with `userInfo` set by the platform.

    Whatever the caller sent as `userInfo` is replaced [field]. A caller whom WeChat does not know, such as a visitor of
    a web app, gets none [inferred]: only a server of ours, which could invoke the function with any event, keeps its
    own.
    """
    if caller.trigger is None:
        return {**(data or {})}
    sent = {name: value for name, value in (data or {}).items() if name != "userInfo"}
    if caller.openid is None:
        return sent
    return {**sent, "userInfo": {"appId": caller.appid, "openId": caller.openid}}
