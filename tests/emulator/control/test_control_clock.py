"""Moving the one clock."""

import time

import pytest

NOON = 1_700_000_000


def test_a_frozen_clock_stands_still(control):
    assert control.post("clock/freeze", at=NOON) == control.get("clock")
    shown = control.get("clock")
    assert (shown["now"], shown["isFrozen"]) == (NOON, True)


def test_freezing_without_a_time_stops_it_where_it_is(control):
    control.post("clock/release")
    frozen = control.post("clock/freeze")
    assert frozen["isFrozen"]
    assert control.get("clock")["now"] == frozen["now"]


def test_a_frozen_clock_advances_and_stays_frozen(control):
    control.post("clock/freeze", at=NOON)
    shown = control.post("clock/advance", seconds=90.5)
    assert (shown["now"], shown["isFrozen"]) == (NOON + 90.5, True)


def test_a_running_clock_advances_and_runs_on(control):
    control.post("clock/release")
    before = time.time()
    shown = control.post("clock/advance", seconds=3600)
    assert before + 3600 <= shown["now"] <= time.time() + 3600
    assert (shown["isFrozen"], shown["offset"]) == (False, 3600)


def test_advances_add_up(control):
    control.post("clock/release")
    control.post("clock/advance", seconds=100)
    assert control.post("clock/advance", seconds=20)["offset"] == 120


def test_a_released_clock_is_in_step_with_real_time(control):
    control.post("clock/advance", seconds=10**6)
    before = time.time()
    shown = control.post("clock/release")
    assert before <= shown["now"] <= time.time()
    assert (shown["isFrozen"], shown["offset"]) == (False, 0)


@pytest.mark.parametrize("at", [0, 2**32 - 1])
def test_a_rid_tells_any_time_that_the_clock_shows(control, wechat, at):
    control.post("clock/freeze", at=at)
    assert int(wechat.get("/nothing").rid[:8], 16) == at
