"""Errors that the machine causes, as the faces and the log tell them; and the thread that makes keys."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from wxemu.core import keys
from wxemu.core.watched_thread import WatchedThread

APPID = "wx1234567890abcdef"
UNSERVED = "the emulator cannot serve this now; its log says why"


@pytest.fixture(autouse=True)
def _told_each_time(monkeypatch):
    monkeypatch.setattr("wxemu.core.troubles.SILENT_SECONDS", 0)


def readiness(http):
    answer = http.get("/readyz")
    return answer.status_code, "" if answer.status_code == 200 else answer.json["error"]["message"]


@dataclass(frozen=True)
class Ailment:
    """What is done to a state, and undone; what is told of it; and what of our own interfaces meets it as well."""

    damage: str
    mending: str
    told: str
    path: str | None = None


AILMENTS = [
    Ailment("PRAGMA query_only = 1", "PRAGMA query_only = 0", "it is read-only", "/emulator/v1/readyz"),
    Ailment("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 100000", "the disk that holds the state is full"),
    Ailment(
        "ALTER TABLE exchanges RENAME TO lost",
        "ALTER TABLE lost RENAME TO exchanges",
        "no such table: exchanges",
        "/emulator/v1/exchanges",
    ),
    Ailment(
        "INSERT OR REPLACE INTO meta VALUES ('settings', '[1]')",
        "DELETE FROM meta WHERE name = 'settings'",
        "the state is damaged: what it keeps as settings is none of ours",
        "/emulator/v1/settings",
    ),
    Ailment(
        "INSERT OR REPLACE INTO meta VALUES ('clock', '{')",
        "DELETE FROM meta WHERE name = 'clock'",
        "the state is damaged: what it keeps as clock is none of ours",
        "/emulator/v1/clock",
    ),
    Ailment(
        "INSERT OR REPLACE INTO meta VALUES ('settings', CAST(x'ff' AS TEXT))",
        "DELETE FROM meta WHERE name = 'settings'",
        "the state is damaged (Could not decode",
        "/emulator/v1/settings",
    ),
]


@pytest.mark.parametrize("ailment", AILMENTS, ids=lambda ailment: ailment.told)
def test_what_ails_the_state_is_a_system_error_and_a_sentence_until_it_is_mended(http, world, wechat, caplog, ailment):
    world.store.run(ailment.damage)

    answers = (wechat.stable_token() for _ in range(300))  # a full disk takes some more
    refused = next(answer.members for answer in answers if not answer.is_success)
    ours = None if ailment.path is None else http.get(ailment.path).status_code
    said = caplog.text
    world.store.run(ailment.mending)

    assert refused["errcode"] == -1
    assert refused["errmsg"].startswith("system error")  # with a rid, where that can still be kept
    assert ours in (None, 500, 503)
    assert ailment.told in said
    assert "Traceback" not in said
    assert wechat.stable_token().is_success


def test_a_page_of_the_console_is_still_a_page(http, world):
    world.store.run("DROP TABLE apps")

    shown = http.get("/users")

    assert (shown.status_code, shown.mimetype) == (500, "text/html")
    assert UNSERVED in shown.text


def test_cos_answers_in_xml(http, world):
    world.store.run("ALTER TABLE meta RENAME TO lost")

    refused = http.put(
        "/2026-01-01/code.zip", data=b"x", headers={"Authorization": "q-ak=AKIDlocal&q-sign-algorithm=x"}
    )

    assert (refused.status_code, refused.mimetype) in ((500, "application/xml"), (403, "application/xml"))


def test_an_answer_that_is_decided_stands_though_the_journal_cannot_keep_it(http, world, caplog):
    world.store.run("ALTER TABLE exchanges RENAME TO lost")

    logged_in = http.post(
        "/auth/v1/signin/anonymously?client_id=env-demo", headers={"X-Device-Id": "device-of-bob"}, json={}
    )

    assert logged_in.json["token_type"] == "Bearer"
    assert "no such table: exchanges" in caplog.text


def test_the_same_sentence_is_said_once_in_some_seconds(http, world, wechat, caplog, monkeypatch):
    monkeypatch.setattr("wxemu.core.troubles.SILENT_SECONDS", 60)
    world.store.run("DROP TABLE quotas")

    for _ in range(20):
        assert wechat.plain_token().errcode == -1

    assert caplog.text.count("no such table: quotas") == 1


class TestKeys:
    @pytest.fixture
    def dry(self, world):
        world.store.run("DELETE FROM rsa_keys")
        return world

    def new_phone(self, http):
        return http.post("/phone/v1/phones", json={"appid": APPID, "profile": "android"})

    def test_nobody_waits_for_ever_for_a_key_that_cannot_be_made(self, dry, http, monkeypatch):
        monkeypatch.setattr(keys, "_WAIT_OF_FAILED", 0.1)
        monkeypatch.setattr(keys, "_PAUSE", 0.05)
        made = dry.keys._make
        monkeypatch.setattr(dry.keys, "_make", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))

        refused = self.new_phone(http)
        unready = readiness(http)
        monkeypatch.setattr(dry.keys, "_make", made)
        monkeypatch.setattr(keys, "_WAIT_OF_FAILED", 20)

        assert refused.status_code == 503
        assert refused.json["error"]["message"].startswith(
            "no RSA key was made for 0.1 seconds: No space left on device"
        )
        assert unready[0] == 503
        assert unready[1].startswith("keys failed: No space left on device")
        assert self.new_phone(http).status_code == 200
        assert readiness(http) == (200, "")

    def test_nobody_waits_for_ever_for_a_key_that_takes_too_long(self, dry, http, monkeypatch):
        monkeypatch.setattr(keys, "LONGEST_WAIT", 0.2)
        is_over = threading.Event()
        monkeypatch.setattr(dry.keys, "_make", lambda _: is_over.wait(30) and "")

        refused = self.new_phone(http)
        is_over.set()

        assert refused.status_code == 503
        assert "this machine is too busy" in refused.json["error"]["message"]


def test_work_that_fails_is_reported_and_begun_again():
    reports, is_done, turns = [], threading.Event(), iter([ValueError("first"), OSError("second"), None])

    def work():
        failure = next(turns)
        if failure is not None:
            raise failure
        is_done.set()

    thread = WatchedThread("work", work, on_failure=reports.append, pause=0.001)
    thread.start()

    assert is_done.wait(10)
    thread.stop()
    assert [str(report) for report in reports] == ["first", "second"]
