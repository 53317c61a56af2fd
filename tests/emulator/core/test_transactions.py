"""Transactions that are committed together."""

from __future__ import annotations

import sqlite3

import pytest

from wxemu.core.world import World


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def other(world, tmp_path):
    """Another process's view of the same state."""
    other = World(tmp_path)
    yield other
    other.close()


def keep(world, name):
    with world.transaction():
        world.store.keep_note(name, value=True)


def fail_to_keep(world, name):
    with world.transaction():
        keep(world, name)
        raise ArithmeticError


def fail_together(world, name):
    with world.store.together():
        keep(world, name)
        raise ArithmeticError


def test_nothing_is_kept_before_the_block_ends(world, other):
    with world.store.together():
        keep(world, "one")
        keep(world, "two")
        assert (world.store.note("one"), other.store.note("one")) == (True, None)
    assert (other.store.note("one"), other.store.note("two")) == (True, True)


def test_where_a_part_fails_none_is_kept(world, other):
    def keep_all():
        with world.store.together() as check:
            keep(world, "one")
            check()
            with pytest.raises(ArithmeticError):
                fail_to_keep(world, "failed")
            with pytest.raises(ArithmeticError):
                check()
            with pytest.raises(ArithmeticError):
                keep(world, "two")

    with pytest.raises(ArithmeticError):
        keep_all()
    assert [world.store.note(name) for name in ("one", "failed", "two")] == [None, None, None]
    keep(world, "three")
    assert other.store.note("three") is True


def test_where_the_state_cannot_be_written_none_is_kept(world, other):
    def write_all():
        with world.store.together():
            keep(world, "one")
            with pytest.raises(sqlite3.Error), world.transaction():
                world.store.run("INSERT INTO nothing VALUES (1)")
            with pytest.raises(sqlite3.Error):
                keep(world, "two")

    with pytest.raises(sqlite3.Error):
        write_all()
    assert [other.store.note(name) for name in ("one", "two")] == [None, None]
    keep(world, "three")
    assert other.store.note("three") is True


def test_an_error_that_leaves_the_block_keeps_none(world, other):
    with pytest.raises(ArithmeticError):
        fail_together(world, "one")
    assert other.store.note("one") is None
    assert world.store.note("one") is None
