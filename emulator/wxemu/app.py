"""The switchboard: all parties on one port, chosen by how a path begins. Nothing else knows them all.

A party is imported at its first request. So a start pays for the core alone, and an emulator whose console nobody
opens never has its templates in memory.
"""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from wxemu.core import health
from wxemu.core.http import SWITCHBOARD
from wxemu.core.http.access import LOOPBACK_ONLY, Access
from wxemu.core.http.hosts import accessed_env, is_emulated
from wxemu.core.steps import LARGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Config, Flask

    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment

PHONE: Final = ("/phone", "/wx.js")
CONTROL: Final = ("/emulator/", "/healthz", "/readyz")
DOCUMENTS: Final = ("/openapi.json",)
CONSOLE: Final = (
    *("/overview", "/functions", "/requests", "/users", "/phones", "/tokens", "/documents", "/faults", "/clock"),
    *("/state", "/live", "/console/"),
)
CLOUDBASE: Final = ("/admin", "/web", "/v1/", "/auth/", "/http/")
TENCENT_CLOUD: Final = tuple(f"/{digit}" for digit in range(10))
"""COS, whose paths begin with a date; ``/`` is Tencent Cloud's as well."""
WECHAT: Final = ("/cgi-bin/", "/sns/", "/wxa/")
ADMIN: Final = "/admin"
CALL_FUNCTION: Final = "/callFunction"
SLOW: Final = (b"functions.invokeFunction", b"database.", b"\\u00")
"""In the body of a call that may take long: as long as a function does, or as a query of many documents. The last one
is how JSON may spell each letter of these."""
READY: Final = "/readyz"
OUR_OWN: Final = (*PHONE, *CONTROL, *DOCUMENTS)
"""What answers in our own JSON."""


