"""The plugin in other people's test runs, each a pytest of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from wxemu.client import child
from wxemu.client.child import Child, ChildError
from wxemu.client.remote import Remote, RemoteError
from wxemu.control.operations.exchanges import FOLLOW

pytest_plugins = ["pytester"]

PROJECT = Path(__file__).parents[4]
EXAMPLE = PROJECT / "examples/pytest-plugin"
PAGE = (PROJECT / "docs/testing.md").read_text(encoding="utf-8")
SECONDS = 180
"""For what is over in one or two; a machine may be busy."""
FUNCTIONS = "envId: env-demo\nfunctions: [{name: greet, runtime: Python3.11}]\n"
GREET = "def main(event, context):\n    return 'Hello'\n"

slow = pytest.mark.slow  # processes are started


@pytest.fixture(autouse=True)
def plain_runs(pytester, monkeypatch):
    """They know of no emulator, and load no plugin that takes them longer than their tests."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis -p no:hypothesispytest")  # after pytester, which unsets it
    for name in ("WXEMU_URL", "WXEMU_TOKEN", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def example(pytester):
    """A copy of the example, somewhere else."""
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return pytester


@pytest.fixture
def new_project(tmp_path):
    """Write a project with the function ``greet`` to a folder."""

    def write(folder):
        (folder / "functions/greet").mkdir(parents=True)
        (folder / "cloudbaserc.yaml").write_text(FUNCTIONS, encoding="utf-8")
        (folder / "functions/greet/index.py").write_text(GREET, encoding="utf-8")

    return write


@contextmanager
def meetings(number):
    """Where two tests wait for each other, so many times; the address."""

    def hold():
        for _ in range(number):
            guests = [place.accept()[0] for _ in range(2)]
            for guest in guests:
                guest.sendall(b"both are here")
                guest.close()

    with socket.create_server(("127.0.0.1", 0)) as place:
        place.settimeout(SECONDS)
        host = threading.Thread(target=hold)
        host.start()
        yield place.getsockname()
        host.join()


def is_running(url):
    try:
        Remote(url).ask("GET", "/readyz")
    except RemoteError:
        return False
    return True


def end_of(url):
    """Set once the emulator there has ended."""
    ended = threading.Event()

    def follow():
        with suppress(RemoteError):
            for _ in Remote(url).follow(FOLLOW):
                pass
        ended.set()

    threading.Thread(target=follow, daemon=True).start()
    return ended


@slow
@pytest.mark.parametrize(
    "options",
    [("-p", "no:randomly"), ("-n", "4", "--import-mode=importlib", "-W", "error")],
    ids=["one after another", "four at once, strictly"],
)
def test_the_copyable_example_passes(example, options):
    example.runpytest_subprocess(*options).assert_outcomes(passed=10)


@slow
def test_the_documented_example_passes(example):
    ((name, shown),) = re.findall(r"^```python\n# (test_\w+\.py)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (example.path / "test_shop.py").unlink()
    (example.path / name).write_text(shown, encoding="utf-8")
    done = example.runpytest_subprocess()
    assert done.ret == 0
    assert done.parseoutcomes().keys() == {"passed"}


@slow
def test_tests_at_the_same_time_in_one_emulator_never_meet_and_leave_it_as_it_was(example, monkeypatch):
    (example.path / "test_shop.py").unlink()
    with Child(example.path) as shared, meetings(2) as address:
        monkeypatch.setenv("WXEMU_URL", shared.url)
        apps = Remote(shared.url).ask("GET", "/emulator/v1/apps")
        example.makepyfile(f"""
            import socket
            import pytest

            def meet():
                with socket.create_connection({address}, timeout={SECONDS}) as other:
                    assert other.recv(1)

            @pytest.mark.parametrize("openid", ["oAlice", "oBob"])
            def test_it(openid, wxcloud, wx_app, wx_faults, wx_requests):
                assert wxcloud.url == "{shared.url}"
                phone = wx_app.new_user(openid).new_phone()
                wx_faults.next_answer(openid, function="whoami")
                phone.login()
                meet()
                users = wxcloud.ask("GET", "/emulator/v1/apps/" + wx_app.appid + "/users")["users"]
                assert [user["openid"] for user in users] == [openid]
                assert len(wx_faults.waiting()) == 1
                assert [request.name for request in wx_requests.list()] == ["wx.login"]
                meet()
                assert phone.call_function("whoami", name="") == openid
                assert phone.call_function("whoami", name="")["openid"] == openid
        """)
        example.runpytest_subprocess("-n", "2").assert_outcomes(passed=2)
        assert Remote(shared.url).ask("GET", "/emulator/v1/apps") == apps
        assert Remote(shared.url).ask("GET", "/emulator/v1/faults") == {"faults": []}


@slow
def test_the_clock_of_an_emulator_that_workers_share_is_not_moved(pytester, monkeypatch):
    pytester.makepyfile("def test_a(wx_clock): pass")
    with (pytester.path / "said").open("w") as said, Child(pytester.path, stderr=said) as shared:
        monkeypatch.setenv("WXEMU_URL", shared.url)
        refused = pytester.runpytest_subprocess("-n", "2")
        done = pytester.runpytest_subprocess()
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*2 workers of pytest-xdist share the one at*"])
    done.assert_outcomes(passed=1)


@slow
def test_the_clock_is_back_at_real_time_after_a_test(pytester):
    pytester.makepyfile("""
        import time

        def test_a(wx_clock):
            assert wx_clock.advance(86400) > time.time() + 86000
            assert False

        def test_b(wxcloud):
            assert wxcloud.ask("GET", "/emulator/v1/clock")["offset"] == 0
    """)
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1, failed=1)


@slow
def test_a_failure_is_shown_with_what_was_asked_and_why_and_the_emulator_is_stopped(pytester, new_project):
    new_project(pytester.path)
    (pytester.path / "cloudbaserc.yaml").write_text(
        FUNCTIONS.replace("name: greet,", "name: greet, envVariables: {GREETING: '{{env.NOBODY_SETS_IT}}'},")
    )
    (pytester.path / "functions/greet/index.py").write_text(
        "def main(event, context):\n    print('greeting', event.get('name'))\n    return 'Hello'\n"
    )
    pytester.makepyfile("""
        from pathlib import Path
        import requests

        def test_a(wxcloud, wx_app, wx_phone):
            Path("url").write_text(wxcloud.url)
            assert wx_phone.call_function("greet", name="Alice") == "Hello"
            requests.get(f"{wxcloud.url}/sns/jscode2session?appid={wx_app.appid}&secret=x&js_code=c", timeout=30)
            wx_phone.start_soter_authentication("order-1", outcome="cancel")
    """)
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            ">*wx_phone.start_soter_authentication*",
            "E *MiniProgramError: startSoterAuthentication:fail cancel (errCode 90008)",
            "*test_a_failure*MiniProgramError",
            "*wxcloud: what was asked and answered*",
            "wechat *auth.code2Session -> 40*",
            "phone *wx.startSoterAuthentication -> 90008*",
            "*wxcloud: what functions printed*",
            "greet ????????-????-*",
            "    greeting Alice",
            "*wxcloud: what the emulator said*",
            "*NOBODY_SETS_IT*",
        ]
    )
    assert "START RequestId" not in done.stdout.str()
    assert not is_running((pytester.path / "url").read_text())


