"""An instance: loads the handler once, then answers invocations until it is killed.

Its requests and replies are JSON texts behind a 4-byte big-endian length; between the two a reply has the most memory
that the process has ever held, as 4 bytes, in KiB. The first request tells what to be; its reply comes when the handler
is loaded. `init_handler` and `get_func_handler` have the names that tracebacks of the platform's
own bootstrap show.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import logging
import os
import re
import resource
import sys
import time
import traceback
from pathlib import Path
from types import CoroutineType

from . import debugger, labels, modules, view, web

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

    from .sandbox import Sandbox

_libc = ctypes.PyDLL(None)
_libc.strdup.argtypes, _libc.strdup.restype = (ctypes.c_char_p,), ctypes.c_void_p
_libc.putenv.argtypes = _libc.free.argtypes = (ctypes.c_void_p,)
RESULT_LIMIT_BYTES = 6 << 20  # [doc]
POISON = "environ_leak=poison: read {} from the invocation's context, not from os.environ"


def main(requests_fd: int, replies_fd: int, ready: frozenset[str], sandbox: Sandbox, temporary: str | None) -> None:
    """Be one instance in its `sandbox`; `temporary` is where its files go if it has no folders of its own."""
    loaded = frozenset(sys.modules)  # before a debugger is
    emulator = Emulator(requests_fd, replies_fd)
    birth = emulator.receive()
    if birth is None:
        return
    os.environ.clear()
    os.environ.update(birth["environment"])
    time.tzset()
    lacks = sandbox.enter(birth)
    if sandbox.has_folders:
        folders = {str(place): str(place) for place in (view.CODE, view.LAYERS)}
    else:
        folders = {birth["code"]: str(view.CODE), **dict.fromkeys(reversed(birth["layers"]), str(view.LAYERS))}
        use_folders(list(folders), temporary)
        files = birth["files"]
        os.environ.update({name: files[value] for name, value in os.environ.items() if value in files})
    if birth["isHttp"]:
        web.serve(emulator, languages_folder(has_view=sandbox.has_folders), lacks)
        return
    if birth["debugger"] is not None and not await_debugger(emulator, birth["debugger"], folders):
        return
    brought = modules.make_way(ready, loaded, folders, birth["reserved"])
    sys.path[:0] = folders
    if "logging" not in brought:
        log_to_stdout()
    if sys.flags.no_site:  # a bare Python: what the platform's has besides packages are exit() and quit()
        import site  # noqa: PLC0415

        site.setquit()
    places = Places(os.environ["SCF_RUNTIME"], folders)
    environ = Environ()
    began = time.perf_counter()
    func_handler, load_failure = init_handler(birth["handler"], os.environ["USER_CODE_ROOT"], places)
    init_ms = (time.perf_counter() - began) * 1000
    emulator.send(json.dumps({"loadFailure": load_failure, "initMs": init_ms, "lacks": lacks}))
    while (request := emulator.receive()) is not None:
        emulator.send(answer(func_handler, request, environ, places))


def await_debugger(emulator: Emulator, asked: Mapping[str, Any], folders: Mapping[str, str]) -> bool:
    """Tell the emulator where a debugger can attach, or why none can, and wait for it; whether there is one."""
    try:
        port = debugger.listen(asked["port"], asked["lent"])
    except debugger.NoDebuggerError as error:
        emulator.send(json.dumps({"refused": error.facts}))
        return False
    emulator.send(json.dumps({"port": port, "places": list(folders)}))
    debugger.wait()
    return True


def use_folders(folders: list[str], temporary: str | None) -> None:
    """Name the machine's folders, the code's first, where the platform's places are not to be had."""
    path = os.pathsep.join(folders)
    os.environ.update(USER_CODE_ROOT=f"{folders[0]}/", PWD=folders[0], PYTHONPATH=path, LD_LIBRARY_PATH=path)
    if temporary is not None:
        own = Path(temporary, str(os.getpid()))
        own.mkdir(mode=0o700)
        os.environ["TMPDIR"] = str(own)


def languages_folder(*, has_view: bool) -> Path:
    """Return where an HTTP function's Python is to be made."""
    if has_view:
        return view.LANGUAGES
    folder = Path(os.environ["TMPDIR"], "lang")
    folder.mkdir()
    return folder


class Emulator:
    """The other end of the two pipes."""

    def __init__(self, requests_fd: int, replies_fd: int) -> None:
        self._process = os.getpid()
        self._requests, self._replies = os.fdopen(requests_fd, "rb"), os.fdopen(replies_fd, "wb")

    def receive(self) -> dict[str, Any] | None:
        """Return the next request, None after the last one."""
        header = self._requests.read(4)
        return json.loads(self._requests.read(int.from_bytes(header, "big"))) if header else None

    def send(self, text: str) -> None:
        if os.getpid() != self._process:  # a function forked and both came back from it: only the first may answer
            os._exit(0)
        reply = text.encode("ascii")
        self._replies.write(len(reply).to_bytes(4, "big") + peak_kib().to_bytes(4, "big") + reply)
        self._replies.flush()


