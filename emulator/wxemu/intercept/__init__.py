"""Interception: clients that use Tencent's real host names over HTTPS reach the emulator without a change.

One port is both a proxy (CONNECT and absolute URIs) and an HTTPS listener for those names.
``intercept.process`` runs it; what stands here is for all others, who need neither TLS nor X.509.
"""

from wxemu.intercept.interception import Interception, interception_document, interception_facts

__all__ = [
    "Interception",
    "interception_document",
    "interception_facts",
]
