"""WeChat's endpoints are answered one at a time.

A decision is serial anyway, and threads that wait for the interpreter's lock inside one cost more than threads that
wait at its door (docs/benchmarks.md). Nothing behind this door ever waits, so it cannot be held for long; a call of a
function does not pass it, because that function will.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from emulator.world.apis import BY_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def one_at_a_time(application: WSGIApplication) -> WSGIApplication:
    """``application``, with WeChat's endpoints behind one door."""
    door = threading.Lock()

    def pass_through(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in BY_PATH:
            return application(environ, start_response)
        with door:
            return application(environ, start_response)

    return pass_through
