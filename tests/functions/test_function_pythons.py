"""The functions under each Python that CloudBase offers, as far as it is on this machine's PATH."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.slow  # a process for each

FUNCTIONS = Path(__file__).parents[2] / "functions"

COMPILE = "import pathlib, sys\nfor path in sys.argv[1:]:\n    compile(pathlib.Path(path).read_bytes(), path, 'exec')\n"
INVOKE = (
    "import json, sys\n"
    "folder, shared, event, context = sys.argv[1:]\n"
    "sys.path[:0] = [folder, shared]\n"
    "import index\n"
    "print(json.dumps(index.main(json.loads(event), json.loads(context))))\n"
)


@pytest.fixture(params=["3.9", "3.10", "3.11", "3.12", "3.13"])
def python(request):
    """A Python of this version, without the packages of the one that runs the tests."""
    command = shutil.which(f"python{request.param}")
    if command is None or subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"there is no Python {request.param} here")
    return command


@pytest.fixture
def instance(python, environ, wechat):
    """Runs this Python with the function's variables and the copy of requests beside the tests: it is pure Python."""
    wechat.answers("/sns/jscode2session", {"session_key": "k==", "openid": "oUser"})
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(requests.__file__).parents[1]), **environ}

    def run(*arguments):
        return subprocess.run([python, *arguments], env=variables, capture_output=True, text=True, check=False)

    if run("-c", "import requests").returncode != 0:
        pytest.skip("the copy of requests here does not run under this Python")
    return run


def test_every_file_is_written_in_this_pythons_syntax(python):
    files = [str(path) for path in FUNCTIONS.rglob("*.py")]
    assert len(files) > 10
    subprocess.run([python, "-W", "error", "-c", COMPILE, *files], check=True)


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [
        ("login", {"code": "081abc"}, {"errCode": 0, "errMsg": "login:ok", "openid": "oUser"}),
        ("checkSession", {}, {"errCode": 87007}),
        (
            "verifySignature",
            {"jsonString": "{}", "jsonSignature": "c2ln"},
            {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": True},
        ),
    ],
)
def test_every_function_answers_under_this_python(instance, name, event, expected, mini_program):
    arguments = [
        str(FUNCTIONS / name),
        str(FUNCTIONS / "_shared"),
        json.dumps(event),
        json.dumps(mini_program("oUser")),
    ]
    done = instance("-B", "-c", INVOKE, *arguments)
    assert done.stderr == ""
    assert json.loads(done.stdout).items() >= expected.items()
