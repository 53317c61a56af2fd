"""A function's own modules, where they have the names of Python's; and nothing of ours in its log."""

import sys

import pytest

from wxemu.scf.runtime.module_names import RESERVED

PICK = "import {0}\ndef main(event, context): return {0}.PICK\n"
WINNING = [
    *("random", "signal", "struct", "select", "logging", "socket", "threading", "warnings", "queue", "email", "ssl"),
    *("tempfile", "pathlib", "string", "ctypes", "datetime", "decimal", "uuid", "secrets", "requests", "calendar"),
]


@pytest.mark.parametrize("is_package", [False, True], ids=["file", "package"])
@pytest.mark.parametrize("name", WINNING)
def test_a_function_s_own_module_wins(runtime, deploy, user, name, is_package):
    if name in sys.builtin_module_names:  # as select is in Debian's, where no file comes before it
        pytest.skip(f"this Python has {name} built in")
    spec = deploy(PICK.format(name))
    if is_package:
        (spec.directory / name).mkdir()
    (spec.directory / name / "__init__.py" if is_package else spec.directory / f"{name}.py").write_text("PICK = 7\n")
    done = runtime.invoke(spec, {}, user)
    assert (done.result, done.log) == (7, "")


def test_another_function_still_has_python_s(runtime, deploy, user):
    own = deploy(PICK.format("random"))
    (own.directory / "random.py").write_text("PICK = 7\n")
    other = deploy("import random\ndef main(event, context): return random.choice([1])\n")
    assert [runtime.invoke(spec, {}, user).result for spec in (own, other)] == [7, 1]


@pytest.mark.parametrize("name", ["random.txt", "signal", "logging.json", "struct.md"])
def test_a_file_that_is_no_module_hides_none(runtime, deploy, user, name):
    code = """
    import random, signal, logging, struct
    def main(event, context):
        logging.info("said")
        return struct.calcsize("i")
    """
    spec = deploy(code)
    if name == "signal":
        (spec.directory / name).mkdir()
    else:
        (spec.directory / name).write_text("")
    done = runtime.invoke(spec, {}, user)
    assert (done.result, done.log) == (4, "said\n")


@pytest.mark.parametrize("name", sorted(RESERVED - {"builtins", "sys"}))
def test_a_name_that_keeps_the_platform_from_starting_is_told_in_the_log(runtime, deploy, user, name):
    spec = deploy(f"import {name}\ndef main(event, context): return hasattr({name}, 'PICK')\n")
    (spec.directory / f"{name}.py").write_text("PICK = 7\n")
    done = runtime.invoke(spec, {}, user)
    assert done.result is False
    assert done.log.startswith(f"{name}.py: Python's own module is used;")


def test_it_is_told_once_for_each_instance(runtime, deploy, user):
    spec = deploy("def main(event, context): return 1\n")
    (spec.directory / "json").mkdir()
    (spec.directory / "json/__init__.py").write_text("")
    first, second = (runtime.invoke(spec, {}, user).log for _ in range(2))
    assert first.startswith("json/: Python's own module is used;")
    assert second == ""


RETURNED = {
    "async def": "async def main(event, context): return 1\n",
    "a coroutine": "async def other(): return 1\ndef main(event, context): return other()\n",
    "a method": "class A:\n    async def do(self, event, context): return 1\nmain = A().do\n",
}


@pytest.mark.parametrize("code", RETURNED.values(), ids=RETURNED)
def test_a_coroutine_is_told_and_leaves_no_warning(runtime, deploy, user, code):
    done = runtime.invoke(deploy(code), {}, user)
    assert done.failure.status_code == 430
    assert "returned a coroutine, which nobody awaits" in done.failure.stack_trace
    assert done.log == ""


SHOWN = {
    "a stack": "import traceback\ndef main(event, context): traceback.print_stack()\n",
    "a warning": "import warnings\ndef main(event, context): warnings.warn('look', stacklevel=2)\n",
    "a coroutine inside": "async def other(): pass\ndef main(event, context): return {'a': other()}\n",
    "all threads": "import faulthandler, sys\ndef main(event, context): faulthandler.dump_traceback(sys.stderr)\n",
}


@pytest.mark.parametrize("code", SHOWN.values(), ids=SHOWN)
def test_what_a_function_shows_of_its_callers_names_no_file_of_ours(runtime, deploy, user, code):
    log = runtime.invoke(deploy(code), {}, user).log
    assert "/var/runtime/python311/bootstrap.py" in log
    assert "wxemu" not in log
