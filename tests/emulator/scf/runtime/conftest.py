"""Functions made on the spot, and runtimes that are closed after use."""

import itertools
import os
import select
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from wxemu.scf.project import FunctionSpec
from wxemu.scf.runtime import Identity, Runtime

APPID = "wx1234567890abcdef"


@pytest.fixture
def deploy(tmp_path):
    """Write `code` as a function's index.py; keys are those of FunctionSpec."""
    names = itertools.count()

    def write(code, **changes):
        directory = tmp_path / f"fn{next(names)}"
        directory.mkdir()
        (directory / "index.py").write_text(dedent(code), "utf-8")
        keys = {
            "name": directory.name,
            "directory": directory,
            "shared": None,
            "handler": "index.main",
            "runtime": "Python3.11",
            "timeout_seconds": 30,
            "memory_megabytes": 256,
            "environment": {},
            "openapi_permissions": frozenset(),
        }
        return FunctionSpec(**{**keys, **changes})

    return write


def new_runtime(**arguments):
    return Runtime(**{"variables": lambda _appid: {}, "new_request_id": lambda: "req-1", **arguments})


@pytest.fixture
def start_runtime():
    """Start a runtime of the test's own."""
    runtimes = []

    def start(**arguments):
        runtimes.append(new_runtime(**arguments))
        return runtimes[-1]

    yield start
    for runtime in runtimes:
        runtime.close()


@pytest.fixture(scope="session")
def runtime():
    """One for all tests that leave no trace in it: their functions differ."""
    runtime = new_runtime()
    yield runtime
    runtime.close()


@pytest.fixture
def wait_for_exit():
    """Wait until a process, a child of ours or not, has ended."""

    def wait(process):
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            return
        try:
            assert select.select([descriptor], [], [], 20)[0], f"process {process} still runs"
        finally:
            os.close(descriptor)

    return wait


@pytest.fixture
def process_of():
    """Invoke a function; return the process that answered, by its number on this machine."""

    def invoke(runtime, spec, caller, event=None):
        assert runtime.invoke(spec, {} if event is None else event, caller).ok
        return next(one.process for one in reversed(runtime.instances()) if one.function == spec.name)

    return invoke


@pytest.fixture
def children_of():
    """Return a process's children, by their numbers on this machine."""
    return lambda process: [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.fixture
def server_of():
    """Return the warm process that an instance comes from."""

    def find(process):
        while b"bootstrap.server" not in Path(f"/proc/{process}/cmdline").read_bytes() or _is_fork(process):
            process = _parent(process)
        return process

    return find


def _parent(process):
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])


def _is_fork(process):
    return Path(f"/proc/{process}/cmdline").read_bytes() == Path(f"/proc/{_parent(process)}/cmdline").read_bytes()


@pytest.fixture
def machine(process_of, children_of, server_of, wait_for_exit):
    """What a test sees of this machine's processes: all of the above."""
    return SimpleNamespace(
        process_of=process_of, children_of=children_of, server_of=server_of, wait_for_exit=wait_for_exit
    )


@pytest.fixture
def needs_view(runtime, deploy, user):
    """Skip where the machine does not let functions have the platform's places."""
    spec = deploy("import os\ndef main(event, context): return os.environ['USER_CODE_ROOT']\n")
    if runtime.invoke(spec, {}, user).result != "/var/user/":
        pytest.skip("this machine gives no mount namespaces")


@pytest.fixture
def fifo(tmp_path):
    """Where a test and its functions, or two functions, wait for each other: opening one end waits for the other."""
    fifo = tmp_path / "meeting" / "fifo"
    fifo.parent.mkdir()
    os.mkfifo(fifo)
    return fifo


@pytest.fixture
def start_meeting(start_runtime, fifo):
    """Start a runtime whose functions find the fifo's path in FIFO, and may use it."""
    variables = {"FIFO": str(fifo)}
    return lambda **arguments: start_runtime(variables=lambda *_: variables, store=fifo.parent, **arguments)


@pytest.fixture
def user():
    return Identity(appid=APPID, env="env-demo", openid="oUser")


@pytest.fixture
def server():
    return Identity(appid=APPID, env="env-demo", source=None, trigger=None)
