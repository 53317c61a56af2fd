"""This project's own functions, as they are deployed: the contract tests of their folders, and the whole story.

Each package runs on a Python of its runtime with nothing else to import. The dependencies come from a package registry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import wxcloud
from wxemu.client.remote import Remote

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
WITH_SESSION_KEYS = ("login", "checkSession")
NAMES = (*WITH_SESSION_KEYS, "verifySignature", "issueChallenge")
RUNTIMES = ("Python3.9", "Python3.10", "Python3.11")
NEWEST_GLIBC = 17
"""The platform has 2.17."""
SESSION_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
KEYS = [f"k{number}:{base64.urlsafe_b64encode(bytes([number]) * 32).decode()}" for number in (1, 2)]

# One line in, one line out. The variables of the process are set anew each time, as tests may change them.
INSTANCE = """\
import json, os, sys
sys.path.insert(0, sys.argv[1])
import index
def find(openid):
    session = index.cloud.of({}).sessions.find(openid)
    return session and {"session_key": session.session_key}
def keep(openid, session_key):
    index.cloud.of({}).sessions.keep(openid, session_key)
do = {"main": index.main, "find": find, "keep": keep}
for line in sys.stdin:
    asked = json.loads(line)
    for name in [name for name in os.environ if name.startswith("WX_")]:
        del os.environ[name]
    os.environ.update(asked["variables"])
    print(json.dumps(do[asked["do"]](*asked["with"])), flush=True)
