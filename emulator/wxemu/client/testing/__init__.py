"""For your tests: what the fixtures of the pytest plugin give, to name in annotations.

The fixtures themselves (`wxcloud`, `wx_app`, `wx_user`, `wx_phone`, `wx_clock`, `wx_faults`, `wx_requests`) need no
import; pytest finds them where this package is installed.
"""

from wxemu.client.testing.clock import Clock
from wxemu.client.testing.emulator import App, Emulator, User
from wxemu.client.testing.exchanges import Exchange, Explanation, NoExchangeError, Requests
from wxemu.client.testing.faults import Fault, Faults
from wxemu.client.testing.phone import (
    CloudID,
    Confirmation,
    EncryptedData,
    MiniProgramError,
    Phone,
    UserInfo,
    UserKey,
)

__all__ = [
    "App",
    "Clock",
    "CloudID",
    "Confirmation",
    "Emulator",
    "EncryptedData",
    "Exchange",
    "Explanation",
    "Fault",
    "Faults",
    "MiniProgramError",
    "NoExchangeError",
    "Phone",
    "Requests",
    "User",
    "UserInfo",
    "UserKey",
]
