"""`cloud`: the parts that an instance of a function makes once."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.auth import Auth
from wxcloud.context import Context
from wxcloud.invocation import Instance, Invocation
from wxcloud.openapi import OpenApi
from wxcloud.settings import Settings
from wxcloud.store import Stores
from wxcloud.transport.choice import ChosenTransport
from wxcloud.transport.gateway import Gateway
from wxcloud.transport.grant import Grant
from wxcloud.transport.https import HttpsTransport

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cloud:
    """wx-server-sdk's `cloud`, as far as it belongs to the instance; `of` has what belongs to an invocation.

    `auth` is the server side of wx.login.
    """

    def __init__(
        self, environ: Mapping[str, str], *, sleep: Callable[[float], None], clock: Callable[[], float]
    ) -> None:
        self._environ = environ
        self._settings = Settings.at_start(environ)
        self._https = HttpsTransport(self._settings, sleep=sleep, clock=clock)
        self._gateway = Gateway(self._settings, sleep=sleep, clock=clock)
        # WeChat has no cloud call for auth.*, so it always uses HTTPS.
        self.auth = Auth(self._https, self._settings)
        self._instance = Instance(self._settings, Stores(self._settings), clock)

    def of(self, context: Any) -> Invocation:
        """The invocation with this `context`, the handler's second argument.

        This Cloud keeps nothing of it. Raises InvalidContext when the context cannot be read.
        """
        read = Context.of(context)
        grant = Grant(read, self._environ)
        transport = ChosenTransport(self._settings, self._https, self._gateway, grant)
        return Invocation(read, openapi=OpenApi(transport), gateway=self._gateway, grant=grant, instance=self._instance)


def init(
    environ: Mapping[str, str] | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> Cloud:
    """Read the settings and make a Cloud; this sends nothing and opens nothing.

    Parameters
    ----------
    environ
        The variables of the instance, with the WX_* settings; by default the process's environment.
    sleep, clock
        In seconds: the wait before a retry, and the Unix time for the expiry of tokens and for signatures.

    """
    return Cloud(os.environ if environ is None else environ, sleep=sleep, clock=clock)
