"""A request that has wholly come, as WSGI describes it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_LISTS: Final = {"HTTP_COOKIE": "; "}
"""Headers that come more than once are joined by a comma, but for these."""


@dataclass
class Request:
    """One request while it comes. `body_size` counts what came, also what was not kept because it was too much."""

    method: str = ""
    target: bytes = b""
    version: str = "1.1"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    body_size: int = 0
    head_size: int = 0
    is_kept_alive: bool = True

    def environ(self, *, client: tuple[str, int], server: tuple[str, int]) -> WSGIEnvironment:
        """The request as PEP 3333 has it."""
        path, _, query = self.target.partition(b"?")
        if not path.startswith(b"/"):
            parts = urlsplit(self.target)  # the absolute form, as proxies send it
            path, query = parts.path or b"/", parts.query
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "RAW_URI": self.target.decode("latin-1"),
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1]),
            "REMOTE_ADDR": client[0],
            "REMOTE_PORT": str(client[1]),
            "CONTENT_LENGTH": str(self.body_size),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers:
            self._add_header(environ, name, value.decode("latin-1"))
        return environ

    def _add_header(self, environ: WSGIEnvironment, name: bytes, value: str) -> None:
        if b"_" in name:  # it would pass for another header, whose name has a hyphen there
            return
        key = name.decode("latin-1").upper().replace("-", "_")
        if key == "CONTENT_LENGTH":
            return
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]}{_LISTS.get(key, ',')}{value}" if key in environ else value
