"""`cloud`: all a function can call, put together once for an instance."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from wxcloud.auth import Auth
from wxcloud.openapi import OpenApi
from wxcloud.sessions import Sessions
from wxcloud.settings import Settings
from wxcloud.transport.https import HttpsTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.transport import Transport


@dataclass(frozen=True)
class Cloud:
    """What wx-server-sdk calls `cloud`.

    `openapi` is every open API by its name; `auth` is the server side of wx.login; `sessions` keeps session keys.
    """

    openapi: OpenApi
    auth: Auth
    sessions: Sessions


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
        Where the WX_* settings are; the process's environment as it is now when not given.
    sleep, clock
        Seconds: how to wait before trying again, and the Unix time by which tokens expire.

    """
    settings = Settings.at_start(os.environ if environ is None else environ)
    # auth.* has no cloud call in WeChat, so it goes over HTTPS whatever way openapi takes.
    https: Transport = HttpsTransport(settings, sleep=sleep, clock=clock)
    return Cloud(openapi=OpenApi(https), auth=Auth(https), sessions=Sessions(settings, clock=clock))
