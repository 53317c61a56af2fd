"""However the clock is moved, time never runs back but by the hand that says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.clock import FASTEST, Clock, ClockError
from wxemu.core.store import Store

NOON = 1_700_000_000.0
END = 2**32


class Real:
    """The real world's time, which a test lets pass."""

    def __init__(self):
        self.now = NOON

    def time(self):
        return self.now


@pytest.fixture
def real(monkeypatch):
    real = Real()
    monkeypatch.setattr("wxemu.core.clock.time", real)
    return real


@pytest.fixture
def store():
    store = Store()
    yield store
    store.close()


@pytest.fixture
def clock(store, real):
    return Clock(store)


motions = st.one_of(
    st.tuples(st.just("pass"), st.floats(0, 10**6)),
    st.tuples(st.just("advance"), st.floats(0, 10**7)),
    st.tuples(st.just("scale"), st.floats(0, FASTEST, exclude_min=True)),
    st.tuples(st.just("freeze"), st.none()),
)


def move(clock, real, motion, amount):
    if motion == "pass":
        real.now += amount
        return
    try:
        getattr(clock, motion)(amount)
    except ClockError:
        assert motion == "advance"  # to no time that a rid can tell
        assert clock.now() + amount >= END


@given(st.lists(motions))
def test_no_motion_leads_back(clock, real, store, sequence):
    clock.release()
    real.now = NOON
    shown = clock.now()
    for motion, amount in sequence:
        move(clock, real, motion, amount)
        assert clock.now() >= shown
        assert 0 <= clock.now() < END
        assert Clock(store).now() == clock.now()
        shown = clock.now()


@given(st.lists(motions))
def test_released_it_is_in_step_with_real_time(clock, real, sequence):
    real.now = NOON
    for motion, amount in sequence:
        move(clock, real, motion, amount)
    assert clock.release() == real.now
    assert (clock.state().offset, clock.state().is_frozen, clock.state().scale) == (0, False, 1)


@given(st.lists(motions), st.floats(0, FASTEST, exclude_min=True), st.floats(0, 3600))
def test_its_scale_is_how_fast_it_runs(clock, real, sequence, factor, seconds):
    clock.release()
    real.now = NOON
    for motion, amount in sequence:
        move(clock, real, motion, amount)
    began = clock.scale(factor)
    real.now += seconds
    # Floats of these days tell less than a microsecond, which the scale multiplies.
    assert clock.now() == pytest.approx(min(began + seconds * factor, END - 1), rel=0, abs=0.1)


def test_a_new_scale_begins_where_the_old_one_led(clock, real):
    clock.scale(60)
    real.now += 10
    assert clock.scale(0.5) == NOON + 600
    real.now += 10
    assert clock.now() == NOON + 605


def test_a_running_clock_keeps_its_scale_when_it_is_advanced(clock, real):
    clock.scale(60)
    clock.advance(1000)
    real.now += 1
    assert clock.now() == NOON + 1060


def test_freezing_ends_a_scale(clock, real):
    clock.scale(60)
    real.now += 1
    clock.freeze()
    real.now += 1
    assert (clock.now(), clock.state().scale) == (NOON + 60, 0)


def test_it_stops_at_the_last_second_that_a_rid_can_tell(clock, real):
    clock.scale(FASTEST)
    real.now += END
    assert clock.now() == END - 1


@pytest.mark.parametrize("factor", [0, -1, FASTEST + 1, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(clock, factor):
    before = clock.state()
    with pytest.raises(ClockError, match="the clock runs over 0 and up to 86400 times as fast, not"):
        clock.scale(factor)
    assert clock.state() == before


def test_a_scale_outlives_a_restart(tmp_path, real):
    store = Store(tmp_path / "world.sqlite")
    Clock(store).scale(60)
    store.close()
    real.now += 10
    store = Store(tmp_path / "world.sqlite")
    assert Clock(store).now() == NOON + 600
    store.close()


@pytest.mark.parametrize(
    ("at", "agrees"), [(NOON - 61, False), (NOON - 60, True), (NOON + 60, True), (NOON + 61, False)]
)
def test_a_clients_clock_is_right_that_is_so_many_seconds_from_ours(clock, real, at, agrees):
    clock.freeze()
    real.now += 10_000
    assert clock.agrees(at, within=60) is agrees
    assert clock.agrees(real.now, within=60)  # or from this machine's
