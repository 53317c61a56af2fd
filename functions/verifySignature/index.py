"""verifySignature: did WeChat's user confirm with a finger or a face on their own phone?

Event `{openid?, jsonString, jsonSignature}`, the last two as wx.startSoterAuthentication gave them. Answers
`{errCode: 0, errMsg: "openapi.soter.verifySignature:ok", isOk}`, or `{errCode, errMsg}` for a failure.

WeChat checks the signature alone. That `raw` in the text is the challenge you gave out, not yet used, and that
`counter` has grown, is for the caller to check.
"""

from __future__ import annotations

from typing import Any

import wxcloud
from wxcloud.errors import BadAnswer

cloud = wxcloud.init()


@wxcloud.answers("openapi.soter.verifySignature")
def main(event: Any, context: Any) -> dict[str, Any]:
    asked, invocation = wxcloud.Event(event), cloud.of(context)
    json_string = asked.verbatim("jsonString", given_as="resultJSON")
    json_signature = asked.verbatim("jsonSignature", given_as="resultJSONSignature")
    openid = invocation.caller.openid_to_act_for(asked.optional_text("openid"))

    verify = invocation.openapi.soter.verifySignature
    answer = verify(openid=openid, jsonString=json_string, jsonSignature=json_signature)
    # A false without errcode is a real answer [field]; no is_ok at all, or one that is merely truthy, is none.
    if not isinstance(answer.get("isOk"), bool):
        raise BadAnswer("soter.verifySignature must answer is_ok as true or false")
    return {"isOk": answer["isOk"]}