class Party:
    """One party's application, made when it is first asked for. Thread-safe.

    :param prefixes: how its paths begin.
    :param make: imports and makes it.
    """

    def __init__(self, prefixes: tuple[str, ...], make: Callable[[], Flask]) -> None:
        self.prefixes = prefixes
        self._make = make
        self._making = threading.Lock()
        self._application: Flask | None = None
        self._serve: WSGIApplication

    @property
    def is_made(self) -> bool:
        """Whether it was asked before."""
        return self._application is not None

    @property
    def application(self) -> Flask:
        """The application."""
        if self._application is None:
            with self._making:
                if self._application is None:
                    made = self._make()
                    self._serve = made.wsgi_app
                    self._application = made
        return self._application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have it answer."""
        return self._serve(environ, start_response)

    def takes_steps(self, environ: WSGIEnvironment) -> bool:
        """Whether it answers a request in steps, if it does so in any."""
        takes: Callable[[WSGIEnvironment], bool] | None = getattr(self._serve, "takes", None)
        return takes is not None and takes(environ)


class Switchboard:
    """The WSGI application over all parties.

    :param parties: the first whose prefix a path has is asked.
    :param front: asked for ``/``, which a browser may mean the console by.
    :param fallback: asked for whatever belongs to nobody.
    :param answer_health_check: status and body for a request of ``READY`` that is one.
    """

    def __init__(
        self,
        parties: tuple[Party, ...],
        *,
        front: Party,
        fallback: Party,
        answer_health_check: Callable[[WSGIEnvironment], tuple[str, bytes] | None],
    ) -> None:
        self._parties = parties
        self._front = front
        self._fallback = fallback
        self._answer_health_check = answer_health_check
        self._config: Config | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the party answer that the path belongs to."""
        environ[SWITCHBOARD] = self
        told = self._answer_health_check(environ) if environ["PATH_INFO"] == READY else None
        if told is not None:
            start_response(told[0], [("Content-Type", "application/json")])
            return [told[1]]
        env = accessed_env(environ.get("HTTP_HOST"))
        if env is not None:
            environ["PATH_INFO"] = f"/http/{env}{environ['PATH_INFO']}"
        elif _is_for_console(environ):
            environ["PATH_INFO"] = "/overview"
        party = self._party_of("/" + environ["PATH_INFO"].lstrip("/"))  # as routes are matched
        self._made(party)
        return party(environ, start_response)

    def is_decision(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is decided quickly and waits for nothing: an openapi's, over HTTPS or by cloud call.

        A phone's call of a function is answered in steps, each of which is.
        """
        path = environ["PATH_INFO"]
        if accessed_env(environ.get("HTTP_HOST")) is not None:
            return False
        if path.startswith(WECHAT):
            return self._fallback.is_made  # else it is imported first, which takes longer than a decision
        if path.endswith(CALL_FUNCTION):
            party = self._party_of(path)
            is_small = int(environ.get("CONTENT_LENGTH") or 0) <= LARGE_BYTES
            return path.startswith(PHONE) and is_small and party.is_made and party.takes_steps(environ)
        if path != ADMIN or not self._parties[0].is_made:
            return False
        body = environ["wsgi.input"].getvalue()
        return not any(action in body for action in SLOW)

    def application_of(self, path: str) -> Flask:
        """The application of the party that a path belongs to."""
        return self._made(self._party_of(path))

    def _party_of(self, path: str) -> Party:
        if path == "/":
            return self._front
        for party in self._parties:  # each request asks: a generator takes twice as long
            if path.startswith(party.prefixes):
                return party
        return self._fallback

    def applications(self) -> list[Flask]:
        """Those of all parties, which are made if they were not asked yet."""
        return [self._made(party) for party in (self._fallback, *self._parties)]

    def _made(self, party: Party) -> Flask:
        application = party.application
        if application.config is not self._config:
            self._config = application.config = self._config or application.config
        return application


def create_app(
    world: World, deployment: Deployment, access: Access = LOOPBACK_ONLY, interception: Interception | None = None
) -> Flask:
    """All parties as one Flask application: it is WeChat's, that carries the switchboard as its ``wsgi_app``."""
    switchboard = make_switchboard(world, deployment, access, interception)
    app = switchboard.application_of("")
    app.extensions[SWITCHBOARD] = switchboard
    app.wsgi_app = switchboard  # type: ignore[method-assign]  # as Flask has one do
    return app


def make_switchboard(
    world: World,
    deployment: Deployment,
    access: Access = LOOPBACK_ONLY,
    interception: Interception | None = None,
    mini_program: Path | None = None,
    *,
    on_phones: Callable[[], object] = bool,
) -> Switchboard:
    """All parties over one world and the functions deployed in it, for those whom ``access`` lets in.

    :param mini_program: the folder of the one that the phones run; without it, the sample.
    :param on_phones: called when somebody asks for a phone, whose functions are likely to be called then.
    """

    def wechat() -> Flask:
        from wxemu.wechat import routes  # noqa: PLC0415 - as of all below, see above

        return routes.application(world, access)

    def phone() -> Flask:
        on_phones()
        from wxemu.phone import routes  # noqa: PLC0415

        world.keys.fill()  # which new phones need
        return routes.application(world, deployment, access, mini_program)

    def control() -> Flask:
        from wxemu.control import routes  # noqa: PLC0415

        return routes.application(world, deployment, access, interception)

    def documents() -> Flask:
        from wxemu import documents  # noqa: PLC0415

        return documents.application(world, access)

    def console() -> Flask:
        from wxemu.console import routes  # noqa: PLC0415
        from wxemu.control import errors  # noqa: PLC0415
        from wxemu.control.replay import replay as replay_exchange  # noqa: PLC0415

        replay = partial(replay_exchange, world, deployment)
        face = routes.face(world, deployment, interception=interception, replay=replay)
        return routes.application(world, face, access, errors.STATUSES)

    def cloudbase() -> Flask:
        from wxemu.cloudbase.application import application  # noqa: PLC0415

        return application(world, deployment, access)

    def tencent_cloud() -> Flask:
        from wxemu.tencentcloud import routes  # noqa: PLC0415

        return routes.application(world, deployment, access)

    world.secret_values.add(access.control_token)
    front = Party(TENCENT_CLOUD, tencent_cloud)
    parties = (
        Party(CLOUDBASE, cloudbase),
        Party(CONTROL, control),
        Party(CONSOLE, console),  # before the phone, one of whose prefixes /phones has
        Party(PHONE, phone),
        Party(DOCUMENTS, documents),
        front,
    )
    return Switchboard(
        parties,
        front=front,
        fallback=Party((), wechat),
        answer_health_check=partial(_answer_health_check, world, access),
    )


def _answer_health_check(world: World, access: Access, environ: WSGIEnvironment) -> tuple[str, bytes] | None:
    """Status and body for a ``GET`` of ``READY`` that is no web page's, by a name that is ours; ``None`` for all else.

    Whoever waits for a start asks this over and over, before the control plane is imported, whose words they are.
    """
    if environ["REQUEST_METHOD"] != "GET" or not access.is_plain(environ):
        return None
    lack = health.lack(world)
    if lack is None:
        return "200 OK", b'{"status":"ready"}\n'
    is_chinese = environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("zh")  # of a command; pages ask elsewhere
    words = lack.in_language("zh" if is_chinese else "en")
    told = json.dumps({"error": {"status": 503, "message": words}}, ensure_ascii=False, separators=(",", ":"))
    return "503 SERVICE UNAVAILABLE", f"{told}\n".encode()


def _is_for_console(environ: WSGIEnvironment) -> bool:
    """Whether ``GET /`` comes from a browser, not from COS's or Tencent Cloud's clients, which have that path too."""
    if environ["PATH_INFO"] != "/" or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return False
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    is_tencents = bool({"Action", "uploads"} & query.keys()) or "HTTP_X_TC_ACTION" in environ
    return not is_tencents and not is_emulated(environ.get("HTTP_HOST", "").partition(":")[0])
