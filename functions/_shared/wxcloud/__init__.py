"""The Python twin of wx-server-sdk: what a cloud function needs to know its caller and to call WeChat.

A function does `cloud = wxcloud.init()` once, when its instance starts, and answers invocations with it.
"""

from wxcloud.answer import answers
from wxcloud.cloud import Cloud, init
from wxcloud.context import Caller
from wxcloud.errors import CloudError
from wxcloud.event import Event

__all__ = ["Caller", "Cloud", "CloudError", "Event", "answers", "init"]
