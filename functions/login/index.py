"""login: who is this user? Exchanges a code of wx.login for a session, whose key stays on the server.

Event `{code}`. Answers `{errCode: 0, errMsg: "login:ok", openid, unionid?}`, or `{errCode, errMsg}` for a failure.
"""

from __future__ import annotations

from typing import Any

import wxcloud
from wxcloud.errors import ForeignOpenid

cloud = wxcloud.init()


@wxcloud.answers("login")
def main(event: Any, context: Any) -> dict[str, Any]:
    code = wxcloud.Event(event).text("code")
    invocation = cloud.of(context)
    caller = invocation.caller

    session = cloud.auth.code2session(code)
    if caller.is_mini_program and session.openid != caller.openid:
        raise ForeignOpenid("the code belongs to another user than the caller")
    invocation.sessions.keep(session.openid, session.session_key)

    user = {"openid": session.openid}
    return user if session.unionid is None else {**user, "unionid": session.unionid}
