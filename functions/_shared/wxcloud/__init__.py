"""The Python twin of wx-server-sdk: what a cloud function needs to know its caller and to call WeChat.

A function does `cloud = wxcloud.init()` once, when its instance starts; each invocation is answered with
`cloud.of(context)`, which has `caller`, `openapi`, `callFunction` and `getWXContext`.
"""

from wxcloud.answer import answers
from wxcloud.caller import Caller
from wxcloud.cloud import Cloud, init
from wxcloud.errors import CloudError
from wxcloud.event import Event
from wxcloud.invocation import Invocation
from wxcloud.version import __version__

__all__ = ["Caller", "Cloud", "CloudError", "Event", "Invocation", "__version__", "answers", "init"]