def peak_kib() -> int:
    """Return the most memory that this process has ever held, in KiB; 0 where the system counts otherwise."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if sys.platform == "linux" else 0


class Environ:
    """What invocations leave in os.environ; its own is read once, as a function may change all of it."""

    def __init__(self) -> None:
        self._own = dict(os.environ)
        self._copied: set[str] = set()
        self._strings: dict[str, int] = {}

    def copy(self, pairs: Mapping[str, str], leak: str) -> None:
        """Copy an invocation's `pairs`, as the platform does; with the leak `poison` nothing true of the caller's."""
        if leak == "poison":
            pairs = {name: POISON.format(name) for name in pairs if name not in self._own}
        self._copied.update(pairs)
        for name, value in pairs.items():
            self._put(name, value)

    def _put(self, name: str, value: str) -> None:
        """Set a variable in a string of our own: of those that Python sets, the C library keeps every value for ever.

        The string before is let go once the environment does not name it any more.
        """
        data = getattr(os.environ, "_data", None)
        if data is None:  # the function has put a mapping of its own in its place
            os.environ[name] = value
            return
        key, encoded = os.fsencode(name), os.fsencode(value)
        string = _libc.strdup(key + b"=" + encoded)
        _libc.putenv(string)
        data[key] = encoded
        _libc.free(self._strings.get(name))
        self._strings[name] = string

    def clear(self) -> None:
        """Take all away that invocations have copied, which the platform never does."""
        for name in self._copied:
            if name in self._own:
                os.environ[name] = self._own[name]
            else:
                os.environ.pop(name, None)
        self._copied.clear()


class Places:
    """This machine's places by the platform's names [field], for tracebacks."""

    def __init__(self, runtime: str, folders: Mapping[str, str]) -> None:
        python = runtime.lower().replace(".", "")
        library = "/lib/python{}.{}".format(*sys.version_info)
        names = {labels.FOLDER: f"/var/runtime/{python}", **folders}
        names.update((prefix + library, f"/var/lang/{python}{library}") for prefix in (sys.prefix, sys.base_prefix))
        self._names = [(re.compile(re.escape(here) + r"(?![\w.-])"), there) for here, there in names.items()]

    def as_deployed(self, trace: str) -> str:
        for here, there in self._names:
            trace = here.sub(there, trace)
        return trace.rstrip("\n")

    def stack_trace(self, error: Exception, frames: TracebackType | None) -> str:
        """Return the traceback with the user's `frames` only."""
        if frames is None:
            lines = ["Traceback (most recent call last):\n", *traceback.format_exception_only(type(error), error)]
        else:
            lines = traceback.format_exception(type(error), error, frames)
        return self.as_deployed("".join(lines))


def init_handler(handler: str, code_root: str, places: Places) -> tuple[Any, str | None]:
    """Return the handler and None, or None and why it cannot be loaded."""
    try:
        file, func = handler.rsplit(".", 1)
        os.chdir(code_root)
        func_handler = get_func_handler(code_root, file, func)
    except Exception:  # noqa: BLE001 - whatever a module raises while it loads
        return None, places.as_deployed(traceback.format_exc())
    return func_handler, None


def get_func_handler(code_root: str, mname: str, fname: str) -> Any:
    # By its path, not by its name: a function's file may be called like a module that is already loaded here.
    name = mname.rsplit("/", 1)[-1]
    spec: Any = importlib.util.spec_from_file_location(name, code_root + mname + ".py")
    mod = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    return getattr(mod, fname)


def answer(func_handler: Any, request: Mapping[str, Any], environ: Environ, places: Places) -> str:
    """Return the reply to one invocation as JSON, in ASCII so that lone surrogates survive the pipe."""
    try:
        environ.copy(json.loads(request["context"]["environment"]), request["environLeak"])
        result = call(func_handler, request["event"], request["context"])
    except Exception as error:  # noqa: BLE001 - whatever a function raises
        frames = error.__traceback__ and error.__traceback__.tb_next and error.__traceback__.tb_next.tb_next
        return json.dumps({"stackTrace": places.stack_trace(error, frames)})
    finally:
        if request["environLeak"] == "clear":
            environ.clear()
    try:
        return reply_of(result)
    except Exception as error:  # noqa: BLE001 - a value's own methods may raise anything
        return json.dumps({"stackTrace": places.stack_trace(error, None)})


def call(func_handler: Any, event: Any, context: Any) -> Any:
    result = func_handler(event, context)
    if isinstance(result, CoroutineType):
        result.close()  # else Python warns of it, in the function's log
        name = getattr(func_handler, "__name__", "the handler")
        raise TypeError(f"{name} returned a coroutine, which nobody awaits: use def, and asyncio.run in it")
    return result


def reply_of(result: Any) -> str:
    if type(result).__module__ == "decimal" and type(result).__name__ == "Decimal":  # not one inside of something [src]
        result = str(result)
    text = json.dumps(result, allow_nan=False)
    if len(text) > RESULT_LIMIT_BYTES:  # characters that are not ASCII are shorter on the platform
        size = len(json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size > RESULT_LIMIT_BYTES:
            return '{"isTooLarge":true}'
    return '{"result":' + text + "}"


def log_to_stdout() -> None:
    """Have the root logger write bare messages, DEBUG included, into the function's log, as on the platform [field]."""
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
