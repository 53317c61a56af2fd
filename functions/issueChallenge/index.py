"""issueChallenge: what is the user to confirm with a finger or a face?

Event `{purpose, payload?}`: a word such as `pay`, and what is confirmed (an order, an amount), which `verifySignature`
gives back. Answers `{errCode: 0, errMsg: "issueChallenge:ok", challenge, expiresIn}`, the challenge for
wx.startSoterAuthentication, and the seconds that it lives; or `{errCode, errMsg}` for a failure.
"""

from __future__ import annotations

from typing import Any

import wxcloud

cloud = wxcloud.init()


@wxcloud.answers("issueChallenge")
def main(event: Any, context: Any) -> dict[str, Any]:
    asked, invocation = wxcloud.Event(event), cloud.of(context)
    openid = invocation.caller.openid_to_act_for(asked.optional_text("openid"))

    issued = invocation.soter.issue_challenge(
        openid=openid, purpose=asked.text("purpose"), payload=asked.value("payload")
    )
    return {"challenge": issued.challenge, "expiresIn": issued.expires_in}
