"""Live servers that differ in ten ways, played by an emulator under the real names: all are found, and taken over."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from wxemu.client.testing import MiniProgramError
from wxemu.conformance.phone import ask_simulated
from wxemu.control.operations import apps, faults, health

if TYPE_CHECKING:
    from wxemu.core.faults import FaultRequest

pytestmark = pytest.mark.slow  # through processes, as a user's own

SETTINGS = {
    "errmsg_suffix": "both",
    "verify_signature_reply": "field",
    "stale_session_errcode": 87007,
    "session_refresh_seconds": 3600,
    "environ_leak": "clear",
}
FAULTS: dict[str, FaultRequest] = {
    "auth.resetUserSessionKey": {"errcode": 87007},
    "phonenumber.getPhoneNumber": {"errcode": 47001, "errmsg": "no such code"},
    "subscribeMessage.send": {"errcode": 40037},
    "customerServiceMessage.send": {"errcode": 45015},
}
WAYS = {
    "tokens.suffix": " hint: [*] rid: *",
    "code2session.suffix": ", hints: [ req_id: * ] rid: *",
    "verify-signature.genuine": "is_ok",
    "checksession.ended": "87007",
    "checksession.login-again": "the same",
    "phone.left-over": "clear",
    "checksession.reset-refused": "87007",
    "others.phone-number-code": "47001",
    "others.subscribe-unknown-openid": "40037",
    "others.customer-unknown-openid": "45015",
}


@pytest.fixture(scope="module")
def live(start_for_module):
    """It plays the live servers."""
    emulator = start_for_module()
    emulator.call(health.CHANGE_SETTINGS, body=SETTINGS)
    for api, effect in FAULTS.items():
        emulator.call(faults.ADD, **{**effect, "api": api})
    return emulator


@pytest.fixture(scope="module")
def ended_session(live):
    """Of a user who was away for a long time."""
    user = live.app.new_user()
    login = f"appid={live.app.appid}&secret={live.app.secret}&js_code={user.new_phone().login()}"
    answer = live.ask("GET", f"/sns/jscode2session?{login}&grant_type=authorization_code")
    user.expire_session()
    return {"WX_ENDED_OPENID": user.openid, "WX_ENDED_SESSION_KEY": answer["session_key"]}


@pytest.fixture(scope="module")
def seen(live, ended_session, tmp_path_factory):
    """The report of somebody who has an account and a phone."""
    folder = tmp_path_factory.mktemp("owner")
    variables = "".join(f"{name}={value}\n" for name, value in ended_session.items())
    (folder / ".env").write_text(variables, encoding="utf-8")
    by_real_names = ["env", "-u", "WX_API_BASE", "-u", "TCB_CONTEXT_CNFG"]
    command = ["exec", "--url", live.url, "--", *by_real_names, sys.executable, "-m", "wxemu"]
    asked = ["conformance", "--against", "live", "--allow", "probe", "--allow", "storage", "--allow", "token"]
    with subprocess.Popen(
        [sys.executable, "-m", "wxemu", *command, *asked, "--phone-text", "-", "--report", "seen.json"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said = [process.stderr.readline() for _ in range(2)]  # the first one is of exec
        assert "paste its text here" in said[1]  # by now the probe is there to be called
        told = json.dumps(ask_simulated(live.new_phone()))
        shown, complaints = process.communicate(f"nonsense\n{told}\n")
    assert (process.returncode, complaints.count("paste it again")) == (1, 1)
    return folder / "seen.json", shown


def differences(report):
    return {entry["id"]: entry["seen"] for entry in report["questions"] if entry["result"] == "differs"}


def test_the_report_names_exactly_the_ten(seen):
    file, shown = seen
    report = json.loads(file.read_text(encoding="utf-8"))

    assert differences(report) == WAYS
    assert report["server"] == "https://api.weixin.qq.com"
    assert shown.splitlines()[-1].startswith(f"{report['same']} the same, 10 different, {report['unknown']} unknown")
    assert {entry["id"] for entry in report["questions"] if entry["result"] == "unknown"} == {
        "checksession.replaced",  # the login again has kept the session_key
        "gateway.api-key",
    }


@pytest.mark.usefixtures("seen")
def test_the_probe_is_gone(live):
    with pytest.raises(MiniProgramError) as failure:
        live.new_phone().call_function("wxemuProbe")
    assert failure.value.err_code == -501000


def test_an_emulator_agrees_once_the_report_is_applied(seen, start, wxemu):
    file, _ = seen
    mine = start()

    done = wxemu("conformance", "--apply", str(file), "--json", of=mine)
    applied = json.loads(done.stdout)

    assert (done.returncode, applied["left"], applied["agrees"]) == (0, {}, applied["answers"])
    today = datetime.now(UTC).date().isoformat()
    assert (
        f"[run] {today} differs in checksession.ended (87007): an ended session answers 87009 ..." in applied["decided"]
    )
    assert f"[run] {today} same (1): upper-case hex ..." in applied["decided"]
    assert mine.call(health.SHOW_SETTINGS)["stale_session_errcode"] == 87007
    assert mine.call(health.SHOW_SETTINGS)["refusals"]["phonenumber.getPhoneNumber"] == {
        "40029": {"errcode": 47001, "errmsg": "data format error"}
    }
    assert len(mine.call(apps.LIST)["apps"]) == 1

    again = json.loads(wxemu("conformance", "--json", of=mine).stdout)
    assert differences(again) == WAYS
