"""Which exchanges call a function, and which one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange

BY_HAND: Final = "invoke"
TIMER: Final = "timer"
"""Names of what no request to a party began: by our own interface, and by the clock."""
CALLS: Final = ("wx.cloud.callFunction", "functions.invokeFunction", "Invoke", "InvokeFunction", BY_HAND, TIMER)
_NAMES: Final = ("name", "function_name", "FunctionName")
"""How a call names the function: a mini program, Tencent's SDKs, Tencent Cloud's API."""
_IN_PATH: Final = "/v1/functions/"


def function_of(exchange: Exchange) -> str | None:
    """The name of the called function; ``None`` if the exchange is not a call."""
    if exchange.name not in CALLS:
        return None
    path = exchange.url.partition("?")[0]
    if exchange.name in (BY_HAND, TIMER):
        return path.split("/")[1]
    if path.startswith(_IN_PATH):
        return unquote(path.removeprefix(_IN_PATH))
    parameters = exchange.parameters
    name = next((parameters[key] for key in _NAMES if parameters.get(key)), None)
    return name if isinstance(name, str) else None
