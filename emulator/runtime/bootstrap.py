"""The program inside an instance: loads the handler once, then answers invocations until the emulator goes.

    python -I -B -u -X utf8 bootstrap.py REQUEST_FD REPLY_FD HANDLER

It stands alone, on Python 3.9 and later, and imports little (no typing, no pathlib): each import is part of every cold
start. `init_handler` and `get_func_handler` have the names that tracebacks of the platform's own bootstrap show.
"""

from __future__ import annotations

import _thread
import importlib.util
import json
import logging
import os
import re
import select
import signal
import sys
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, BinaryIO

PROCESS = os.getpid()
# Read once: a function may do to os.environ what it likes.
CODE_FOLDERS = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
PYTHON = os.environ.get("SCF_RUNTIME", "").lower().replace(".", "")
LIBRARY = "/lib/python{}.{}".format(*sys.version_info)
# This machine's places and the platform's [field].
PLACES = [(__file__, f"/var/runtime/{PYTHON}/bootstrap.py")]
PLACES += [(folder, "/var/user") for folder in CODE_FOLDERS]
PLACES += [(prefix + LIBRARY, f"/var/lang/{PYTHON}{LIBRARY}") for prefix in (sys.prefix, sys.base_prefix)]


def main(request_fd: int, reply_fd: int, handler: str) -> None:
    for descriptor in (request_fd, reply_fd):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - positional only; what a function starts is not to hold them
    _thread.start_new_thread(end_with_the_emulator, (request_fd,))
    log_to_stdout()
    if sys.flags.no_site:  # a bare Python: what the platform's has besides packages are exit() and quit()
        import site  # noqa: PLC0415

        site.setquit()
    sys.path[:0] = CODE_FOLDERS
    requests, replies = os.fdopen(request_fd, "rb"), os.fdopen(reply_fd, "wb")
    func_handler, load_failure = init_handler(handler)
    send(replies, json.dumps({"loadFailure": load_failure}))  # after one, the emulator ends this process
    while header := requests.read(4):
        request = json.loads(requests.read(int.from_bytes(header, "big")))
        send(replies, answer(func_handler, request["event"], request["context"]))


def init_handler(handler: str) -> tuple[Any, str | None]:
    """Return the handler and None, or None and why it cannot be loaded."""
    try:
        file, func = handler.rsplit(".", 1)
        os.chdir(os.environ["USER_CODE_ROOT"])
        func_handler = get_func_handler(file, func)
    except Exception:  # noqa: BLE001 - whatever a module raises while it loads
        return None, as_deployed(traceback.format_exc())
    return func_handler, None


def get_func_handler(mname: str, fname: str) -> Any:
    # By its path, not by its name: a function's file may be called like a module that is already loaded here.
    name = mname.rsplit("/", 1)[-1]
    spec: Any = importlib.util.spec_from_file_location(name, os.environ["USER_CODE_ROOT"] + mname + ".py")
    mod = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    return getattr(mod, fname)


def answer(func_handler: Any, event: Any, context: dict[str, Any]) -> str:
    """Return the reply to one invocation as JSON, in ASCII so that lone surrogates survive the pipe."""
    try:
        # The platform copies these and never clears them: a later caller without an openid still sees this one's.
        os.environ.update(json.loads(context["environment"]))
        result = func_handler(event, context)
    except Exception as error:  # noqa: BLE001 - whatever a function raises
        frames = error.__traceback__ and error.__traceback__.tb_next
        return json.dumps({"stackTrace": stack_trace(error, frames)})
    try:
        return '{"result":' + json.dumps(result, allow_nan=False) + "}"
    except Exception as error:  # noqa: BLE001 - a value's own methods may raise anything
        return json.dumps({"stackTrace": stack_trace(error, None)})


def stack_trace(error: Exception, frames: TracebackType | None) -> str:
    """Return the traceback with the user's `frames` only."""
    if frames is None:
        lines = ["Traceback (most recent call last):\n", *traceback.format_exception_only(type(error), error)]
    else:
        lines = traceback.format_exception(type(error), error, frames)
    return as_deployed("".join(lines))


def as_deployed(trace: str) -> str:
    for here, there in PLACES:
        trace = re.sub(re.escape(here) + r"(?![\w.-])", there, trace)
    return trace.rstrip("\n")


def log_to_stdout() -> None:
    """Have the root logger write bare messages, DEBUG included, into the function's log, as on the platform [field]."""
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))


def end_with_the_emulator(request_fd: int) -> None:
    """End this process group once the pipe's other end is closed, even while a function never returns."""
    hangup = select.poll()
    hangup.register(request_fd, 0)
    hangup.poll()
    os.killpg(PROCESS, signal.SIGKILL)


def send(replies: BinaryIO, text: str) -> None:
    if os.getpid() != PROCESS:  # a function forked and both came back from it: only the first may answer
        os._exit(0)
    reply = text.encode("ascii")
    replies.write(len(reply).to_bytes(4, "big") + reply)
    replies.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
