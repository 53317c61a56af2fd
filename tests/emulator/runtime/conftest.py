"""Functions made on the spot, and runtimes that are closed after use."""

import itertools
from textwrap import dedent

import pytest

from emulator.project import FunctionSpec
from emulator.runtime import Identity, Runtime

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


@pytest.fixture
def start_runtime():
    runtimes = []

    def start(**arguments):
        defaults = {"variables": lambda _spec, _appid: {}, "new_request_id": lambda: "req-1"}
        runtimes.append(Runtime(**{**defaults, **arguments}))
        return runtimes[-1]

    yield start
    for runtime in runtimes:
        runtime.close()


@pytest.fixture
def runtime(start_runtime):
    return start_runtime()


@pytest.fixture
def user():
    return Identity(appid=APPID, env="env-demo", openid="oUser")


@pytest.fixture
def server():
    return Identity(appid=APPID, env="env-demo", source=None, trigger=None)
