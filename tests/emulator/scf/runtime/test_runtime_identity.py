"""What a function learns of its caller."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import wxemu.scf
from wxemu.scf.runtime import Identity, wx_event

pytestmark = pytest.mark.slow  # processes are started

ECHO_CONTEXT = "def main(event, context):\n    return context\n"


def pairs(context):
    return json.loads(context["environment"])


def test_the_context_has_the_platform_s_keys_and_forms(runtime, deploy, user):
    spec = deploy(ECHO_CONTEXT, timeout_seconds=3, memory_megabytes=128, environment={"MODE": "a=b"})
    context = runtime.invoke(spec, {}, user).result
    environment, environ = context.pop("environment"), context.pop("environ")
    assert context == {
        "memory_limit_in_mb": 128,
        "time_limit_in_ms": 3000,
        "request_id": "req-1",
        "function_version": "$LATEST",
        "function_name": spec.name,
        "namespace": "env-demo",
        "tencentcloud_region": "ap-shanghai",
        "tencentcloud_appid": "1250000000",
        "tencentcloud_uin": "100000000001",
    }
    assert environment.startswith('{"SCF_NAMESPACE":"env-demo","MODE":"a=b",')
    assert environ.startswith("SCF_NAMESPACE=env-demo;MODE=a=b;")
    assert dict(pair.split("=", 1) for pair in environ.split(";")) == json.loads(environment)


def test_a_mini_program_user_is_told_by_the_wx_names(runtime, deploy):
    caller = Identity(appid="wxA", env="env-a", openid="oA", unionid="uA", client_ip="1.2.3.4")
    assert pairs(runtime.invoke(deploy(ECHO_CONTEXT), {}, caller).result) == {
        "SCF_NAMESPACE": "env-a",
        "WX_CLIENTIP": "1.2.3.4",
        "WX_CLIENTIPV6": "::ffff:1.2.3.4",
        "WX_APPID": "wxA",
        "WX_OPENID": "oA",
        "WX_UNIONID": "uA",
        "WX_CONTEXT_KEYS": "WX_CLIENTIP,WX_CLIENTIPV6,WX_APPID,WX_OPENID,WX_UNIONID",
        "TRIGGER_SRC": "tcb",
        "TCB_ENV": "env-a",
        "TCB_SEQID": "req-1",
        "TCB_SOURCE": "wx_client",
        "TCB_CONTEXT_KEYS": "TRIGGER_SRC,TCB_ENV,TCB_SEQID,TCB_SOURCE",
    }


@pytest.mark.parametrize("name", ["WX_UNIONID", "TCB_SOURCE"])
def test_what_a_caller_has_not_is_not_named(runtime, deploy, name):
    caller = Identity(appid="wxA", env="env-a", openid="oA", source=None)
    told = pairs(runtime.invoke(deploy(ECHO_CONTEXT), {}, caller).result)
    assert name not in told
    assert name not in told["WX_CONTEXT_KEYS"] + told["TCB_CONTEXT_KEYS"]


def test_a_plain_invocation_names_no_caller(runtime, deploy, server):
    assert pairs(runtime.invoke(deploy(ECHO_CONTEXT), {}, server).result) == {"SCF_NAMESPACE": "env-demo"}


def test_the_platform_s_variables_win_over_the_function_s_own(start_runtime, deploy, server):
    runtime = start_runtime(variables=lambda appid: {"WX_APPID": appid, "NAME": "theirs"})
    spec = deploy(
        "import os\ndef main(event, context):\n    return [context, dict(os.environ)]\n",
        environment={"WX_APPID": "mine", "NAME": "mine", "KEPT": "yes"},
    )
    context, environ = runtime.invoke(spec, {}, server).result
    for told in (pairs(context), environ):
        assert (told["WX_APPID"], told["NAME"], told["KEPT"]) == (server.appid, "theirs", "yes")


def test_a_reused_instance_s_environ_still_holds_the_last_caller_and_the_context_does_not(
    runtime, deploy, user, server
):
    spec = deploy(
        "import os\ndef main(event, context):\n    return [os.environ.get('WX_OPENID'), context['environ']]\n"
    )
    assert runtime.invoke(spec, {}, user).result[0] == "oUser"
    leaked, environ = runtime.invoke(spec, {}, server).result
    assert leaked == "oUser"
    assert "WX_OPENID" not in environ


def test_user_info_is_the_platform_s_and_all_else_the_caller_s():
    caller = Identity(appid="wxA", env="e", openid="oA")
    data: dict[str, Any] = {"jsonString": "{}", "userInfo": {"openId": "oForged"}}
    assert wx_event(data, caller) == {"jsonString": "{}", "userInfo": {"appId": "wxA", "openId": "oA"}}
    assert data["userInfo"] == {"openId": "oForged"}


def test_a_call_without_data_has_user_info_only():
    assert wx_event(None, Identity(appid="wxA", env="e", openid="oA")) == {"userInfo": {"appId": "wxA", "openId": "oA"}}


@pytest.mark.parametrize("data", [None, {}, {"userInfo": {"openId": "oForged"}}])
def test_of_those_without_an_openid_a_server_keeps_its_event_and_a_visitor_has_no_user_info(data):
    assert wx_event(data, Identity.of_server("wxA", "e")) == (data or {})
    assert wx_event(data, Identity(appid="wxA", env="e", uuid="u", is_anonymous=True)) == {}


def test_1000_warm_invocations_of_8_callers_at_once_never_mix(start_runtime, deploy):
    runtime = start_runtime(max_instances=3)
    spec = deploy(
        """
        import json
        def main(event, context):
            told = json.loads(context["environment"])
            return [event["number"], event["userInfo"]["openId"], told["WX_OPENID"], told["WX_APPID"]]
        """
    )
    callers = [Identity(appid=f"wx{number % 2}", env="env-demo", openid=f"o{number}") for number in range(8)]

    def call(number):
        caller = callers[number % len(callers)]
        return runtime.invoke(spec, wx_event({"number": number}, caller), caller)

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(call, range(1000)))
    assert [one.result for one in done] == [[n, f"o{n % 8}", f"o{n % 8}", f"wx{n % 2}"] for n in range(1000)]
    assert sum(one.is_cold for one in done) <= 6


READS_ENVIRON = """
import json, os
def main(event, context):
    own = {name: os.environ.get(name) for name in ("WX_OPENID", "WX_APPID", "MODE", "SCF_NAMESPACE")}
    return [own, json.loads(context["environment"]).get("WX_OPENID")]
