"""What a figure of ``scripts/bench`` stands on: every answer was looked at."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "scripts" / "bench.d"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk makes the load (on Debian: apt install wrk)"),
]


@pytest.fixture
def load(monkeypatch):
    """The part of the bench that drives wrk. It is a module of a program, so only a test makes it importable."""
    for name in ("load", "errors"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(BENCH)
    yield importlib.import_module("load")
    for name in ("load", "errors"):
        del sys.modules[name]


@pytest.fixture
def server():
    """Answers every POST with what was sent, and every GET with its path."""

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self, body):
            self.send_response(404 if self.path == "/missing" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer(self.path.encode())

        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def test_right_answers_are_counted_and_what_they_hold_is_kept(load, server):
    sent = load.Load([load.Request("POST", "/", {"code": "abc"})], '"code": "(%w+)"')

    figures = load.run(server, sent, seconds=1, connections=2, keeps=True)

    assert figures.per_second > 0
    assert 0 < figures.p50_ms <= figures.p99_ms
    assert set(figures.kept) == {"abc"}


@pytest.mark.parametrize("path", ["/wrong", "/missing"])
def test_another_answer_or_status_than_the_expected_one_leaves_no_figure(load, server, path):
    sent = load.Load([load.Request("GET", path)], "^/missing$")

    with pytest.raises(load.BenchError, match=rf"expected .*, got for one .*{path}"):
        load.run(server, sent, seconds=1, connections=2)


def test_requests_that_work_once_are_never_sent_twice(load, server):
    sent = load.Load([load.Request("GET", "/once")], "once", is_once=True)

    with pytest.raises(load.BenchError, match="too few to send each once"):
        load.run(server, sent, seconds=1, connections=1)


def test_a_server_that_is_not_there_leaves_no_figure(load):
    sent = load.Load([load.Request("GET", "/")], "")

    with pytest.raises(load.BenchError, match=r"wrk failed|broke"):
        load.run("http://127.0.0.1:1", sent, seconds=1, connections=1)


ALONE = """
import json, emulator_bench, instances
print(json.dumps([row.document() for row in emulator_bench.measure_instances(instances.measure(is_quick=True))]))
"""


def test_the_rows_of_instances_come_with_what_was_aimed_at():
    told = subprocess.run([sys.executable, "-c", ALONE], cwd=BENCH, check=True, capture_output=True, text=True)

    cold, warm = json.loads(told.stdout)

    assert (cold["name"], warm["name"]) == ("cold start of an instance", "warm call, over one in one's own process")
    assert cold["emulator"] > warm["emulator"] > 0
    assert re.fullmatch(r"<= 30 \+ \d+", cold["aim"])
    assert (warm["aim"], type(cold["isMet"]), type(warm["isMet"])) == ("<= 3", bool, bool)


def test_each_store_is_measured_with_genuine_confirmations():
    command = [sys.executable, str(BENCH), "--stores", "--quick", "--json"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["rows"]

    stores = [row.pop("store") for row in rows]
    assert stores[:2] == ["SQLite", "document database"]
    assert stores[2:] == (["Redis"] if shutil.which("redis-server") else [])
    for row in rows:
        assert row["verificationMs"] > row["challengeMs"] > 0
        assert min(row["sessionMs"], row["coldStartMs"]) > 0
