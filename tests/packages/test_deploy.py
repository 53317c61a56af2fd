"""`wxemu deploy` against a stand-in for Tencent's CLI, which says what the real one was seen to say."""

from __future__ import annotations

import json

import pytest
from stand_in_tcb import ANSWER, APPID, SECRET, SUCCEEDED

FAILED = "✖ [hello] call failed\n\nRequest Id ：5b523268\nReturn result：\nError message：{}\nInvocation log：\nSTART"
NOT_SIGNED_IN = (
    "✖ [hello] 函数部署失败\n✖   错误信息: No valid identity information, please use cloudbase login to login"
)


def deploy(project, *arguments, tcb=None):
    return project.run("deploy", *arguments, **({} if tcb is None else tcb.variables))


def refused(done):
    assert (done.returncode, done.stdout) == (1, "")
    assert SECRET not in done.stderr
    return done.stderr.splitlines()[-1].removeprefix("Error: ")


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(ready, tcb):
    done = deploy(ready, "--dry-run", tcb=tcb)

    assert done.returncode == 0
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "hello -> env-small"
    assert lines[1].startswith("runtime Python3.")
    assert lines[1].endswith(", handler index.main")
    assert lines[2:4] == ["limits 10 s, 256 MB of memory", "variables WX_APPID (hidden), WX_SECRET (hidden)"]
    assert lines[4].startswith(f"code {ready.output / 'functions/hello'}: ")
    assert lines[5:] == ["Nothing was sent: a dry run."]
    assert tcb.asked == []


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_no_value_of_a_variable_is_shown_or_written_down(ready, tcb, option):
    for arguments in ((*option, "--dry-run"), option):
        done = deploy(ready, *arguments, tcb=tcb)
        assert done.returncode == 0
        for value in (SECRET, APPID):
            assert value not in done.stdout + done.stderr
            assert not any(value.encode() in file.read_bytes() for file in ready.output.rglob("*") if file.is_file())


def test_a_dry_run_needs_neither_the_cli_nor_the_variables_but_tells_which_are_empty(ready):
    ready.write(".env", f"WX_APPID={APPID}\n")
    done = deploy(ready, "--dry-run", "--json")

    assert done.returncode == 0
    (function,) = json.loads(done.stdout)["functions"]
    assert (function["variables"], function["emptyVariables"]) == (["WX_APPID", "WX_SECRET"], ["WX_SECRET"])
    assert function["answer"] is None


def test_the_packages_are_deployed_from_their_folder_and_asked_for_an_answer(ready, tcb):
    done = deploy(ready, tcb=tcb)

    assert done.returncode == 0
    assert [asked["arguments"] for asked in tcb.asked] == [
        ["fn", "deploy", "hello", "--force", "--yes"],
        ["fn", "invoke", "hello", "--params", "{}"],
    ]
    for asked in tcb.asked:
        assert asked["folder"] == str(ready.output.resolve())
        assert (asked["appid"], asked["secret"], asked["stdin"]) == (APPID, SECRET, "")
        assert {"cloudbaserc.json", "functions"} <= set(asked["files"])
    assert json.dumps(ANSWER) in done.stdout
    assert done.stdout.endswith("1 deployed, and each answers.\n")


def test_the_environment_beats_the_file(ready, tcb):
    ready.environ["WX_APPID"] = "wxfedcba0987654321"
    deploy(ready, tcb=tcb)

    assert {(asked["appid"], asked["secret"]) for asked in tcb.asked} == {("wxfedcba0987654321", SECRET)}


def test_another_environment_can_be_named(ready, tcb):
    shown = deploy(ready, "--env", "env-mine", tcb=tcb)

    assert [asked["arguments"][-2:] for asked in tcb.asked] == [["--envId", "env-mine"]] * 2
    assert shown.stdout.startswith("hello -> env-mine\n")


