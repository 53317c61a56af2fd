"""The Python twin of wx-server-sdk: it tells a cloud function its caller, and lets it call WeChat.

A function calls `cloud = wxcloud.init()` once, when its instance starts. Each invocation uses `cloud.of(context)`,
which has `caller`, `openapi`, `callFunction` and `getWXContext`.
"""

from wxcloud.caller import Caller
from wxcloud.cloud import Cloud, init
from wxcloud.errors import CloudError
from wxcloud.handler import Event, answers
from wxcloud.invocation import Invocation
from wxcloud.version import __version__

__all__ = ["Caller", "Cloud", "CloudError", "Event", "Invocation", "__version__", "answers", "init"]
