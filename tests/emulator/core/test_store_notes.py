"""Notes, such as the clock and the settings: read once in a decision, and never stale."""

from __future__ import annotations

from contextlib import closing

import pytest

from wxemu.core.store import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "world.sqlite"


@pytest.fixture
def store(path):
    with closing(Store(path)) as opened:
        yield opened


def test_a_note_kept_during_a_decision_is_read_back_in_it(store):
    store.keep_note("clock", 1)

    with store.transaction():
        assert store.note("clock") == 1
        store.keep_note("clock", 2)
        assert store.note("clock") == 2
        store.keep_note("clock", None)
        assert store.note("clock") is None


def test_a_note_of_a_decision_that_failed_is_forgotten(store):
    store.keep_note("clock", 1)

    def decide():
        with store.transaction():
            store.keep_note("clock", 2)
            assert store.note("clock") == 2
            raise LookupError

    with pytest.raises(LookupError):
        decide()

    assert store.note("clock") == 1
    with store.transaction():
        assert store.note("clock") == 1


def test_the_next_decision_sees_what_another_process_kept(store, path):
    with store.transaction():
        assert store.note("clock") is None
    with closing(Store(path)) as other:
        other.keep_note("clock", 2)

    with store.transaction():
        assert store.note("clock") == 2


def test_a_look_outside_a_decision_sees_what_another_process_kept(store, path):
    assert store.note("clock") is None
    with closing(Store(path)) as other:
        other.keep_note("clock", 2)

    assert store.note("clock") == 2


def test_a_note_is_read_once_in_a_decision(store):
    statements = []
    store._connection.set_trace_callback(statements.append)

    with store.transaction():
        store.note("clock")
        store.note("clock")

    assert len(statements) == 3  # BEGIN, one SELECT, COMMIT