@slow
@pytest.mark.parametrize(
    ("how", "options"),
    [(signal.SIGINT, ()), (signal.SIGKILL, ()), (signal.SIGKILL, ("-n", "1"))],
    ids=["interrupted", "killed", "killed above its workers"],
)
def test_the_emulator_ends_with_a_run_that_does_not_come_to_its_end(pytester, how, options):
    with socket.create_server(("127.0.0.1", 0)) as place:
        place.settimeout(SECONDS)
        pytester.makepyfile(f"""
            import socket

            def test_a(wxcloud):
                with socket.create_connection({place.getsockname()}) as outside:
                    outside.sendall(wxcloud.url.encode() + b"\\n")
                    outside.recv(1)
        """)
        run = subprocess.Popen([sys.executable, "-m", "pytest", *options], stdout=subprocess.DEVNULL)
        guest, _ = place.accept()
        with guest, guest.makefile() as told:
            url = told.readline().strip()
            assert is_running(url)
            ended = end_of(url)
            run.send_signal(how)
            run.wait(SECONDS)
        assert ended.wait(SECONDS)
        assert not is_running(url)


@slow
def test_a_project_that_cannot_be_read_is_one_sentence_for_the_tests_that_need_it(pytester):
    (pytester.path / "cloudbaserc.yaml").write_text("envId: env-demo\nfunctions: [\n")
    pytester.makepyfile("def test_a(wx_phone): pass\ndef test_b(): pass\n")
    done = pytester.runpytest_subprocess("-p", "no:randomly")
    done.assert_outcomes(errors=1, passed=1)
    done.stdout.fnmatch_lines(["the emulator did not start: *cloudbaserc.yaml:*"])
    assert "Traceback" not in done.stdout.str()
    assert len(done.outlines) < 20


