"""Faults and the clock as clients of a running emulator meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from wxemu.client.testing import MiniProgramError

pytestmark = pytest.mark.slow  # through real processes

FUNCTIONS = Path(__file__).parents[2] / "functions"
LOGIN = "/sns/jscode2session"
CLOUDBASERC = """
envId: env-demo
functions:
  - name: overHttps
    dir: functions/verifySignature
    runtime: Python3.11
    envVariables: {WX_TRANSPORT: https}
  - name: overGateway
    dir: functions/verifySignature
    runtime: Python3.11
    envVariables: {WX_TRANSPORT: gateway}
  - name: impatientOverHttps
    dir: functions/verifySignature
    runtime: Python3.11
    envVariables: {WX_TRANSPORT: https, WX_READ_TIMEOUT: "0.2"}
  - name: impatientOverGateway
    dir: functions/verifySignature
    runtime: Python3.11
    envVariables: {WX_TRANSPORT: gateway, WX_READ_TIMEOUT: "0.2"}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """verifySignature for each transport, and once more with a timeout that only a fault's latency may meet."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "functions").symlink_to(FUNCTIONS)
    (folder / "cloudbaserc.yaml").write_text(CLOUDBASERC, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def running(start_for_module, project):
    return start_for_module(project=project)


@pytest.fixture
def wxemu(wxemu, running):
    def command(*arguments, of=running):
        done = wxemu(*arguments, "--json", of=of)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    yield command
    command("fault", "remove", "--all")
    command("clock", "release")


@pytest.fixture
def verified(running):
    """What the function tells of a genuine confirmation."""
    phone = running.new_phone()
    signed = phone.start_soter_authentication("order-1").signed

    def verify(function):
        told = phone.call_function(function, **signed)
        return told.get("isOk", told["errCode"])

    return verify


def test_a_cut_connection_ends_without_a_byte_and_no_other_suffers(running, wxemu):
    fault = wxemu("fault", "add", "--api", "auth.code2Session", "--abort", "--times", "2")
    with requests.Session() as session:
        for _ in range(2):
            assert session.get(f"{running.url}/healthz", timeout=60).status_code == 200
            with pytest.raises(requests.ConnectionError, match="Remote end closed connection without response"):
                session.get(running.url + LOGIN, timeout=60)
        assert session.get(running.url + LOGIN, timeout=60).status_code == 200
    kept = running.ask("GET", "/emulator/v1/exchanges")["exchanges"]
    assert [exchange["remark"] for exchange in kept].count(f"fault {fault['id']}") == 2
    assert running.said() == ""


@pytest.mark.parametrize("function", ["overHttps", "overGateway"])
def test_our_function_tells_each_fault_and_recovers(function, verified, wxemu):
    told = {"--errcode=-1": -1, "--errcode=45011": 45011, '--reply={"is_ok":false}': False}
    told |= {"--status=502": -604103 if function == "overHttps" else -501001, "--abort": -601003}
    assert verified(function) is True
    for option, expected in told.items():
        wxemu("fault", "add", "--api", "soter.verifySignature", option)
        assert (option, verified(function)) == (option, expected)
        wxemu("fault", "remove", "--all")
        assert verified(function) is True


@pytest.mark.parametrize("function", ["impatientOverHttps", "impatientOverGateway"])
def test_our_function_tells_that_nobody_answered_in_time(function, verified, wxemu):
    wxemu("fault", "add", "--api", "soter.verifySignature", "--latency", "1s")
    assert verified(function) == -501002


@pytest.mark.parametrize("option", ["--errcode=-1", "--abort"])
@pytest.mark.parametrize("function", ["overHttps", "overGateway"])
def test_our_function_tries_again_what_may_fare_better(function, option, verified, wxemu):
    wxemu("fault", "add", "--api", "soter.verifySignature", option, "--times", "2")
    assert verified(function) is True
    assert wxemu("fault", "list") == {"faults": []}


def test_our_function_fetches_a_token_anew_after_a_refused_one(verified, wxemu):
    assert verified("overHttps") is True
    wxemu("fault", "add", "--api", "soter.verifySignature", "--errcode", "40001", "--times", "1")
    assert verified("overHttps") is True
    assert wxemu("fault", "list") == {"faults": []}


@pytest.mark.parametrize(("errcode", "expected"), [("-604101", -604101), ("-604102", -604102), ("-501003", -501003)])
def test_our_function_tells_the_gateways_refusals_apart(verified, wxemu, errcode, expected):
    wxemu("fault", "add", "--api", "soter.verifySignature", "--errcode", errcode)
    assert verified("overGateway") == expected
    assert verified("overHttps") is True


def test_a_function_fails_for_its_caller_as_often_as_it_should(running, wxemu):
    wxemu("fault", "add", "--function", "overGateway", "--fail", "timeout", "--times", "1")
    phone = running.new_phone()
    with pytest.raises(MiniProgramError) as failed:
        phone.call_function("overGateway")
    assert failed.value.err_code == -504003
    assert phone.call_function("overGateway")["errCode"] == -501007


def test_our_function_outlives_its_token_when_the_clock_is_moved(verified, wxemu):
    assert verified("overHttps") is True
    wxemu("clock", "advance", "7200")
    assert verified("overHttps") is True


def test_a_scaled_clock_runs_for_every_command(wxemu):
    frozen = wxemu("clock", "freeze")["now"]
    assert wxemu("clock", "scale", "3600")["scale"] == 3600
    while wxemu("clock", "show")["now"] <= frozen + 60:  # a sixtieth of a second
        pass


def test_faults_are_listed_and_taken_away_by_hand(wxemu):
    first, second = (wxemu("fault", "add", "--api", "*", "--latency", "1.5s")["id"] for _ in range(2))
    assert [fault["latencyMs"] for fault in wxemu("fault", "list")["faults"]] == [1500, 1500]
    assert wxemu("fault", "remove", str(first)) == {"removed": 1}
    assert [fault["id"] for fault in wxemu("fault", "list")["faults"]] == [second]
    assert wxemu("fault", "remove", "--all", "--appid", "wx1234567890abcdef") == {"removed": 0}
    assert wxemu("fault", "remove", "--all") == {"removed": 1}


def test_quotas_show_what_the_functions_have_used_up(start, project, wxemu):
    running = start(project=project)
    phone = running.new_phone()
    phone.call_function("overHttps", **phone.start_soter_authentication("order-1").signed)
    told = wxemu("quotas", "--appid", running.app.appid, of=running)
    assert {usage["api"]: usage["calls"] for usage in told["quotas"]}["auth.getStableAccessToken"] == 1
