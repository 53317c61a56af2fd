"""An instance of an HTTP function: starts its server by scf_bootstrap, then hands it one request at a time.

It speaks with the emulator as an instance of any other function does. The `event` of a request is the one to send; what
the server answers is told in the form of a reply to HTTP access.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from . import languages, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType
    from typing import Any

    from .bootstrap import Emulator

PROGRAM = "scf_bootstrap"
RESULT_LIMIT_BYTES = 6 << 20  # [doc]
START_SECONDS = 60  # less than what the emulator waits, so that the reason is told
_EXITED = 405  # ContainerStateExited [doc]
_UNLOADED = 443
_LEAST_PAUSE, _MOST_PAUSE = 0.002, 0.05
_PARTING_SECONDS = 1.0
# Of one connection, not of the message; the server gets a connection of its own for each request.
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
_TEXT_KINDS = ("text/", "application/json", "application/javascript", "application/xml")


def serve(emulator: Emulator, folder: Path, lacks: Mapping[str, str]) -> None:
    """Be an instance; `folder` is where the languages are, and it can be written to."""
    began = time.perf_counter()
    server = Server(folder, Path(os.environ["USER_CODE_ROOT"]))
    failure = server.start()
    status, reason = (None, None) if failure is None else failure
    init_ms = (time.perf_counter() - began) * 1000
    emulator.send(json.dumps({"loadFailure": reason, "loadStatus": status, "initMs": init_ms, "lacks": lacks}))
    if failure is not None:
        return
    signal.signal(signal.SIGCHLD, server.end_with_it)
    server.end_with_it()
    while (request := emulator.receive()) is not None:
        emulator.send(server.answer(request["event"]))


class Server:
    """The function's server: a process of its own."""

    def __init__(self, folder: Path, code: Path) -> None:
        runtime = os.environ["SCF_RUNTIME"]
        self._program = code / PROGRAM
        self._code = code
        self._told = languages.make(folder, runtime)
        self._binaries = languages.binaries(folder, runtime)
        self._process = 0
        self._port = 0
        self._host = languages.LOOPBACK
        if folder != view.LANGUAGES:
            self._program = self._translate(folder)

    def start(self) -> tuple[int, str] | None:
        """Start it and wait until it can be reached; return a status and why it cannot."""
        os.chdir(self._code)
        path = f"{self._binaries}{os.pathsep}{os.environ['PATH']}"
        try:
            self._process = os.posix_spawn(
                self._program,
                [str(self._program)],
                {**os.environ, "PATH": path},
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],  # which Python has ignored
            )
        except OSError as error:
            return _EXITED, f"{PROGRAM} cannot be run: {_explain(error, self._program)}"
        deadline, pause = time.monotonic() + START_SECONDS, _LEAST_PAUSE
        while time.monotonic() < deadline:
            ended = self._wait(os.WNOHANG)
            if ended is not None:
                return _EXITED, f"{PROGRAM} ended with {ended} before anything listened on port {languages.PORT}"
            told = self._told.read_text()
            if told == languages.UNREACHABLE:
                return (
                    _UNLOADED,
                    f"the server listens on this machine's loopback only; have it listen on 0.0.0.0:{languages.PORT}",
                )
            if told and self._is_reached(int(told)):
                return None
            time.sleep(pause)
            pause = min(2 * pause, _MOST_PAUSE)
        return (
            _UNLOADED,
            f"nothing listens on 0.0.0.0:{languages.PORT} {START_SECONDS} seconds after the start of {PROGRAM}",
        )

    def answer(self, request: Mapping[str, Any]) -> str:
        """Send a request and return what came of it as JSON."""
        connection = http.client.HTTPConnection(self._host, self._port)
        try:
            connection.putrequest(request["method"], request["target"], skip_host=True, skip_accept_encoding=True)
            body = base64.b64decode(request["body"])
            for name, value in request["headers"]:
                if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                    connection.putheader(name, value.encode("latin-1", "replace"))
            if body or request["method"] not in ("GET", "HEAD", "OPTIONS", "DELETE", "TRACE"):
                connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read(RESULT_LIMIT_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._end_if_it_has()
            return json.dumps({"stackTrace": f"the server gave no answer: {type(error).__name__}: {error}"})
        finally:
            connection.close()
        if len(content) > RESULT_LIMIT_BYTES:
            return '{"isTooLarge":true}'
        return json.dumps({"result": _reply(response, content)})

    def end_with_it(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End this process once the server has ended, so that another instance takes its place."""
        if self._wait(os.WNOHANG) is not None:
            os._exit(1)

    def _end_if_it_has(self) -> None:
        """End with a server that is about to: its connections are closed before it has ended."""
        deadline = time.monotonic() + _PARTING_SECONDS
        while time.monotonic() < deadline:
            self.end_with_it()
            time.sleep(_LEAST_PAUSE)

    def _is_reached(self, port: int) -> bool:
        for host in (languages.LOOPBACK, "::1"):
            connection = http.client.HTTPConnection(host, port, timeout=1)
            with suppress(OSError):
                connection.connect()
                connection.close()
                self._host, self._port = host, port
                return True
        return False

    def _wait(self, how: int) -> str | None:
        """How the process has ended; None if it has not."""
        try:
            process, status = os.waitpid(self._process, how)
        except ChildProcessError:
            return "an unknown status"
        if process == 0:
            return None
        code = os.waitstatus_to_exitcode(status)
        return f"signal {-code}" if code < 0 else f"status {code}"

    def _translate(self, folder: Path) -> Path:
        """Make a copy that names this machine's places, where the platform's are not to be had."""
        try:
            text = self._program.read_bytes()
            mode = self._program.stat().st_mode
        except OSError:
            return self._program
        if not text.startswith(b"#!"):
            return self._program
        text = languages.PLACE_IN_TEXT.sub(os.fsencode(folder / "python"), text)
        copy = folder / PROGRAM
        copy.write_bytes(text.replace(os.fsencode(view.CODE), os.fsencode(self._code)))
        copy.chmod(mode & 0o777)
        return copy


def _explain(error: OSError, program: Path) -> str:
    """Why a file cannot be run: for a script the kernel's words are about its first line."""
    with suppress(OSError):
        first = program.read_bytes()[:200].partition(b"\n")[0]
        if first.startswith(b"#!") and first.endswith(b"\r"):
            return "its lines end with CR and LF; LF alone is needed"
        if isinstance(error, PermissionError):
            return "it is not executable; chmod 755 scf_bootstrap"
        if not first.startswith(b"#!"):
            return f"{os.strerror(error.errno or 0)}; begin it with #!/bin/bash"
        return f"{first[2:].decode(errors='replace').strip()} of its first line is not here"
    return os.strerror(error.errno or 0)


def _reply(response: http.client.HTTPResponse, content: bytes) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    for name, value in response.getheaders():
        known = name.lower()
        if known in _HOP_BY_HOP or known == "content-length":
            continue
        before = headers.get(known)
        headers[known] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    kind = response.headers.get_content_type()
    is_encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    body = None
    if not is_encoded and kind.startswith(_TEXT_KINDS):
        with suppress(UnicodeDecodeError):
            body = content.decode()
    is_text = body is not None or not content
    return {
        "statusCode": response.status,
        "headers": headers,
        "body": (body or "") if is_text else base64.b64encode(content).decode(),
        "isBase64Encoded": not is_text,
    }
