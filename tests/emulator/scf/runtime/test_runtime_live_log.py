"""What an invocation says is heard line by line, while it runs."""

import json
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.scf.project import FunctionSpec
from wxemu.scf.runtime import Invocation, log
from wxemu.scf.runtime.invocation import exit_failure
from wxemu.scf.runtime.log import LiveLog


def test_a_line_is_heard_before_the_function_goes_on(start_meeting, deploy, user, fifo):
    runtime, heard = start_meeting(), SimpleQueue()
    spec = deploy(
        """
        import os
        def main(event, context):
            print("before")
            open(os.environ["FIFO"]).close()
            print("after")
        """
    )
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runtime.invoke, spec, {}, user, hear=heard.put)
        lines = [heard.get(timeout=20) for _ in range(3)]
        assert not running.done()
        fifo.open("w").close()
        done = running.result()
    assert [lines[0], lines[1].split(" RequestId")[0], lines[2]] == ["START RequestId: req-1", "Init Report", "before"]
    lines += [heard.get_nowait() for _ in range(heard.qsize())]
    assert "\n".join(lines) == log.lines(done, spec)


def test_what_a_function_writes_while_it_is_loaded_is_heard_before_the_init_report(runtime, deploy, user):
    heard = []
    spec = deploy("print('loading')\ndef main(event, context): print('running')\n")
    cold, warm = (runtime.invoke(spec, {}, user, hear=heard.append) for _ in range(2))
    kinds = [line.split(" RequestId")[0] for line in heard]
    assert kinds[:4] == ["START", "loading", "Init Report", "running"]
    assert kinds[7:] == ["START", "running", "Response", "END", "Report"]
    assert sorted(heard) == sorted([*log.lines(cold, spec).split("\n"), *log.lines(warm, spec).split("\n")])


def test_the_report_of_a_cold_start_tells_the_memory_of_then(runtime, deploy, user):
    spec = deploy("def main(event, context): len(bytes(range(256)) * (1 << 18))\n")
    done = runtime.invoke(spec, {}, user)
    assert done.init_memory_bytes + (32 << 20) < done.memory_bytes
    assert f"MemUsage: {done.init_memory_bytes / 2**20:.2f}MB\n" in log.lines(done, spec)


@pytest.mark.parametrize(
    ("statement", "status"), [("os._exit(1)", 439), ("raise ValueError", 430), ("while True: pass", 433)]
)
def test_of_a_failed_invocation_all_is_heard_too(runtime, deploy, user, statement, status):
    spec = deploy(
        f"import os\ndef main(event, context):\n    print('last words')\n    {statement}\n", timeout_seconds=1
    )
    heard = []
    done = runtime.invoke(spec, {}, user, hear=heard.append)
    assert done.failure.status_code == status
    assert "\n".join(heard) == log.lines(done, spec)
    assert "last words" in heard


def test_of_a_refused_event_the_platforms_lines_are_heard(runtime, deploy, user):
    heard = []
    runtime.invoke(deploy("def main(event, context): pass\n"), "x" * (6 << 20), user, hear=heard.append)
    assert [line.split(" ")[0] for line in heard] == ["START", "ERROR", "END", "Report"]


def test_output_beyond_the_limit_is_not_heard(runtime, deploy, user):
    heard = []
    spec = deploy("def main(event, context):\n    for _ in range(3000): print('x' * 1023)\n")
    done = runtime.invoke(spec, {}, user, hear=heard.append)
    assert "\n".join(heard) == log.lines(done, spec)
    assert len(done.log) == 1 << 20


@given(output=st.text(st.characters(exclude_characters="\r")), cuts=st.lists(st.integers(0, 40)))
def test_however_output_comes_it_is_heard_as_it_is_kept(deployed, output, cuts):
    written, heard = output.encode("utf-8", "surrogatepass"), []
    live = LiveLog("req-1", deployed, heard.append)
    live.start()
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), None], strict=True):
        live.write(written[begin:end])
    kept = written.decode("utf-8", "replace")
    done = Invocation("req-1", None, exit_failure(), log=kept, duration_ms=1, is_cold=False)
    live.end(done)
    assert "\n".join(heard) == log.lines(done, deployed)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A function that is not run."""
    folder = tmp_path_factory.mktemp("function")
    return FunctionSpec("fn", folder, None, "index.main", "Python3.11", 30, 256, {}, frozenset())


def test_a_log_is_json_where_the_platform_writes_json(deployed):
    done = Invocation("req-1", {"text": "文"}, None, log="", duration_ms=1.4, is_cold=False, memory_bytes=3 << 19)
    start, response, end, report = log.lines(done, deployed).split("\n")
    assert json.loads(response.removeprefix("Response RequestId:req-1 RetMsg:")) == {"text": "文"}
    assert (start, end) == ("START RequestId: req-1", "END RequestId: req-1")
    assert report == "Report RequestId: req-1 Duration:1ms Memory:256MB MemUsage:1.5MB"
