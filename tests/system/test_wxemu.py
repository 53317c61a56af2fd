"""``wxemu`` as a user meets it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from functools import partial

import pytest

from wxemu import server
from wxemu.client.testing import MiniProgramError

pytestmark = pytest.mark.slow  # through processes, as a user's own


COMMANDS = ["", "start", "demo", "invoke", "logs", "env", "phone", "clock", "fault", "fault add", "state", "exec"]
COMMANDS += ["doctor", "app", "user", "conformance"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_text_has_an_example(wxemu, command):
    shown = wxemu(*command.split(), "--help")

    assert shown.returncode == 0
    assert f"wxemu {command}".strip() in shown.stdout.split("Usage:", 1)[1].split("Options:")[0]
    assert "Example" in shown.stdout or command == ""


def test_the_command_is_a_program_and_a_module(process_of):
    assert process_of("--version").stdout.startswith("wxemu")


@pytest.mark.parametrize("option", ["--port", "--intercept-port"])
def test_a_taken_port_is_one_clear_sentence_and_exit_code_1(process_of, tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        options = {"--port": "0", option: port}

        started = process_of("start", *(part for pair in options.items() for part in pair), cwd=tmp_path)

    assert started.returncode == 1
    assert started.stderr.splitlines()[-1] == (
        f"Error: port {port} is taken; name another one with {option}, or {option} 0 for any"
    )


def test_an_address_of_another_machine_is_one_clear_sentence(process_of, tmp_path):
    started = process_of("start", "--port", "0", "--state", ":memory:", "--host", "192.0.2.1", cwd=tmp_path)

    assert started.returncode == 1
    assert started.stderr == (
        "Error: this machine has no address 192.0.2.1 to listen on; name one that it has with --host, or 0.0.0.0 for"
        " all of them\n"
    )


def test_it_works_on_though_nobody_reads_that_it_is_ready(tmp_path, wxemu, unused_port):
    port = str(unused_port())
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


def test_two_emulators_never_share_a_port(process_of, emulator):
    second = process_of("start", "--port", emulator.url.rpartition(":")[2], "--state", ":memory:")

    assert second.returncode == 1
    assert "is taken" in second.stderr


def test_a_folder_that_is_no_mini_program_is_told(process_of, tmp_path):
    started = process_of("start", "--port", "0", "--miniprogram", str(tmp_path), cwd=tmp_path)

    assert started.returncode == 2
    assert f"{tmp_path} has no app.json" in started.stderr


def test_it_says_which_mini_program_of_the_project_the_phones_run(start, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.json").write_text("{}")
    (tmp_path / "project.config.json").write_text('{"miniprogramRoot": "app/"}')
    running = start(project=tmp_path)

    assert running.facts["miniProgram"] == str(tmp_path / "app")
    assert running.ask("GET", "/phone/v1/miniProgram")["files"] == {"app.json": "{}"}


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(start, by):
    running = start()
    running.new_phone().call_function("checkSession")

    assert running.stop(by) == (0, "")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--state :memory: --seed {0}/seed.yaml", "{0}/seed.yaml:2: apps.0.appid: 'nonsense' does not match"),
        ("--state {0}", "name another folder"),
    ],
)
def test_what_it_cannot_begin_with_is_told_before_anything_starts(process_of, tmp_path, options, told):
    (tmp_path / "seed.yaml").write_text(f"apps:\n  - appid: nonsense\n    secret: {'0' * 32}\n    env: e\n")
    (tmp_path / "world.sqlite").write_text("no database at all, but long enough to be read as one" * 100)

    started = process_of("start", "--port", "0", *options.format(tmp_path).split(), cwd=tmp_path)

    assert started.returncode == 1
    assert told.format(tmp_path) in started.stderr


def test_a_folder_without_functions_is_remarked_and_served(start, tmp_path):
    running = start(project=tmp_path)

    with pytest.raises(MiniProgramError) as failed:
        running.new_phone().call_function("login")
    assert failed.value.err_code == -501000
    _, words = running.stop()
    assert "no cloudbaserc.yaml" in words


def test_state_outlives_a_kill(start, tmp_path):
    first = start("--state", str(tmp_path / "state"))
    phone = first.new_phone()
    phone.call_function("login", code=phone.login())
    phone.start_soter_authentication("order-1")
    counter = phone.counter
    first.kill()

    same = start("--state", str(tmp_path / "state")).same_phone(phone)

    assert same.call_function("checkSession") == {"errCode": 0, "errMsg": "checkSession:ok"}
    same.start_soter_authentication("order-2")
    assert same.counter == counter + 1


def test_a_random_seed_makes_two_runs_alike(start):
    body = {"appid": "wx1234567890abcdef", "profile": "android"}

    first, second = (start("--random-seed", "7").ask("POST", "/phone/v1/phones", body) for _ in range(2))

    assert first == second


def test_a_phone_is_held_and_thrown_away_from_the_command_line(wxemu, emulator):
    wxemu = partial(wxemu, of=emulator)
    phone = json.loads(wxemu("phone", "new", "--profile", "huawei", "--json").stdout)["phoneId"]
    confirm = ("phone", "startSoterAuthentication", phone, "--challenge", "a/b", "--json")

    signed = wxemu(*confirm, "--mode", "facial")
    missed = wxemu(*confirm, "--outcome", "mismatch")
    listed = wxemu("phone", "list", "--json")
    called = wxemu("phone", "callFunction", phone, "checkSession", "--json")
    removed, again = (wxemu("phone", "remove", phone, "--json") for _ in range(2))

    assert (signed.returncode, json.loads(signed.stdout)["authMode"]) == (0, "facial")
    assert (missed.returncode, json.loads(missed.stdout)["errCode"]) == (1, 90009)
    assert phone in [one["phoneId"] for one in json.loads(listed.stdout)["phones"]]
    assert json.loads(called.stdout)["errMsg"] == "cloud.callFunction:ok"
    assert (removed.returncode, json.loads(removed.stdout)["phoneId"]) == (0, phone)
    assert again.returncode == 1
    assert "no phone has the id" in again.stderr


def test_a_user_s_data_are_set_and_told_from_the_command_line(wxemu, emulator):
    phone = emulator.new_phone("none").phone_id

    def run(operation, *options):
        done = wxemu("phone", operation, phone, *options, "--json", of=emulator)
        return done.returncode, json.loads(done.stdout)

    keys = ("--key", "score", "--key", "gold")
    assert run("setUserCloudStorage", "--pair", "score", "100") == (0, {"errMsg": "setUserCloudStorage:ok"})
    assert run("getUserCloudStorage", *keys)[1]["KVDataList"] == [{"key": "score", "value": "100"}]
    assert run("removeUserCloudStorage", *keys) == (0, {"errMsg": "removeUserCloudStorage:ok"})
    assert run("getUserCloudStorage", *keys)[1]["KVDataList"] == []
    assert run("setUserCloudStorage", "--pair", "k" * 129, "")[0] == 1
    assert run("getUserInteractiveStorage", "--key", "51")[0] == 1
    assert run("getFriendCloudStorage", *keys) == (0, {"data": [], "errMsg": "getFriendCloudStorage:ok"})
    assert run("getGroupCloudStorage", "--share-ticket", "any", *keys)[1]["data"] == []
    friend = ("--to-user", emulator.new_phone("none").openid)
    assert run("modifyFriendInteractiveStorage", "--key", "1", *friend)[0] == 0
    assert run("modifyFriendInteractiveStorage", "--key", "51", *friend)[1]["errCode"] == -17008
    assert len(run("getPhoneNumber")[1]["code"]) == 64
    assert run("getLatestUserKey")[1]["version"] == 1
    assert run("login")[0] == 0
    for operation in ("getUserInfo", "getUserProfile"):
        told = run(operation, "--user-info", '{"nickName": "Ada"}')[1]
        assert (told["userInfo"]["nickName"], len(told["iv"])) == ("Ada", 24)


def test_a_function_is_invoked_as_a_server_does(wxemu, emulator):
    refused = wxemu("invoke", "checkSession", "--data", '{"openid":"oNobody","signature":"00"}', "--json", of=emulator)
    unknown = wxemu("invoke", "nope", "--json", of=emulator)

    assert json.loads(json.loads(refused.stdout)["RetMsg"])["errCode"] == 40003
    assert unknown.returncode == 1
    assert unknown.stderr == "Error: the project declares no function 'nope'; add it to cloudbaserc.yaml\n"


NO_FAULT = "expected --api or --function, got"


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("clock show --url http://127.0.0.1:1", 1, "start one with `wxemu start`"),
        ("health --url http://127.0.0.1:1", 1, "no emulator answers"),
        ("fault add --latency 1s", 2, f"{NO_FAULT} neither"),
        ("fault add --api * --function * --latency 1s", 2, f"{NO_FAULT} both"),
        ("invoke login --data {code}", 2, "expected a JSON object, got '{code}'"),
        ("clock show --token \N{CJK UNIFIED IDEOGRAPH-4E2D}", 2, "expected 16 or more of the characters"),
    ],
)
def test_what_a_command_cannot_do_is_told_with_what_to_do(wxemu, command, code, told):
    asked = wxemu(*command.split())

    assert asked.returncode == code
    assert told in " ".join(asked.stderr.split())


@pytest.mark.parametrize("command", ["phone list", "logs --follow"])
@pytest.mark.parametrize("url", ["127.0.0.1:8686", "localhost", "http://[::1"])
def test_a_url_that_is_none_is_told_with_one_that_is(wxemu, command, url):
    asked = wxemu(*command.split(), "--url", url)

    assert asked.returncode == 1
    assert asked.stderr == f"Error: expected the URL of an emulator, such as http://127.0.0.1:8686, got {url!r}\n"


@pytest.mark.parametrize("command", [("logs", "nothing"), ("requests", "--q", "what nobody asks")])
def test_that_nothing_fits_is_told_apart_from_the_output(wxemu, emulator, command):
    asked = wxemu(*command, of=emulator)

    assert (asked.returncode, asked.stdout) == (0, "")
    assert "so far that fits" in asked.stderr


def test_the_clock_and_the_state_are_moved_from_the_command_line(wxemu, start):
    running = start()
    wxemu = partial(wxemu, of=running)

    frozen = json.loads(wxemu("clock", "freeze", "--at", "1700000000", "--json").stdout)
    advanced = json.loads(wxemu("clock", "advance", "60", "--json").stdout)
    running.new_phone()
    reset = json.loads(wxemu("state", "reset", "--json").stdout)

    assert (frozen["now"], advanced["now"]) == (1700000000, 1700000060)
    assert reset == {"to": "seed"}
    assert json.loads(wxemu("phone", "list", "--json").stdout) == {"phones": []}


def test_the_demo_plays_the_whole_story(process_of):
    played = process_of("demo", "--json")

    document = json.loads(played.stdout)
    assert played.returncode == 0
    assert document["ok"] is True
    assert {"name", "request", "response", "expected", "ok"} == set(document["steps"][0])
    verdicts = [step["expected"]["result.isOk"] for step in document["steps"] if "result.isOk" in step["expected"]]
    assert verdicts == [True, False, True, False, None, False, False]
    assert [step["expected"].get("result.reason") for step in document["steps"]].count("challenge_used") == 1
    assert [step["expected"].get("result.errCode") for step in document["steps"]].count(87009) == 1
    assert "0123456789abcdef0123456789abcdef" not in played.stdout


def test_a_demo_without_the_functions_says_where_they_are_missed(process_of, tmp_path):
    played = process_of("demo", "--json", "--project", str(tmp_path))

    assert (played.returncode, played.stdout) == (1, "")
    assert played.stderr.splitlines()[-1] == (
        "Error: the story calls login, issueChallenge, verifySignature, checkSession,"
        f" which {tmp_path} does not declare; name the folder that does with --project"
    )


def test_a_port_is_taken_before_anything_else_is_done():
    with server.listen(0) as listening, pytest.raises(server.PortTakenError):
        server.listen(listening.getsockname()[1])
