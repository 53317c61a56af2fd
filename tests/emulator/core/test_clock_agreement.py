"""A client's clock is right if it shows the world's time or this machine's."""

import time

import pytest

NOON = 1_700_000_000.0


@pytest.mark.parametrize(
    ("at", "agrees"), [(NOON - 61, False), (NOON - 60, True), (NOON + 60, True), (NOON + 61, False)]
)
def test_it_may_be_so_many_seconds_from_the_worlds(clock, at, agrees):
    assert clock.agrees(at, within=60) is agrees


def test_it_may_keep_real_time_when_the_worlds_is_moved(clock):
    assert clock.agrees(time.time(), within=60)
