"""Each function runs on the Python that its runtime names, where there is one."""

import logging
import sys

import pytest

from wxemu.scf.runtime import InterpreterError, interpreters

pytestmark = pytest.mark.slow  # processes are started

VERSION = "import sys\ndef main(event, context): return 'Python%d.%d' % sys.version_info[:2]\n"


@pytest.fixture(autouse=True)
def _forget():
    remembered = (interpreters.find, interpreters.choose_bare, interpreters.choose_with_packages)
    for each in remembered:
        each.cache_clear()
    yield
    for each in remembered:
        each.cache_clear()


@pytest.mark.parametrize("runtime_name", [f"Python3.{minor}" for minor in range(9, 14)])
def test_a_function_runs_on_the_python_of_its_runtime(start_runtime, deploy, user, runtime_name):
    if interpreters.find(runtime_name) is None:
        pytest.skip(f"there is no {runtime_name} here")
    spec = deploy(VERSION, runtime=runtime_name)
    done = start_runtime().invoke(spec, {}, user)
    assert (done.result, done.log) == (runtime_name, "")


@pytest.mark.parametrize("absent", ["Python3.99", "Python3.7", "Python2.7", "Python9", "Python3.11-beta"])
def test_where_there_is_none_a_cold_start_s_log_says_which_one_runs_it(start_runtime, deploy, user, caplog, absent):
    runtime, spec = start_runtime(), deploy(VERSION, runtime=absent)
    with caplog.at_level(logging.WARNING):
        cold, warm = (runtime.invoke(spec, {}, user) for _ in range(2))
    remark = f"there is no {absent} here that runs; {interpreters.PRESENT} runs its functions instead"
    assert (cold.log, warm.log) == (f"{remark}\n", "")
    assert {cold.result, warm.result} == {interpreters.PRESENT}
    told = [record.getMessage() for record in caplog.records if record.name == interpreters.__name__]
    assert told == [remark]


def test_which_python_runs_what_is_told_before_the_first_call(start_runtime, caplog):
    absent = ["Python2.7", "Python3.6", "Python3.7"]
    start_runtime().prepare([*absent, interpreters.PRESENT, "Nodejs18.15", "Python3.7"])
    told = sorted(record.getMessage() for record in caplog.records if record.name == interpreters.__name__)
    assert told == [
        f"there is no {name} here that runs; {interpreters.PRESENT} runs its functions instead" for name in absent
    ]


def test_functions_of_this_version_have_the_packages_of_this_environment(runtime, deploy, user):
    code = "import importlib.util\ndef main(name, context): return importlib.util.find_spec(name) is not None\n"
    spec = deploy(code, runtime=interpreters.PRESENT)
    assert runtime.invoke(spec, "flask", user).result is True


def test_an_interpreter_that_ends_at_once_is_the_emulator_s_error(start_runtime, deploy, user, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(InterpreterError, match="no instance of fn0 can be started"):
        start_runtime(interpreter=str(broken)).invoke(deploy(VERSION), {}, user)


def test_the_named_interpreter_runs_every_runtime(start_runtime, deploy, user):
    runtime = start_runtime(interpreter=sys.executable)
    assert runtime.invoke(deploy(VERSION, runtime="Python3.99"), {}, user).log == ""
