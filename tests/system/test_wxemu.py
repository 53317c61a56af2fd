"""``wxemu`` as a user meets it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does


def wxemu(*arguments, cwd=None):
    command = [sys.executable, "-m", "wxemu", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("start",),
        ("demo",),
        ("invoke",),
        ("logs",),
        ("env",),
        ("phone",),
        ("clock",),
        ("fault",),
        ("fault", "add"),
        ("state",),
        ("exec",),
        ("doctor",),
    ],
)
def test_every_help_text_has_an_example(command):
    shown = wxemu(*command, "--help")

    assert shown.returncode == 0
    assert f"wxemu {' '.join(command)}".strip() in shown.stdout.split("Usage:", 1)[1].split("Options:")[0]


def test_a_taken_port_is_one_clear_sentence_and_exit_code_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        started = wxemu("start", "--port", str(port), "--state", ":memory:", cwd=tmp_path)

    assert started.returncode == 1
    assert started.stderr.splitlines()[-1] == (
        f"Error: port {port} is taken; name another one with --port, or --port 0 for any"
    )


def test_an_address_of_another_machine_is_one_clear_sentence(tmp_path):
    started = wxemu("start", "--port", "0", "--state", ":memory:", "--host", "192.0.2.1", cwd=tmp_path)

    assert started.returncode == 1
    assert started.stderr == (
        "Error: this machine has no address 192.0.2.1 to listen on; name one that it has with --host, or 0.0.0.0 for"
        " all of them\n"
    )


def test_it_works_on_though_nobody_reads_that_it_is_ready(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    (tmp_path / "cloudbaserc.yaml").write_text("envId: env-demo\nfunctions: []\n")
    command = [sys.executable, "-m", "wxemu", "start", "--port", port, "--no-intercept", "--project", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        started.stdout.close()
        while wxemu("health", "--url", f"http://127.0.0.1:{port}").returncode != 0 and started.poll() is None:
            pass
        (tmp_path / "cloudbaserc.yaml").write_text("functions: [")

        told = started.stderr.readline()  # by what begins once readiness was announced
        started.terminate()

    assert told.startswith(f"wxemu: {tmp_path}/cloudbaserc.yaml:1: expected YAML, found a mistake (")
    assert started.returncode == 0


def test_two_emulators_never_share_a_port(start):
    first = start("--state", ":memory:")

    second = wxemu("start", "--port", first.facts["url"].rpartition(":")[2], "--state", ":memory:")

    assert second.returncode == 1
    assert "is taken" in second.stderr


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(start, stop):
    running = start("--state", ":memory:")
    running.phone().call("checkSession")

    running.process.send_signal(stop)
    _, errors = running.process.communicate(timeout=20)

    assert (running.process.returncode, errors) == (0, "")


def test_a_broken_seed_is_told_by_line_before_anything_starts(tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("apps:\n  - appid: nonsense\n    secret: 0123456789abcdef0123456789abcdef\n    env: e\n")

    started = wxemu("start", "--seed", str(seed), "--state", ":memory:", "--port", "0", cwd=tmp_path)

    assert started.returncode == 1
    assert f"{seed}:2: apps.0.appid: 'nonsense' does not match" in started.stderr
    assert "wx and 16 lower-case hex digits" in started.stderr


def test_a_state_that_is_none_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "world.sqlite").write_text("no database at all, but long enough to be read as one" * 100)

    started = wxemu("start", "--state", str(tmp_path), "--port", "0", cwd=tmp_path)

    assert started.returncode == 1
    assert "name another folder" in started.stderr


def test_a_folder_without_functions_is_remarked_and_served(start, tmp_path):
    running = start("--state", ":memory:", project=tmp_path)

    assert running.phone().call("login")["errCode"] == -501000
    _, errors = running.stop()
    assert "no cloudbaserc.yaml" in errors


def test_state_outlives_a_kill(start, tmp_path):
    first = start("--state", str(tmp_path / "state"))
    phone = first.phone()
    phone.call("login", code=phone.do("login")["code"])
    counter = json.loads(phone.confirm("order-1")["resultJSON"])["counter"]
    first.process.kill()
    first.process.wait()
    first.process.communicate()

    second = start("--state", str(tmp_path / "state"))
    same = type(phone)(second.remote, phone.made)

    assert same.call("checkSession")["result"] == {"errCode": 0, "errMsg": "checkSession:ok"}
    assert json.loads(same.confirm("order-2")["resultJSON"])["counter"] == counter + 1


def test_a_random_seed_makes_two_runs_alike(start):
    options = ("--state", ":memory:", "--random-seed", "7")

    first, second = (start(*options).phone().made for _ in range(2))

    assert first == second


def test_a_phone_is_held_from_the_command_line(emulator):
    url = ("--url", emulator.remote.url, "--json")
    phone = json.loads(wxemu("phone", "new", "--profile", "huawei", *url).stdout)["phoneId"]

    signed = wxemu("phone", "startSoterAuthentication", phone, "--challenge", "a/b", "--mode", "facial", *url)
    missed = wxemu("phone", "startSoterAuthentication", phone, "--challenge", "a/b", "--outcome", "mismatch", *url)
    listed = wxemu("phone", "list", *url)
    called = wxemu("phone", "callFunction", phone, "checkSession", *url)

    assert (signed.returncode, json.loads(signed.stdout)["authMode"]) == (0, "facial")
    assert (missed.returncode, json.loads(missed.stdout)["errCode"]) == (1, 90009)
    assert phone in [one["phoneId"] for one in json.loads(listed.stdout)["phones"]]
    assert json.loads(called.stdout)["errMsg"] == "cloud.callFunction:ok"


def test_a_phone_is_thrown_away_from_the_command_line(emulator):
    url = ("--url", emulator.remote.url, "--json")
    phone = json.loads(wxemu("phone", "new", "--profile", "none", *url).stdout)["phoneId"]

    removed, again = (wxemu("phone", "remove", phone, *url) for _ in range(2))

    assert (removed.returncode, json.loads(removed.stdout)["phoneId"]) == (0, phone)
    assert again.returncode == 1
    assert "no phone has the id" in again.stderr


def test_a_function_is_invoked_as_a_server_does(emulator):
    url = ("--url", emulator.remote.url, "--json")

    refused = wxemu("invoke", "checkSession", "--data", '{"openid":"oNobody","signature":"00"}', *url)
    unknown = wxemu("invoke", "nope", *url)

    assert json.loads(json.loads(refused.stdout)["RetMsg"])["errCode"] == 40003
    assert unknown.returncode == 1
    assert unknown.stderr == "Error: the project declares no function 'nope'; add it to cloudbaserc.yaml\n"


def test_without_an_emulator_the_commands_say_how_to_start_one():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    asked = wxemu("clock", "show", "--url", f"http://127.0.0.1:{port}")

    assert asked.returncode == 1
    assert "start one with `wxemu start`" in asked.stderr


@pytest.mark.parametrize("command", [("phone", "list"), ("logs", "--follow")])
@pytest.mark.parametrize("url", ["127.0.0.1:8686", "localhost", "http://[::1"])
def test_a_url_that_is_none_is_told_with_one_that_is(command, url):
    asked = wxemu(*command, "--url", url)

    assert asked.returncode == 1
    assert asked.stderr == f"Error: expected the URL of an emulator, such as http://127.0.0.1:8686, got {url!r}\n"


@pytest.mark.parametrize(("named", "got"), [((), "neither"), (("--api", "*", "--function", "*"), "both")])
def test_a_fault_is_of_openapis_or_of_functions(named, got):
    asked = wxemu("fault", "add", *named, "--latency", "1s")

    assert asked.returncode == 2
    assert f"expected --api or --function, got {got}" in asked.stderr


@pytest.mark.parametrize("command", [("logs", "nothing"), ("requests", "--q", "what nobody asks")])
def test_that_nothing_fits_is_told_apart_from_the_output(emulator, command):
    asked = wxemu(*command, "--url", emulator.remote.url)

    assert (asked.returncode, asked.stdout) == (0, "")
    assert "so far that fits" in asked.stderr


def test_data_that_is_no_json_is_a_usage_error():
    asked = wxemu("invoke", "login", "--data", "{code}")

    assert asked.returncode == 2
    assert "expected a JSON object, got '{code}'" in asked.stderr


def test_the_clock_and_the_state_are_moved_from_the_command_line(start):
    running = start("--state", ":memory:")
    url = ("--url", running.remote.url, "--json")

    frozen = json.loads(wxemu("clock", "freeze", "--at", "1700000000", *url).stdout)
    advanced = json.loads(wxemu("clock", "advance", "60", *url).stdout)
    running.phone()
    reset = json.loads(wxemu("state", "reset", *url).stdout)

    assert (frozen["now"], advanced["now"]) == (1700000000, 1700000060)
    assert reset == {"to": "seed"}
    assert json.loads(wxemu("phone", "list", *url).stdout) == {"phones": []}


@pytest.mark.slow
def test_the_demo_plays_the_whole_story():
    played = wxemu("demo", "--json")

    document = json.loads(played.stdout)
    assert played.returncode == 0
    assert document["ok"] is True
    assert {"name", "request", "response", "expected", "ok"} == set(document["steps"][0])
    verdicts = [step["expected"]["result.isOk"] for step in document["steps"] if "result.isOk" in step["expected"]]
    assert verdicts == [True, False, None, False, False]
    assert [step["expected"].get("result.errCode") for step in document["steps"]].count(87009) == 1
    assert "0123456789abcdef0123456789abcdef" not in played.stdout


def test_a_demo_without_the_functions_says_where_they_are_missed(tmp_path):
    played = wxemu("demo", "--json", "--project", str(tmp_path))

    assert (played.returncode, played.stdout) == (1, "")
    assert played.stderr.splitlines()[-1] == (
        f"Error: the story calls login, verifySignature, checkSession, which {tmp_path} does not declare;"
        " name the folder that does with --project"
    )
