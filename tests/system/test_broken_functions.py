"""A project one of whose functions is broken: the emulator starts, says so once, and all else works."""

import pytest

pytestmark = pytest.mark.slow  # an emulator is started

SOUND = "def main(event, context):\n    return {'sum': event['a'] + 1}\n"
DECLARED = """
envId: env-demo
functions:
  - {name: sound, runtime: Python3.11}
  - {name: late, runtime: Python3.11, timeout: 1000}
  - {name: gone, runtime: Python3.11}
  - {name: small, runtime: python3.11}
  - {name: asking, runtime: Python3.11}
  - {name: web}
  - text
"""
BROKEN = {
    "late": "functions.1.timeout of the function late to be a whole number from 1 to 900, found 1000",
    "gone": "functions.2.name of the function gone to be that of a folder that is there",
    "small": "functions.3.runtime of the function small to be one that SCF has, found 'python3.11'",
    "asking": "permissions.openapi to be a list of openapi names",
}


@pytest.fixture(scope="module")
def running(start_for_module, write_project):
    project = write_project(DECLARED, sound=SOUND, late=SOUND, small=SOUND, asking=SOUND, web="")
    (project / "functions/sound/config.json").write_text('[{"user": "u"}] // its own')
    (project / "functions/asking/config.json").write_text('{"permissions": {"openapi": "soter.verifySignature"}}')
    return start_for_module(project=project)


def invoke(running, name):
    return running.ask("POST", f"/emulator/v1/functions/{name}/invocations", {"event": {"a": 1}})


def test_the_sound_function_runs(running):
    assert invoke(running, "sound")["result"] == {"sum": 2}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_function_answers_443_with_its_reason(running, name):
    error = invoke(running, name)["error"]
    assert error["statusCode"] == 443
    assert BROKEN[name] in error["errorMessage"]


def test_a_function_without_a_runtime_answers_that_node_js_is_not_run(running):
    assert "Nodejs18.15 is not emulated" in invoke(running, "web")["error"]["errorMessage"]


def test_the_list_says_which_are_broken(running):
    listed = {entry["name"]: entry["problem"] for entry in running.ask("GET", "/emulator/v1/functions")["functions"]}
    assert (listed.pop("sound"), listed.pop("web")) == (None, None)
    assert listed.keys() == BROKEN.keys()
    assert all(BROKEN[name] in problem for name, problem in listed.items())


def test_each_is_told_once_at_the_start(running):
    invoke(running, "sound")
    said = running.said()
    for told in (*BROKEN.values(), "expected functions.6 to be a table of keys and values, found a text"):
        assert said.count(told) == 1
