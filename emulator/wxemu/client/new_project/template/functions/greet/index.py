"""greet: a function of your own, to begin with.

Event `{name}`. Answers `{errCode: 0, errMsg: "greet:ok", greeting, openid}`, or `{errCode, errMsg}` for a failure.
"""

import wxcloud

cloud = wxcloud.init()  # once, when the instance starts


@wxcloud.answers("greet")
def main(event, context):
    asked, invocation = wxcloud.Event(event), cloud.of(context)
    return {"greeting": f"Hello, {asked.text('name')}", "openid": invocation.caller.openid}
