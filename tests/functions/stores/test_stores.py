"""What every store promises: one winner, whoever else asks at the same time, and never a guess."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import wxcloud
from wxcloud.errors import CloudError, StoreFailure
from wxcloud.store import cloudbase

pytestmark = pytest.mark.slow  # a Redis, and an emulator

SHARED = Path(__file__).parents[3] / "functions" / "_shared"
NOW = float(int(time.time()))
LATER = NOW + 300
TABLE = "challenges"
DAY = 86_400


@pytest.fixture
def store(wx_store, environ, context_of, unique):
    return Named(wxcloud.init({**environ, "WX_STORE": wx_store}).of(context_of())._store(), unique)


@pytest.fixture
def unique(request):
    return request.node.nodeid


class Named:
    """A store, in which the rows of one test have names of their own."""

    def __init__(self, store, prefix):
        self._store = store
        self._prefix = prefix

    def __getattr__(self, name):
        return lambda table, row_id, *rest, **named: getattr(self._store, name)(
            table, f"{self._prefix} {row_id}", *rest, **named
        )


def test_what_was_replaced_is_found(store):
    assert store.find("sessions", "a") is None
    store.replace("sessions", "a", "one", expires_at=LATER)
    store.replace("sessions", "a", "中文\x00'\"$where", expires_at=LATER)
    found = store.find("sessions", "a")
    assert (found.value, found.expires_at, found.used_by) == ("中文\x00'\"$where", LATER, "")
    assert store.find("challenges", "a") is None


def test_a_row_is_inserted_once(store):
    assert store.insert(TABLE, "a", "one", now=NOW, expires_at=LATER)
    assert not store.insert(TABLE, "a", "two", now=NOW, expires_at=LATER)
    assert store.find(TABLE, "a").value == "one"


def test_a_row_is_consumed_once_and_in_time(store):
    assert not store.consume(TABLE, "a", now=NOW)
    store.insert(TABLE, "a", "one", now=NOW, expires_at=LATER)
    assert store.consume(TABLE, "a", now=NOW)
    assert not store.consume(TABLE, "a", now=NOW)
    assert store.find(TABLE, "a").used_by
    store.insert(TABLE, "b", "one", now=NOW, expires_at=LATER)
    assert not store.consume(TABLE, "b", now=LATER)


def test_rows_that_ended_long_ago_are_taken_away_though_each_invocation_has_a_store_of_its_own(
    environ, wx_store, context_of, unique, monkeypatch
):
    monkeypatch.setattr(cloudbase, "SWEEP_EVERY", 4)
    instance, context = wxcloud.init({**environ, "WX_STORE": wx_store}), context_of()
    for number, ended in enumerate([NOW - 2 * DAY, NOW - 1, *[LATER] * 60]):
        store = Named(instance.of(context)._store(), unique)
        assert store.insert(TABLE, str(number), "one", now=min(ended, NOW), expires_at=ended)
    assert store.find(TABLE, "0") is None
    assert store.find(TABLE, "1").value == "one"


def test_a_counter_only_grows(store):
    numbers = [5, 5, 4, 6, 2**53 - 1, 2**53 - 1, 1]
    grown = [store.advance("counters", "a", number) for number in numbers]
    assert grown == [True, False, False, True, True, False, False]


def test_a_lock_has_one_owner_until_it_ends(store):
    assert store.acquire("tokens", "a", owner="me", now=NOW, until=NOW + 10)
    assert not store.acquire("tokens", "a", owner="you", now=NOW, until=NOW + 10)
    assert store.acquire("tokens", "a", owner="me", now=NOW, until=NOW + 10)
    assert store.acquire("tokens", "a", owner="you", now=NOW + 10, until=NOW + 20)
    store.release("tokens", "a", owner="me")
    assert not store.acquire("tokens", "a", owner="me", now=NOW + 11, until=NOW + 20)
    store.release("tokens", "a", owner="you")
    assert store.acquire("tokens", "a", owner="me", now=NOW + 12, until=NOW + 20)


@pytest.mark.parametrize(
    "name", ["a'; DROP TABLE wxcloud_rows; --", "*\r\nDEL a\r\n", '{"$ne": null}', "a:b|c", "\x00", "é" * 200]
)
def test_no_name_means_another_row(store, name):
    store.insert(TABLE, "other", "kept", now=NOW, expires_at=LATER)
    assert store.insert(TABLE, name, "one", now=NOW, expires_at=LATER)
    assert store.consume(TABLE, name, now=NOW)
    other = store.find(TABLE, "other")
    assert (other.value, other.used_by) == ("kept", "")


def test_of_threads_that_consume_one_wins(store):
    store.insert(TABLE, "a", "one", now=NOW, expires_at=LATER)
    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(lambda _: store.consume(TABLE, "a", now=NOW), range(100)))
    assert won.count(True) == 1


PROGRAM = """
import json, sys, wxcloud
store = wxcloud.init({"WX_STORE": sys.argv[1]}).of(json.loads(sys.argv[4]))._store()
sys.stdin.readline()
print(sum(store.consume("challenges", f"{sys.argv[2]} {number}", now=float(sys.argv[3])) for number in range(100)))
"""


def test_of_processes_that_consume_one_wins(store, wx_store, context_of, unique):
    for number in range(100):
        store.insert(TABLE, str(number), "one", now=NOW, expires_at=LATER)
    command = [sys.executable, "-c", PROGRAM, wx_store, unique, str(NOW), json.dumps(context_of())]
    racing = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(SHARED)}
        )
        for _ in range(4)
    ]
    won = [int(process.communicate("go\n")[0]) for process in racing]
    assert sum(won) == 100


class TestDown:
    """A store that cannot be asked is an error, and never a "no"."""

    @pytest.mark.parametrize(
        "setting", ["sqlite:/nowhere/at/all.sqlite3", "redis://127.0.0.1:1/0", "rediss://127.0.0.1:1/0"]
    )
    def test_it_is_said(self, environ, setting):
        store = wxcloud.init({**environ, "WX_STORE": setting}).of({})._store()
        for ask in (
            lambda: store.find(TABLE, "a"),
            lambda: store.consume(TABLE, "a", now=NOW),
            lambda: store.advance("counters", "a", 1),
        ):
            with pytest.raises(StoreFailure, match="WX_STORE") as failed:
                ask()
            assert failed.value.errCode == -501001

    def test_a_redis_that_was_killed_is_used_again_once_it_is_back(self, environ, redis_server):
        store = wxcloud.init({**environ, "WX_STORE": redis_server.address}).of({})._store()
        assert store.insert(TABLE, "killed", "one", now=NOW, expires_at=LATER)
        assert store.consume(TABLE, "killed", now=NOW)
        redis_server.kill()
        with pytest.raises(StoreFailure):
            store.consume(TABLE, "killed", now=NOW)
        redis_server.start()
        assert not store.consume(TABLE, "killed", now=NOW)

    @pytest.mark.parametrize("setting", ["mongodb://a", "redis://", "sqlite:", "sqlite", "CLOUDBASE", "https://a/b"])
    def test_another_setting_is_named(self, environ, setting):
        with pytest.raises(CloudError, match="WX_STORE must be"):
            wxcloud.init({**environ, "WX_STORE": setting}).of({})._store()
