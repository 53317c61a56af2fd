"""What commands show to people: tables and sentences; `--json` and `-q` are for scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial

import pytest

from wxemu.client.remote import Remote
from wxemu.control.operations.functions import INVOKE
from wxemu.core.columns import in_columns

pytestmark = pytest.mark.slow  # an emulator is started

APPID = "wx1234567890abcdef"


@pytest.fixture
def wxemu(wxemu, emulator):
    yield partial(wxemu, of=emulator)
    wxemu("clock", "release", of=emulator)
    wxemu("fault", "remove", "--all", of=emulator)


@pytest.fixture
def told(wxemu):
    """What a command prints, which has to succeed."""

    def tell(*arguments):
        done = wxemu(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    return tell


def test_an_id_alone_is_what_the_next_command_takes(told):
    openid = told("user", "new", "-q")
    phone = told("phone", "new", "--openid", openid, "-q")
    code = told("phone", "login", phone, "-q")
    answer = json.loads(told("phone", "callFunction", phone, "login", "--data", json.dumps({"code": code})))

    assert answer["result"] == {"errCode": 0, "errMsg": "login:ok", "openid": openid}
    assert phone in told("phone", "list", "-q").splitlines()
    assert openid in told("user", "list", "-q").splitlines()
    assert re.fullmatch(r"wx[0-9a-f]{16}", told("app", "new", "-q"))
    assert told("fault", "add", "--api", "*", "--latency", "1ms", "-q").isdecimal()


def test_faults_are_a_table_that_says_what_happens(told):
    told("fault", "add", "--api", "auth.code2Session", "--errcode", "45011", "--times", "1")
    told("fault", "add", "--function", "login", "--fail", "timeout", "--latency", "300ms", "--probability", "0.5")
    header, *faults = (re.split(r"  +", line.strip()) for line in told("fault", "list").splitlines())

    assert header == ["id", "meets", "what happens", "calls left", "met", "app"]
    assert [fault[1:] for fault in faults] == [
        ["auth.code2Session", "errcode 45011", "1", "0"],
        ["function login", "fail timeout, latencyMs 300, probability 0.5", "0"],
    ]
    assert told("fault", "remove", "--all") == "2 removed."


def test_the_start_shows_the_addresses_of_both_pages(tmp_path):
    command = [sys.executable, "-P", "-m", "wxemu", "start", "--port", "0", "--state", ":memory:", "--no-intercept"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        shown = [process.stdout.readline().split() for _ in range(3)]
        process.terminate()

    (_, console), (_, phones) = shown[1:]
    assert (shown[1][0], shown[2][0]) == ("console", "phones")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", console)
    assert phones == f"{console}phone"


PRINTS = "def main(event, context):\n    print(f'hello, {event[\"name\"]}')\n"


@pytest.mark.parametrize("option", [(), ("--quiet",)])
def test_the_terminal_of_the_emulator_shows_what_functions_print_unless_it_is_to_be_quiet(write_project, option):
    project = write_project("envId: env-demo\nfunctions: [{name: greet, runtime: Python3.11}]\n", greet=PRINTS)
    command = [sys.executable, "-P", "-m", "wxemu", "start", "--port", "0", "--state", ":memory:", "--no-intercept"]
    with subprocess.Popen([*command, *option], cwd=project, stdout=subprocess.PIPE, text=True) as process:
        url = next(line for line in process.stdout if line.startswith("  console ")).split()[1]
        Remote(url).call(INVOKE, name="greet", event={"name": "Alice\x1b[2J"})
        process.terminate()
        lines = [line.rstrip() for line in process.stdout if "greet " in line]

    said = [line for line in lines if re.fullmatch(r"greet [0-9a-f]{8} \| hello, Alice\\x1b\[2J", line)]
    assert len(said) == (0 if option else 1)
    assert bool(lines) is not bool(option)


COMPLETE = """
eval "$(_WXEMU_COMPLETE=bash_source wxemu)"
complete -p wxemu
COMP_WORDS=(wxemu phone lo) COMP_CWORD=2
_wxemu_completion wxemu
echo "${COMPREPLY[@]}"
"""


def test_a_shell_completes_commands(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    (tmp_path / "wxemu").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m wxemu "$@"\n')
    (tmp_path / "wxemu").chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", COMPLETE], env=environ, capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "login"


def test_phones_and_users_are_tables(told):
    openid = told("user", "new", "--high-risk", "-q")
    phone = told("phone", "new", "--openid", openid, "--profile", "ios", "-q")
    told("phone", "override", phone, "--kind", "wrongSalt")

    header, *phones = told("phone", "list").splitlines()
    assert header.split() == ["phone", "user", "profile", "enrolled", "counter", "attacker's", "app"]
    (line,) = [line for line in phones if line.startswith(phone)]
    assert line.split() == [phone, openid, "ios", "1", "facial", line.split()[5], "wrongSalt", APPID]
    (line,) = [line for line in told("user", "list").splitlines() if line.startswith(openid)]
    assert line.split() == [openid, "yes", phone]


def test_quotas_are_a_table_of_times_that_people_read(told):
    header, *rows = told("quotas", "--appid", APPID).splitlines()

    assert header.split() == ["api", "of", "calls", "limit", "in", "a", "begins", "anew", "app"]
    assert [row for row in rows if re.search(r" +10000  minute  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  wx", row)]


def test_the_clock_says_in_words_how_it_runs(told):
    assert re.fullmatch(r"\S+Z, in step with real time", told("clock", "show"))
    assert told("clock", "advance", "2h").endswith("Z, 7200 seconds ahead of real time")
    assert told("clock", "advance", "60").endswith("Z, 7260 seconds ahead of real time")
    assert told("clock", "scale", "60").endswith("Z, 60 times as fast as real time")
    assert told("clock", "freeze").endswith("Z, frozen")


def test_a_reset_says_what_it_leaves(told):
    assert told("state", "reset", "--appid", APPID) == f"the state of {APPID} is that of the seed again"
    told("clock", "advance", "1d")
    _, left = told("state", "reset", "--appid", APPID).splitlines()
    assert left == "the clock is not: it stays 86400 seconds ahead of real time (`wxemu clock release`)"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("clock", "advance", "5x"), "expected a time such as 300ms, 1.5s, 5m, 2h or 1d, got '5x'"),
        (("clock", "advance", "-5"), "the clock only moves forward"),
        (("fault", "add", "--api", "*", "--latency", "3"), "expected a unit: 3s for seconds, 3ms for milliseconds"),
    ],
)
def test_a_time_that_is_not_understood_is_told_how(wxemu, command, sentence):
    done = wxemu(*command)

    assert done.returncode != 0
    assert sentence in done.stderr


def test_a_fault_on_a_function_that_nobody_has_is_added_with_a_warning(wxemu):
    mistaken = wxemu("fault", "add", "--function", "lgoin", "--fail", "timeout")
    right = wxemu("fault", "add", "--function", "login", "--fail", "timeout")

    assert mistaken.returncode == 0
    assert (
        "wxemu: there is no function 'lgoin', so nothing meets this fault yet; the functions here are "
        in mistaken.stderr
    )
    assert right.stderr == ""


def test_requests_name_the_function_and_its_result_s_errcode(told, emulator):
    phone = emulator.new_phone()
    phone.call_function("login", code=phone.login())
    phone.call_function("login", code="no such code")
    calls = told("requests", "--api", "wx.cloud.callFunction", "--limit", "2").splitlines()

    assert [re.sub(r" [\d.]+ms$", "", line).partition(" wx.cloud.")[2] for line in calls] == [
        "callFunction login errCode 0",
        "callFunction login errCode 40029",
    ]


def test_one_request_is_shown_on_every_layer_with_its_bodies_indented(told, emulator):
    emulator.new_phone().call_function("login", code="no such code")
    rid = told("requests", "--api", "wx.cloud.callFunction", "--limit", "1", "-q")
    line, *rest = told("requests", "show", rid).splitlines()

    assert f" {rid} " in line
    assert '      "name": "login",' in rest
    assert "response: HTTP 200" in rest
    assert '        "errCode": 40029,' in rest


def test_columns_are_as_wide_as_chinese_characters_are():
    table = in_columns(("name", "count"), [("茶", 1), ("a\nb", 20), (None, 300)], right=("count",))

    assert table.splitlines() == ["name  count", "茶        1", r"a\nb     20", "        300"]