"""


@pytest.fixture
def told(start_runtime, deploy):
    """What a function finds in os.environ, and its caller's openid by its context."""
    runtime = start_runtime()
    spec = deploy(READS_ENVIRON, environment={"MODE": "live", "WX_APPID": "wxOwn"})
    return lambda caller, leak: runtime.invoke(spec, {}, caller, environ_leak=leak).result


def test_as_on_the_platform_a_caller_is_left_in_environ(told, user, server):
    assert told(user, "leak")[0]["WX_OPENID"] == "oUser"
    assert told(server, "leak") == [
        {"WX_OPENID": "oUser", "WX_APPID": "wxOwn", "MODE": "live", "SCF_NAMESPACE": "env-demo"},
        None,
    ]


def test_cleared_a_caller_is_in_environ_for_its_own_invocation_only(told, user, server):
    assert told(user, "clear")[0]["WX_OPENID"] == "oUser"
    own = {"WX_OPENID": None, "WX_APPID": "wxOwn", "MODE": "live", "SCF_NAMESPACE": "env-demo"}
    assert told(server, "clear") == [own, None]


def test_clearing_takes_away_what_was_left_before(told, user, server):
    told(user, "leak")
    told(server, "clear")
    assert told(server, "leak")[0]["WX_OPENID"] is None


def test_poisoned_environ_names_no_caller_and_the_context_does(told, user, server):
    poison = "environ_leak=poison: read WX_OPENID from the invocation's context, not from os.environ"
    own = {"WX_OPENID": poison, "WX_APPID": "wxOwn", "MODE": "live", "SCF_NAMESPACE": "env-demo"}
    assert told(user, "poison") == [own, "oUser"]
    assert told(server, "poison") == [own, None]


@pytest.mark.parametrize("leak", ["leak", "clear", "poison"])
def test_a_failed_invocation_leaves_environ_as_any_other(start_runtime, deploy, user, server, leak):
    runtime = start_runtime()
    spec = deploy("import os\ndef main(event, context):\n    return os.environ['WX_OPENID'][:4] if event else 1 / 0\n")
    assert runtime.invoke(spec, False, user, environ_leak=leak).failure.status_code == 430  # noqa: FBT003 - an event
    left = runtime.invoke(spec, True, server, environ_leak=leak)  # noqa: FBT003 - an event
    assert left.result == {"leak": "oUse", "clear": None, "poison": "envi"}[leak]


_COPIES = """
import os, sys
sys.path.insert(0, sys.argv[1])
from bootstrap.bootstrap import Environ

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

environ = Environ()
for number in range(40_000):
    environ.copy({"WX_API_TOKEN": f"{number:064}", "TCB_SEQID": f"{number:036}"}, "leak")
    if number == 20_000:
        before = held()
os.system("echo $TCB_SEQID")
print(held() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux counts the memory")
def test_an_instance_s_environment_has_the_last_invocation_s_variables_and_grows_by_none():
    folder = Path(wxemu.scf.__file__).parent
    ran = subprocess.run([sys.executable, "-c", _COPIES, str(folder)], capture_output=True, text=True, check=True)
    last, grown = ran.stdout.split()
    assert int(last) == 39_999
    assert int(grown) < 1 << 20
