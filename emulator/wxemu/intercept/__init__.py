"""Interception: clients that use Tencent's real host names over HTTPS reach the emulator without a change.

One port is both a proxy (CONNECT and absolute URIs) and an HTTPS listener for those names.
"""

from wxemu.intercept.authority import AuthorityError
from wxemu.intercept.interception import Interception, interception_document, interception_facts
from wxemu.intercept.process import intercepting

__all__ = [
    "AuthorityError",
    "Interception",
    "intercepting",
    "interception_document",
    "interception_facts",
]
