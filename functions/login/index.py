"""login: who is this user? A code of wx.login becomes a session whose key stays on our side.

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
    caller = cloud.of(context).caller

    session = cloud.auth.code2session(code)
    if caller.is_mini_program and session.openid != caller.openid:
        raise ForeignOpenid("the code was given to another user than the one who sends it")
    cloud.sessions.keep(session.openid, session.session_key)

    user = {"openid": session.openid}
    return user if session.unionid is None else {**user, "unionid": session.unionid}
