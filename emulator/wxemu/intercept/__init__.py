"""Interception: clients that know only Tencent's real names, over HTTPS, reach the emulator without a change.

One port is a proxy (CONNECT and absolute URIs) and an HTTPS listener for those names at the same time.
"""

from wxemu.intercept.errors import InterceptionError
from wxemu.intercept.interception import Interception, interception_document, interception_facts
from wxemu.intercept.process import intercepting

__all__ = [
    "Interception",
    "InterceptionError",
    "intercepting",
    "interception_document",
    "interception_facts",
]
