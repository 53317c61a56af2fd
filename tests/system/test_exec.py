"""``wxemu exec``, ``wxemu env`` and ``wxemu doctor``, as a user meets them."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from wxemu.client.remote import Remote, RemoteError

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
HEALTH = "https://api.weixin.qq.com/healthz"
ALIVE = '{"status":"alive"}\n'
ASK = f"import requests; print(requests.get({HEALTH!r}, timeout=20).text, end='')"
TOKEN = "a-token-of-the-tests-own"


@pytest.fixture
def nowhere(unused_port):
    """An address where nobody listens."""
    return f"http://127.0.0.1:{unused_port()}"


@pytest.fixture
def wxemu(nowhere, tmp_path):
    """Type in a command where no emulator runs."""

    def run(*arguments, cwd=tmp_path, **environment):
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WX", "PYTEST_"))}
        named = environment if "WXEMU_URL" in environment else {"WXEMU_URL": nowhere, "WXEMU_EXEC_FRESH": "1"}
        return subprocess.run(
            [sys.executable, "-m", "wxemu", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**kept, "PATH": path, **environment, **named},
            timeout=120,
        )

    return run


def test_a_project_that_imports_nothing_of_ours_passes_its_tests(wxemu):
    done = wxemu("exec", "--", "pytest", "-q", "-p", "no:cacheprovider", cwd=PROJECT / "examples/orders")

    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


def test_a_command_s_output_and_exit_code_are_passed_on(wxemu):
    done = wxemu("exec", "--", "sh", "-c", "cat; echo to stderr >&2; exit 7")

    assert done.returncode == 7
    assert done.stderr.endswith("to stderr\n")


def test_options_of_the_command_are_the_command_s(wxemu):
    done = wxemu("exec", "sh", "-c", "echo $1", "sh", "--fresh")

    assert done.stdout == "--fresh\n"


def test_a_command_that_a_signal_ends_has_a_shell_s_exit_code(wxemu):
    assert wxemu("exec", "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_no_command_is_a_usage_error(wxemu):
    done = wxemu("exec", "--fresh")

    assert done.returncode == 2
    assert "COMMAND is missing" in done.stderr


def test_an_unknown_command_is_one_sentence_before_anything_starts(wxemu):
    done = wxemu("exec", "--", "no-such-command", "--option")

    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr.startswith("Error: there is no command 'no-such-command' here that can be run; ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("code", "lines"), [(1, 1), (0, 0)])
def test_a_pytest_that_failed_without_our_fixtures_is_told_of_in_one_line(wxemu, tmp_path, code, lines):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    (tmp_path / "other/bin/pytest").write_text(f"#!{tmp_path}/other/bin/python\nraise SystemExit({code})\n")
    (tmp_path / "other/bin/pytest").chmod(0o755)

    done = wxemu("exec", "--", "pytest", PATH=f"{tmp_path}/other/bin{os.pathsep}{os.environ['PATH']}")

    assert done.returncode == code
    assert done.stderr.count("/other/bin/python, which has no wxemu, so that its fixtures are missing there; ") == lines


def test_a_file_that_is_no_program_is_one_sentence(wxemu, tmp_path):
    (tmp_path / "nothing").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "nothing").chmod(0o755)

    done = wxemu("exec", "--", "./nothing")

    assert done.returncode == 126
    assert done.stderr.endswith("Error: ./nothing cannot be run: Exec format error\n")


def test_one_s_own_emulator_ends_with_the_command(wxemu):
    done = wxemu("exec", "--", "sh", "-c", "echo $WXEMU_URL $REQUESTS_CA_BUNDLE")
    url, bundle = done.stdout.split()

    with pytest.raises(RemoteError, match="no emulator answers"):
        Remote(url).ask("GET", "/healthz")
    assert not Path(bundle).exists()


def test_where_the_named_emulator_does_not_answer_nothing_is_run(wxemu, nowhere):
    done = wxemu("exec", "--", "echo", "run", WXEMU_URL=nowhere)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"no emulator answers at {nowhere}" in done.stderr
    assert "--fresh" in done.stderr


def test_a_running_emulator_is_used_and_left_running(wxemu, emulator):
    done = wxemu(
        "exec",
        "--",
        sys.executable,
        "-c",
        f"import os; print(os.environ['WXEMU_URL']); {ASK}",
        WXEMU_URL=emulator.url,
    )

    assert (done.returncode, done.stderr) == (
        0,
        f"wxemu: the emulator at {emulator.url}, with the functions of {PROJECT}\n",
    )
    assert done.stdout == f"{emulator.url}\n{ALIVE}"
    assert emulator.ask("GET", "/readyz") == {"status": "ready"}


ASK_OUTSIDE = """
import requests, sys
for name in sys.argv[1:]:
    try:
        requests.get(f"http://{name}/", timeout=20).raise_for_status()
    except requests.RequestException:
        continue