@slow
def test_a_project_that_is_not_there_is_one_sentence(pytester):
    pytester.makeini("[pytest]\nwxcloud_project = nowhere\n")
    pytester.makepyfile("def test_a(wx_app): pass")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["the emulator did not start: --project: the folder '*nowhere' does not exist*"])


@slow
def test_an_emulator_that_does_not_answer_is_one_sentence(pytester, monkeypatch, unused_port):
    url = f"http://127.0.0.1:{unused_port()}"
    monkeypatch.setenv("WXEMU_URL", url)
    pytester.makepyfile("def test_a(wx_app): pass")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"WXEMU_URL: no emulator answers at {url}*"])
    assert len(done.outlines) < 20


@slow
def test_an_emulator_with_a_control_token_is_told_it(pytester, monkeypatch):
    token = "a-token-of-this-test"
    pytester.makepyfile("def test_a(wx_phone): assert wx_phone.login()")
    options = ("--control-token", token)
    with (pytester.path / "said").open("w") as said, Child(pytester.path, *options, stderr=said) as shared:
        monkeypatch.setenv("WXEMU_URL", shared.url)
        refused = pytester.runpytest_subprocess()
        monkeypatch.setenv("WXEMU_TOKEN", token)
        done = pytester.runpytest_subprocess()
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["WXEMU_URL: the control token is missing*"])
    done.assert_outcomes(passed=1)


@slow
def test_an_emulator_without_its_proxy_says_so(pytester):
    pytester.makeini("[pytest]\nwxcloud_options = --no-intercept\n")
    pytester.makepyfile("def test_a(wxcloud): wxcloud.proxy")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["E *RemoteError: * runs without its proxy; start it without --no-intercept"])


@slow
@pytest.mark.parametrize(
    ("project", "root", "ini"),
    [(".", "tests/unit", ""), ("backend", ".", "wxcloud_project = backend"), ("backend", ".", "")],
    ids=["the nearest above", "the one that is named", "none"],
)
def test_the_project_is_the_nearest_one_or_the_one_that_is_named(pytester, new_project, project, root, ini):
    new_project(pytester.path / project)
    folder = pytester.path / root
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
    (folder / "test_a.py").write_text("def test_a(wx_phone): assert wx_phone.call_function('greet') == 'Hello'\n")
    done = pytester.runpytest_subprocess(folder)
    is_found = ini or root != "."
    done.assert_outcomes(passed=1) if is_found else done.assert_outcomes(failed=1)


@slow
def test_further_options_of_wxemu_start_can_be_given(pytester):
    (pytester.path / "seed.yaml").write_text("settings: {errmsg_suffix: both}\napps: []\n")
    pytester.makeini("[pytest]\nwxcloud_options = --seed seed.yaml\n")
    pytester.makepyfile("""
        def test_a(wxcloud):
            assert wxcloud.ask("GET", "/emulator/v1/settings")["errmsg_suffix"] == "both"
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@slow
def test_a_run_that_uses_no_fixture_loads_nothing_for_them(pytester):
    pytester.makepyfile("""
        import sys

        def test_a(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("wxcloud")
            assert not {"requests", "flask", "click", "wxemu.client.remote", "wxemu.client.child"} & sys.modules.keys()
    """)
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1)


@slow
def test_every_fixture_tells_what_it_is(pytester):
    listed = pytester.runpytest_subprocess("--fixtures").stdout.str()
    found = re.findall(r"^(wx\w+)(?: \[session scope\])? -- .*\n    (\w.+)", listed, re.MULTILINE)
    assert {name for name, _ in found} == {
        *("wxcloud", "wx_app", "wx_user", "wx_phone", "wx_clock", "wx_faults", "wx_requests")
    }


@slow
def test_a_child_that_does_not_start_says_why_and_leaves_nothing(tmp_path):
    words = tmp_path / "words"
    with words.open("w") as stderr, pytest.raises(ChildError, match="did not start"):
        Child(tmp_path / "nowhere", stderr=stderr)
    assert "does not exist" in words.read_text()


@slow
def test_a_child_that_does_not_stop_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "_STOP_SECONDS", 0.1)
    with (tmp_path / "words").open("w") as stderr, Child(tmp_path, stderr=stderr) as stuck:
        ended = end_of(stuck.url)
        os.kill(stuck._process.pid, signal.SIGSTOP)
    assert stuck._process.returncode == -signal.SIGKILL
    assert ended.wait(SECONDS)