def test_only_the_named_functions_are_packaged_and_deployed(ready, tcb):
    ready.write("functions/other/index.py", "def main(event, context):\n    return 1\n")
    ready.write(
        "cloudbaserc.yaml",
        "envId: e\nfunctions: [{name: hello, runtime: Python3.6}, {name: other, runtime: Python3.6}]\n",
    )
    deploy(ready, "other", tcb=tcb)
    assert [asked["arguments"][2] for asked in tcb.asked] == ["other", "other"]
    assert {path.name for path in (ready.output / "functions").iterdir()} == {"other", "other.zip"}

    changed = ready.write("functions/other/index.py", "def main(event, context):\n    return 2\n").read_bytes()
    deploy(ready, "hello", tcb=tcb)
    packages = ready.output / "functions"
    assert {path.name for path in packages.iterdir()} == {"hello", "hello.zip", "other", "other.zip"}
    assert (packages / "other/index.py").read_bytes() != changed  # it stays as it was packaged


def test_a_function_that_is_not_declared_is_told(ready, tcb):
    assert (
        refused(deploy(ready, "hello", "helo", tcb=tcb)) == "cloudbaserc declares no function helo; name one of hello"
    )
    assert tcb.asked == []


def test_without_the_cli_it_is_said_how_to_get_it(ready):
    sentence = "the tcb command is missing; install it: npm install --global @cloudbase/cli@2.12.10"

    assert refused(deploy(ready)) == sentence
    assert not ready.output.exists()


@pytest.mark.parametrize("line", ["", "WX_SECRET=\n", "# WX_SECRET=x\n"])
def test_a_variable_that_is_missing_is_named(ready, tcb, line):
    ready.write(".env", f"WX_APPID={APPID}\n{line}")

    assert refused(deploy(ready, tcb=tcb)).endswith(".env lacks WX_SECRET; fill it in")
    assert tcb.asked == []


def test_without_an_env_file_it_is_said_where_to_take_one_from(ready, tcb):
    (ready.directory / ".env").unlink()

    assert refused(deploy(ready, tcb=tcb)).endswith(
        ".env lacks WX_APPID, WX_SECRET; copy .env.example to .env and fill it in"
    )


def test_a_refusal_of_the_cli_is_seen_though_its_exit_code_is_0(ready, tcb):
    tcb.deploy = (0, NOT_SIGNED_IN)

    assert refused(deploy(ready, tcb=tcb)) == (
        "hello is not deployed: [hello] 函数部署失败 错误信息: No valid identity information, "
        "please use cloudbase login to login (sign in first: tcb login)"
    )
    assert len(tcb.asked) == 1


def test_an_exit_code_of_the_cli_is_seen_whatever_it_says(ready, tcb):
    tcb.deploy = (7, "it went wrong")

    assert refused(deploy(ready, tcb=tcb)) == "hello is not deployed: it went wrong"


def test_a_silent_failure_is_told_too(ready, tcb):
    tcb.deploy = (7, "")

    assert refused(deploy(ready, tcb=tcb)) == "hello is not deployed: tcb says nothing"


def test_a_function_that_fails_in_the_cloud_is_a_failure(ready, tcb):
    error = {"errorCode": 1, "errorMessage": "Traceback ...\nModuleNotFoundError: No module named 'nope'"}
    tcb.invoke = (0, FAILED.replace("{}", json.dumps(error)))

    told = "hello is deployed but fails: ModuleNotFoundError: No module named 'nope'"
    assert refused(deploy(ready, tcb=tcb)) == told


@pytest.mark.parametrize("said", [(0, "Return result：\n"), (0, "Return result：{broken\n"), (1, SUCCEEDED)])
def test_no_answer_is_a_failure(ready, tcb, said):
    tcb.invoke = said

    assert refused(deploy(ready, tcb=tcb)).startswith("hello is deployed but does not answer: ")


def test_the_cli_may_speak_chinese(ready, tcb):
    tcb.invoke = (0, f"✔ [hello] 调用成功\n\n请求 Id ：7b37533d\n返回结果：{json.dumps(ANSWER)}\n调用日志：\n")
    done = deploy(ready, "--json", tcb=tcb)

    assert json.loads(done.stdout)["functions"][0]["answer"] == ANSWER


def test_what_cannot_be_packaged_is_not_deployed(ready, tcb):
    ready.write("functions/hello/index.py", "import flask\n")

    assert "cannot import index.py from its package" in refused(deploy(ready, tcb=tcb))
    assert tcb.asked == []