"""
REFUSED = "wxemu: {0} is not emulated and was not reached; --pass-through {0} lets requests for it out\n"


@pytest.mark.parametrize("is_own", [True, False])
def test_a_host_that_was_not_reached_is_told_once_whosever_emulator_it_is(wxemu, emulator, is_own):
    names = ("db.example.com", "api.example.com")
    command = (sys.executable, "-c", ASK_OUTSIDE, *names, *names)
    done = wxemu("exec", "--", *command, **({} if is_own else {"WXEMU_URL": emulator.url}))

    assert done.returncode == 0
    told = [line for line in done.stderr.splitlines(keepends=True) if "not reached" in line]
    assert sorted(told) == sorted(map(REFUSED.format, names))


@pytest.mark.parametrize("option", [("--fresh",), ("--project", "."), ("--pass-through", "example.com")])
def test_options_of_an_emulator_of_one_s_own_start_one_though_another_runs(wxemu, emulator, option):
    done = wxemu("exec", *option, "--", "sh", "-c", "echo $WXEMU_URL", WXEMU_URL=emulator.url)

    assert done.stdout.startswith("http://127.0.0.1:")
    assert done.stdout.strip() != emulator.url


def test_an_emulator_of_one_s_own_begins_with_the_seed(wxemu, tmp_path):
    seed = "apps: [{appid: wx00000000000000aa, secret: '000102030405060708090a0b0c0d0e0f', env: env-mine}]\n"
    (tmp_path / "seed.yaml").write_text(seed)

    assert wxemu("exec", "--seed", "seed.yaml", "--", "sh", "-c", "echo $WX_APPID").stdout == "wx00000000000000aa\n"


def test_a_broken_seed_runs_nothing(wxemu, tmp_path):
    (tmp_path / "seed.yaml").write_text("apps: nonsense\n")

    done = wxemu("exec", "--seed", "seed.yaml", "--", "echo", "run")

    assert (done.returncode, done.stdout) == (1, "")
    assert "seed.yaml:1" in done.stderr


def test_an_emulator_without_a_proxy_runs_nothing(wxemu, start):
    running = start("--no-intercept")

    done = wxemu("exec", "--", "echo", "run", WXEMU_URL=running.url)

    assert (done.returncode, done.stdout) == (1, "")
    assert "start it without --no-intercept" in done.stderr


def test_the_command_gets_the_control_token(wxemu, start):
    url = start("--control-token", TOKEN).url

    done = wxemu("exec", "--url", url, "--token", TOKEN, "--", "wxemu", "clock", "show", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["isFrozen"] is False


@pytest.fixture
def begin(tmp_path, nowhere):
    """Begin commands where no emulator runs, each in a session of its own, which is gone when the test ends."""
    begun = []

    def run(*command, **options):
        environment = {**os.environ, "WXEMU_URL": nowhere, "WXEMU_EXEC_FRESH": "1"}
        # In the background tests may run with interrupts ignored, which whatever they begin would inherit.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        begun.append(subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True, **options))
        signal.signal(signal.SIGINT, before)
        return begun[-1]

    yield run
    for process in begun:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)


@pytest.fixture
def executed(begin):
    """``wxemu exec`` of a command that has said that it runs."""

    def run(script):
        command = (sys.executable, "-m", "wxemu", "exec", "--", "sh", "-c", script)
        pipe = subprocess.PIPE  # its input too, which stays open: CI's ends at once
        process = begin(*command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        return process, process.stdout.readline().strip()

    return run


def test_no_file_of_the_machine_is_changed_while_a_command_runs(executed):
    """Though the command may have files of its own, by which its clients are led."""
    files = [file for file in map(Path, ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf")) if file.is_file()]
    before = [file.read_bytes() for file in files]
    process, its_own = executed("head -n 1 /etc/hosts; read _; exit 7")

    assert its_own
    assert [file.read_bytes() for file in files] == before
    process.communicate("\n", timeout=20)
    assert process.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_the_command_s_to_answer(executed, number):
    name = number.name.removeprefix("SIG")
    process, url = executed(f"trap 'echo {name}; exit 9' {name}; echo $WXEMU_URL; while :; do sleep 0.05; done")

    process.send_signal(number)
    told, _ = process.communicate(timeout=20)

    assert (process.returncode, told) == (9, f"{name}\n")
    with pytest.raises(RemoteError, match="no emulator answers"):
        Remote(url).ask("GET", "/healthz")


ON_A_TERMINAL = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)  # it becomes that of this session, which has none
for number in range(3):
    os.dup2(terminal, number)
command = [sys.executable, "-c", sys.argv[2]]
os.execv(sys.executable, [sys.executable, "-m", "wxemu", "exec", "--", *command])
"""
COUNTING = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
os.write(1, b"<begun>")
signal.sigwait([signal.SIGINT])
sys.exit(9 if signal.sigtimedwait([signal.SIGINT], 0.5) is None else 1)
"""


def test_ctrl_c_reaches_the_command_once(begin):
    """The terminal sends it to the command as well as to ``wxemu exec``, which therefore does not pass it on."""
    ours, theirs = pty.openpty()
    process = begin(sys.executable, "-c", ON_A_TERMINAL, os.ttyname(theirs), COUNTING)
    told_until(ours, "<begun>")
    os.close(theirs)

    os.write(ours, b"\x03")
    told_until(ours, None)
    os.close(ours)

    assert process.wait(timeout=20) == 9


def told_until(terminal, word):
    """Read what comes on a terminal up to a word, or up to its end."""
    told = ""
    while word is None or word not in told:
        assert select.select([terminal], [], [], 60)[0], f"expected {word}, got {told!r} and no end"
        try:
            told += os.read(terminal, 1 << 16).decode()
        except OSError:  # as Linux tells the end
            return


def test_a_killed_exec_leaves_no_emulator_behind(executed):
    process, url = executed("echo $WXEMU_URL; read _")
    holding = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)

    process.kill()
    process.wait()

    with holding:
        assert holding.recv(1) == b""  # it holds until the emulator has ended


def test_env_is_evaluated_by_a_shell(wxemu, emulator):
    script = f'eval "$(wxemu env --as "$1")" && {shlex.join([sys.executable, "-c", ASK])} && echo $TCB_ENV $WX_OPENID'
    openid = emulator.app.new_user().openid

    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "WXEMU_URL": emulator.url}
    done = subprocess.run(["sh", "-c", script, "sh", openid], check=False, env=env, capture_output=True, text=True)

    assert done.stderr == ""
    assert done.stdout == f"{ALIVE}env-demo {openid}\n"


def test_env_says_the_same_in_each_form(wxemu, emulator):
    url = ("--url", emulator.url)

    told = json.loads(wxemu("env", "--json", *url).stdout)["env"]
    lines = wxemu("env", *url).stdout.splitlines()
    dotenv = wxemu("env", "--dotenv", *url).stdout.splitlines()

    assert [line.split("=")[0] for line in lines] == [f"export {name}" for name in told]
    assert [line.split("=")[0] for line in dotenv] == list(told)
    assert told["TCB_CONTEXT_CNFG"] == json.dumps({"URL": f"{emulator.url}/admin"})
    assert f"TCB_CONTEXT_CNFG='{told['TCB_CONTEXT_CNFG']}'" in dotenv
    assert {"HTTPS_PROXY", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS", "WX_SECRET", "TENCENTCLOUD_RUNENV"} <= set(told)


def test_env_of_an_emulator_without_a_proxy_remarks_it(wxemu, start):
    running = start("--no-intercept")

    done = wxemu("env", "--json", "--url", running.url)

    assert done.returncode == 0
    assert "runs without its proxy" in done.stderr
    assert "HTTPS_PROXY" not in json.loads(done.stdout)["env"]
    assert json.loads(done.stdout)["env"]["WX_APPID"] == "wx1234567890abcdef"


def test_the_doctor_finds_nothing_broken_where_exec_leads(wxemu):
    done = wxemu("exec", "--", "wxemu", "doctor", "--json", "--project", str(PROJECT))

    told = json.loads(done.stdout)
    found = {finding["name"]: finding for finding in told["findings"]}
    assert (done.returncode, told["ok"]) == (0, True), told
    for name in ("emulator", "HTTPS_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert found[name]["level"] == "ok"
    assert found["function login"]["found"] == "index.main on Python3.11"


def test_the_doctor_finds_roots_that_do_not_vouch_for_the_emulator(wxemu):
    system = "/etc/ssl/certs/ca-certificates.crt"
    if not Path(system).is_file():
        pytest.skip("needs the system's roots in a file")

    done = wxemu("exec", "--", "env", f"SSL_CERT_FILE={system}", "wxemu", "doctor")

    assert done.returncode == 1
    assert f"BROKEN  SSL_CERT_FILE: with {system}: api.weixin.qq.com is not trusted: " in done.stdout


def test_the_doctor_without_an_emulator_says_how_to_start_one(wxemu, nowhere):
    done = wxemu("doctor")

    assert done.returncode == 1
    assert f"BROKEN  emulator: no emulator answers at {nowhere}\n        start one with `wxemu start`" in done.stdout
