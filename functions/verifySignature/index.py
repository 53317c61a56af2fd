"""verifySignature: did the user confirm with a finger or a face on their own phone?

Event `{openid?, jsonString, jsonSignature}`, the last two verbatim from wx.startSoterAuthentication. Answers
`{errCode: 0, errMsg: "openapi.soter.verifySignature:ok", isOk}`, or `{errCode, errMsg}` for a failure.

WeChat checks the signature only. The caller must check that `raw` in the text is a challenge that it issued and that
was not used before, and that `counter` has grown.
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
    # A false without errcode is a valid answer [field]; a missing is_ok, or another type, is not.

    if not isinstance(answer.get("isOk"), bool):
        raise BadAnswer("soter.verifySignature must answer is_ok as true or false")
    return {"isOk": answer["isOk"]}
