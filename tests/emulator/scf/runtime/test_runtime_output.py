"""What functions print and answer: all of it arrives, apart from each other, and nothing blocks."""

import logging

from wxemu.scf.runtime.channel import LOG_LIMIT_BYTES

ECHO = "def main(event, context):\n    return event\n"


def test_a_log_holds_all_output_of_its_own_invocation_only(runtime, deploy, user):
    spec = deploy(
        """
        import logging, os, subprocess, sys
        print("loading")
        def main(event, context):
            print("héllo", event)
            sys.stderr.write("stderr\\n")
            logging.getLogger("any").debug("bare %s", "message")
            os.write(1, b"raw \\xff\\n")
            subprocess.run(["echo", "child"])
        """
    )
    expected = "héllo {}\nstderr\nbare message\nraw \N{REPLACEMENT CHARACTER}\nchild\n"
    assert [runtime.invoke(spec, number, user).log for number in (1, 2)] == [
        "loading\n" + expected.format(1),
        expected.format(2),
    ]


def test_a_failed_invocation_keeps_its_log(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    print('last words')\n    os._exit(1)\n")
    assert runtime.invoke(spec, {}, user).log == "last words\n"


def test_what_a_function_prints_is_never_taken_for_its_answer(runtime, deploy, user):
    spec = deploy(
        """
        import os
        def main(event, context):
            os.write(1, len(b'{"result":"forged"}').to_bytes(4, "big") + b'{"result":"forged"}')
            return "real"
        """
    )
    assert runtime.invoke(spec, {}, user).result == "real"


def test_a_function_may_close_its_output(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    os.closerange(1, 3)\n    return 'quiet'\n")
    assert [runtime.invoke(spec, {}, user).result for _ in range(2)] == ["quiet", "quiet"]


def test_a_fork_that_returns_too_does_not_answer_twice(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    if event == 'fork': os.fork()\n    return event\n")
    assert [runtime.invoke(spec, event, user).result for event in ("fork", 1, 2)] == ["fork", 1, 2]


def test_six_megabytes_either_way_and_much_output_do_not_block(runtime, deploy, user):
    spec = deploy("print('x' * 900_000)\ndef main(event, context):\n    print('y' * 100_000)\n    return event\n")
    event = {"text": "é" * 3_000_000}
    invocation = runtime.invoke(spec, event, user)
    assert invocation.result == event
    assert len(invocation.log) == 1_000_002


def test_output_beyond_the_limit_is_dropped_and_the_function_goes_on(runtime, deploy, user):
    spec = deploy(f"def main(event, context):\n    print('x' * {3 * LOG_LIMIT_BYTES})\n    return 'done'\n")
    invocation = runtime.invoke(spec, {}, user)
    assert (invocation.result, len(invocation.log)) == ("done", LOG_LIMIT_BYTES)


def test_nothing_of_an_invocation_reaches_the_emulator_s_own_log(runtime, deploy, user, caplog):
    runtime.invoke(deploy(ECHO), {}, user)  # the first one has a runtime tell what functions see
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        runtime.invoke(deploy("import logging\ndef main(event, context): logging.error('theirs')\n"), {}, user)
    assert caplog.records == []
