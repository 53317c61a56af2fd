"""`cloud`: what an instance of a function has, put together once."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.auth import Auth
from wxcloud.context import Context
from wxcloud.invocation import Invocation
from wxcloud.openapi import OpenApi
from wxcloud.sessions import Sessions
from wxcloud.settings import Settings
from wxcloud.transport.choice import ChosenTransport
from wxcloud.transport.gateway import Gateway
from wxcloud.transport.grant import Grant
from wxcloud.transport.https import HttpsTransport

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cloud:
    """The instance's side of wx-server-sdk's `cloud`; what belongs to one invocation is had from `of`.

    `auth` is the server side of wx.login; `sessions` keeps session keys.
    """

    def __init__(
        self, environ: Mapping[str, str], *, sleep: Callable[[float], None], clock: Callable[[], float]
    ) -> None:
        self._environ = environ
        self._settings = Settings.at_start(environ)
        self._https = HttpsTransport(self._settings, sleep=sleep, clock=clock)
        self._gateway = Gateway(self._settings, sleep=sleep, clock=clock)
        # auth.* has no cloud call in WeChat, so it goes over HTTPS whatever way openapi takes.
        self.auth = Auth(self._https)
        self.sessions = Sessions(self._settings, clock=clock)

    def of(self, context: Any) -> Invocation:
        """The invocation whose `context`, the handler's second argument, this is.

        Nothing of it stays in this Cloud. Raises InvalidContext when the context cannot be read.
        """
        read = Context.of(context)
        grant = Grant(read, self._environ)
        transport = ChosenTransport(self._settings, self._https, self._gateway, grant)
        return Invocation(read, openapi=OpenApi(transport), gateway=self._gateway, grant=grant)


def init(
    environ: Mapping[str, str] | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> Cloud:
    """Read the settings and put a Cloud together; nothing is sent and nothing is opened yet.

    Parameters
    ----------
    environ
        Where the WX_* settings are, and what the platform gives every instance; the process's environment when not
        given.
    sleep, clock
        Seconds: how to wait before trying again, and the Unix time by which tokens expire and calls are signed.

    """
    return Cloud(os.environ if environ is None else environ, sleep=sleep, clock=clock)