"""


def wx_variables():
    return {name: value for name, value in os.environ.items() if name.startswith("WX_")}


class Instance:
    """A packaged function in a process of its own, with the face that the contract tests know: `main`, and `cloud`.

    `temporary` is its /tmp.
    """

    def __init__(self, python, folder, temporary):
        self.temporary = temporary
        variables = {**wx_variables(), "TMPDIR": str(temporary)}
        command = [python, "-I", "-S", "-B", "-X", "utf8", "-c", INSTANCE, str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=variables
        )
        self.cloud = SimpleNamespace(sessions=self)

    def main(self, event, context):
        return self._ask("main", event, context)

    def keep(self, openid, session_key):
        self._ask("keep", openid, session_key)

    def find(self, openid):
        found = self._ask("find", openid)
        return found and SimpleNamespace(**found)

    def _ask(self, what, *arguments):
        asked = {"do": what, "with": arguments, "variables": wx_variables()}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.communicate()


@pytest.fixture(params=RUNTIMES)
def runtime(request):
    return request.param


@pytest.fixture
def python(runtime, python_of):
    return python_of(runtime)


@pytest.fixture
def packaged(python, runtime, packages_of):
    return packages_of(runtime)


@pytest.fixture
def deploy(python, packaged, environ, monkeypatch, tmp_path):
    """Start an instance of a packaged function with these envVariables; the same again for the same."""
    instances = {}

    def start(name, **variables):
        for variable, value in {**environ, **variables}.items():
            monkeypatch.setenv(variable, value)
        key = (name, *sorted(variables.items()))
        if key not in instances:
            temporary = tmp_path / f"tmp-{len(instances)}"
            temporary.mkdir()
            instances[key] = Instance(python, packaged / "functions" / name, temporary)
        return instances[key]

    yield start
    for instance in instances.values():
        instance.end()


@pytest.fixture
def sessions_of():
    return lambda cloud: cloud.sessions


def contract(name):
    """The tests of a function's folder, which ask for the fixture `deploy`; here it deploys packages."""
    spec = importlib.util.spec_from_file_location(f"packaged_{name}", PROJECT / f"tests/functions/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_a_class(module):
    """Its tests, apart from those of another module that have the same names."""
    tests = {name: staticmethod(test) for name, test in vars(module).items() if name.startswith("test_")}
    return type(f"Test_{module.__name__}", (), tests)


login = contract("test_login_function")
sessions = login.sessions
TestLogin = in_a_class(login)
TestCheckSession = in_a_class(contract("test_check_session_function"))
TestVerifySignature = in_a_class(contract("test_verify_signature_function"))


def test_a_package_has_its_function_what_is_shared_and_the_dependencies_of_its_own(packaged, runtime, files_in):
    of_requests = {"requests", "urllib3", "idna", "certifi", "charset_normalizer"}
    of_cryptography = {"cryptography", "cffi", "pycparser"}
    if runtime != "Python3.11":
        of_cryptography.add("typing_extensions")
    for name in NAMES:
        folder = packaged / "functions" / name
        wheels, compiled = of_requests, set()
        if name in WITH_SESSION_KEYS:
            wheels, compiled = of_requests | of_cryptography, {"_cffi_backend"}
        tops = {path.split("/")[0].split(".")[0] for path in files_in(folder) if ".dist-info" not in path}
        assert tops == {"index", "config", "wxcloud"} | wheels | compiled
        licences = {path.relative_to(folder).parts[0].split("-")[0] for path in folder.glob("*.dist-info/**/LICENSE*")}
        assert licences == wheels


def test_what_is_compiled_loads_on_the_platform_s_old_glibc(packaged):
    for name in NAMES:
        libraries = [file.read_bytes() for file in (packaged / "functions" / name).rglob("*.so")]
        wanted = {int(minor) for library in libraries for minor in re.findall(rb"GLIBC_2\.(\d+)", library)}
        assert len(libraries) == (2 if name in WITH_SESSION_KEYS else 0)
        assert max(wanted, default=0) <= NEWEST_GLIBC


def test_a_package_is_small_with_every_module_compiled(packaged, runtime):
    tag = runtime.lower().replace("python", "cpython-").replace(".", "")
    for name in NAMES:
        folder = packaged / "functions" / name
        modules = {path.relative_to(folder) for path in folder.rglob("*.py")}
        compiled = {path.relative_to(folder) for path in folder.rglob("*.pyc")}
        assert compiled == {module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc" for module in modules}
        megabytes = (packaged / f"functions/{name}.zip").stat().st_size / 1024 / 1024
        assert megabytes < (7 if name in WITH_SESSION_KEYS else 1.5)  # what docs/deploy.md says


def test_what_login_stores_encrypted_another_instance_finds_while_keys_rotate(deploy, wechat, mini_program, tmp_path):
    wechat.answers("/sns/jscode2session", {"session_key": SESSION_KEY, "openid": "oUser"})
    old, new = KEYS
    assert deploy("login", WX_STORE_KEY=old).main({"code": "081abc"}, mini_program("oUser"))["errCode"] == 0
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.sqlite3*"))
    assert b"v1.k1." in stored
    assert SESSION_KEY.encode() not in stored

    answers = [
        deploy("checkSession", WX_STORE_KEY=keys).main({}, mini_program("oUser")) for keys in (old, f"{new},{old}", new)
    ]
    assert [answer["errCode"] for answer in answers] == [0, 0, -501001]
    signatures = [request.query["signature"] for request in wechat.sent("/wxa/checksession")]
    assert signatures == [hmac.new(SESSION_KEY.encode(), b"", "sha256").hexdigest()] * 2


@pytest.fixture
def deploy_to(emulator, deploy):
    """Start an instance as SCF does, whose store is the database of the emulator's environment."""
    app = emulator.app
    settings = {"WX_APPID": app.appid, "WX_SECRET": app.secret, "WX_API_BASE": emulator.url, "WX_STORE": ""}
    return lambda name, keys: deploy(name, **settings, WX_STORE_KEY=keys)


@pytest.fixture
def called_by(emulator):
    """The context of a call by the user of a phone."""

    def context(phone):
        variables = emulator.environment(function="login", openid=phone.openid)
        return {"request_id": "1", "environment": json.dumps(variables), "environ": ""}

    return context


def test_instances_with_a_tmp_of_their_own_meet_in_the_database_while_keys_rotate(deploy_to, called_by, emulator):
    old, new = KEYS
    phone = emulator.new_phone()
    instances = [deploy_to("login", old)]
    assert instances[0].main({"code": phone.login()}, called_by(phone))["errCode"] == 0

    for keys, code in ((old, 0), (f"{new},{old}", 0), (new, -501001)):
        instances.append(deploy_to("checkSession", keys))
        assert instances[-1].main({}, called_by(phone))["errCode"] == code
    assert deploy_to("login", f"{new},{old}").main({"code": phone.login()}, called_by(phone))["errCode"] == 0
    assert instances[-1].main({}, called_by(phone))["errCode"] == 0
    assert [list(instance.temporary.iterdir()) for instance in instances] == [[]] * 4


def test_a_row_of_the_database_that_is_copied_to_another_user_is_refused(deploy_to, called_by, emulator):
    victim, thief = emulator.new_phone(), emulator.new_phone()
    for phone in (victim, thief):
        assert deploy_to("login", KEYS[0]).main({"code": phone.login()}, called_by(phone))["errCode"] == 0
    rows = wxcloud.init({}).of(called_by(thief)).database().collection("wxcloud")
    row_ids = [
        f"sessions:{hashlib.sha256(f'{emulator.app.appid}|{phone.openid}'.encode()).hexdigest()}"
        for phone in (victim, thief)
    ]
    value = rows.doc(row_ids[0]).get()["data"]["value"]
    assert rows.doc(row_ids[1]).update({"value": value})["stats"] == {"updated": 1}

    check = deploy_to("checkSession", KEYS[0])
    refused = check.main({}, called_by(thief))
    assert (refused["errCode"], "for another row, or changed" in refused["errMsg"]) == (-501001, True)
    assert check.main({}, called_by(victim))["errCode"] == 0


def test_packaged_functions_play_their_parts_in_the_emulator(packaged):
    command = [
        *(sys.executable, "-m", "wxemu", "start", "--project", str(packaged.parent), "--packages", str(packaged)),
        *("--port", "0", "--state", ":memory:", "--json"),
    ]
    environ = {**os.environ, "WX_STORE_KEY": KEYS[0]}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            play(Remote(json.loads(process.stdout.readline())["url"]))
        finally:
            process.terminate()


def play(remote):
    """Log in, confirm with and without a challenge of ours, check the session: each by its own function."""
    phone = remote.ask("POST", "/phone/v1/phones", {"appid": "wx1234567890abcdef", "profile": "android"})

    def do(operation, **body):
        return remote.ask("POST", f"/phone/v1/phones/{phone['phoneId']}/{operation}", body)

    def call(name, **data):
        return do("callFunction", name=name, data=data)["result"]

    def verify(challenge, **data):
        signed = do("startSoterAuthentication", requestAuthModes=["fingerPrint"], challenge=challenge)
        texts = {"jsonString": signed["resultJSON"], "jsonSignature": signed["resultJSONSignature"]}
        return call("verifySignature", **texts, **data)

    assert call("login", code=do("login")["code"]) == {"errCode": 0, "errMsg": "login:ok", "openid": phone["openid"]}
    assert verify("order-1")["isOk"] is True
    challenge = call("issueChallenge", purpose="pay", payload="order-2")["challenge"]
    assert verify(challenge, purpose="pay")["payload"] == "order-2"
    assert verify(challenge, purpose="pay")["reason"] == "challenge_used"
    assert call("checkSession") == {"errCode": 0, "errMsg": "checkSession:ok"}
