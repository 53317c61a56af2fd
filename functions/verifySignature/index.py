"""verifySignature: did the user confirm with a finger or a face on their own phone?

Event `{openid?, jsonString, jsonSignature}`, the last two as wx.startSoterAuthentication gave them. Answers
`{errCode: 0, errMsg: "openapi.soter.verifySignature:ok", isOk}`, or `{errCode, errMsg}` for a failure. This promises
what WeChat does: the signature is genuine. It may be an old one.

With `purpose` besides, as it was given to issueChallenge, the confirmation counts once: `isOk` is true only for a
challenge that was issued to this user for this purpose, never used, not expired, on a phone whose counter has grown.
Then `payload` is what was confirmed; else `reason` says why not (wxcloud.soter.REASONS).
"""

from __future__ import annotations

from typing import Any

import wxcloud
from wxcloud.errors import BadAnswer
from wxcloud.soter import NotConfirmed

cloud = wxcloud.init()


@wxcloud.answers("openapi.soter.verifySignature")
def main(event: Any, context: Any) -> dict[str, Any]:
    asked, invocation = wxcloud.Event(event), cloud.of(context)
    json_string = asked.verbatim("jsonString", given_as="resultJSON")
    json_signature = asked.verbatim("jsonSignature", given_as="resultJSONSignature")
    openid = invocation.caller.openid_to_act_for(asked.optional_text("openid"))
    purpose = asked.optional_text("purpose")

    if purpose is not None:
        try:
            confirmation = invocation.soter.confirm(
                openid=openid, purpose=purpose, json_string=json_string, json_signature=json_signature
            )
        except NotConfirmed as refusal:
            return {"isOk": False, "reason": refusal.reason}
        return {"isOk": True, "payload": confirmation.payload}

    verify = invocation.openapi.soter.verifySignature
    answer = verify(openid=openid, jsonString=json_string, jsonSignature=json_signature)
    if not isinstance(answer.get("isOk"), bool):  # false is an answer, also without an errcode
        raise BadAnswer("soter.verifySignature must answer is_ok as true or false")
    return {"isOk": answer["isOk"]}
