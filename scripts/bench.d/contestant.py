"""A process to measure: one application behind one server, until SIGTERM.

    python contestant.py '{"server": "edge", "options": {...}, "application": "ping", "port": 0, ...}'

Imports stand where they are needed, because the start and the memory of a process that does without are measured too.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication


def main(contest: dict[str, Any]) -> None:
    sys.path += [contest["packages"]] if "packages" in contest else []  # servers that are not installed
    load = partial(ping if contest["application"] == "ping" else emulator, contest)
    {"edge": edge, "granian": granian, "waitress": waitress, "gunicorn": gunicorn}[contest["server"]](
        load, contest["options"]
    )


def ping(_contest: dict[str, Any]) -> WSGIApplication:
    """The yardstick: the least that Flask can do."""
    from flask import Flask  # noqa: PLC0415

    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/ping", "ping", lambda: "pong")
    app.add_url_rule("/page", "page", lambda: "<!doctype html><title>page</title><p>page</p>")
    return app.wsgi_app


def emulator(contest: dict[str, Any]) -> WSGIApplication:
    """The emulator's faces with the demo tenant, on a server that `wxemu start` would not take."""
    from wxemu.app import create_app  # noqa: PLC0415
    from wxemu.cloudbase.callers import issue_wx_api_token  # noqa: PLC0415
    from wxemu.core.world import World  # noqa: PLC0415
    from wxemu.scf.deployment import Deployment  # noqa: PLC0415
    from wxemu.state import seed  # noqa: PLC0415

    state = Path(contest["state"])
    world = World(state)
    seed.load(world, seed.DEMO)
    world.keys.fill()
    url = f"http://127.0.0.1:{contest['port']}"
    deployment = Deployment(
        world,
        directory=Path(contest["project"]),
        base_url=url,
        storage=state,
        issue_wx_api_token=issue_wx_api_token,
    )
    return create_app(world, deployment).wsgi_app


def edge(load: Callable[[], WSGIApplication], options: dict[str, Any]) -> None:
    import asyncio  # noqa: PLC0415
    import socket  # noqa: PLC0415

    import uvloop  # noqa: PLC0415

    from wxemu.edge.edge import Edge, listen  # noqa: PLC0415

    async def serve() -> None:
        application = load()
        is_decision = getattr(application, "is_decision", lambda _environ: True)
        edge = Edge(application, is_decision=is_decision, threads=options["threads"])
        await listen(edge, socket.create_server(("127.0.0.1", options["port"]), backlog=1024))
        await asyncio.Event().wait()

    uvloop.run(serve())


def granian(load: Callable[[], WSGIApplication], options: dict[str, Any]) -> None:
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    interface = Interfaces(options.pop("interface"))
    Server("contestant", interface=interface, **options).serve(target_loader=load, wrap_loader=False)


def waitress(load: Callable[[], WSGIApplication], options: dict[str, Any]) -> None:
    import logging  # noqa: PLC0415

    from waitress import serve  # noqa: PLC0415

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of each request that waits for a thread
    serve(load(), **options)


def gunicorn(load: Callable[[], WSGIApplication], options: dict[str, Any]) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415

    class Application(BaseApplication):  # type: ignore[misc] # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return load()

    Application().run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
