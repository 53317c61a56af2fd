"""For your tests: what the fixtures of the pytest plugin give, to name in annotations.

The fixtures themselves (`wxcloud`, `wx_app`, `wx_user`, `wx_phone`, `wx_clock`, `wx_faults`, `wx_requests`) need no
import; pytest finds them where this package is installed.
"""

from emulator.testing.app import App, User
from emulator.testing.clock import Clock
from emulator.testing.emulator import Emulator
from emulator.testing.exchanges import Exchange, Explanation, NoExchangeError, Requests
from emulator.testing.faults import Fault, Faults
from emulator.testing.phone import CloudID, Confirmation, MiniProgramError, Phone

__all__ = [
    "App",
    "Clock",
    "CloudID",
    "Confirmation",
    "Emulator",
    "Exchange",
    "Explanation",
    "Fault",
    "Faults",
    "MiniProgramError",
    "NoExchangeError",
    "Phone",
    "Requests",
    "User",
]
