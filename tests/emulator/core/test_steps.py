"""Work in steps: on a thread, which waits, decides, and lets others have the lane meanwhile."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from wxemu.core.lane import Lane
from wxemu.core.steps import ELSEWHERE, Decision, Turn, Turns, Wait, run_through, take_turns

SECONDS = 60


def test_steps_are_sent_what_came_of_what_they_wanted():
    def steps():
        decided = yield Decision(lambda: "decided")
        waited = yield Wait(lambda: "waited")
        nothing = yield ELSEWHERE
        return decided, waited, nothing

    assert run_through(steps()) == ("decided", "waited", False)


@pytest.mark.parametrize("kind", [Decision, Wait])
def test_an_error_is_for_the_steps_to_judge(kind):
    def fail():
        raise ValueError("what was wanted")

    def steps(*, catches):
        try:
            yield kind(fail)
        except ValueError:
            if not catches:
                raise
        return "caught"

    assert run_through(steps(catches=True)) == "caught"
    with pytest.raises(ValueError, match="what was wanted"):
        run_through(steps(catches=False))


def test_steps_that_were_begun_elsewhere_are_gone_on_with():
    def steps():
        first = yield Wait(lambda: "first")
        return first, (yield Wait(lambda: "second"))

    begun = steps()
    assert run_through(begun, wanted=next(begun)) == ("first", "second")


def test_others_have_the_lane_while_there_is_something_to_wait_for_and_not_in_between():
    lane, in_decision, begun, released = Lane(), [], threading.Event(), threading.Event()

    def steps():
        yield Decision(lambda: in_decision.append(other.done()))
        begun.set()
        yield Wait(lambda: other.result(SECONDS))
        assert released.is_set()

    def take_the_lane():
        assert begun.wait(SECONDS)
        with lane:
            released.set()

    with ThreadPoolExecutor() as threads:
        other = threads.submit(take_the_lane)
        take_turns(steps(), lane)
    assert in_decision == [False]


def test_there_are_so_many_turns_at_one_time_and_the_next_comes_when_one_ends():
    turns, told = Turns(2), []
    one, two, three, four = (Turn(turns) for _ in range(4))
    assert [turn.has_come for turn in (one, two, three, four)] == [True, True, False, False]
    three.tell(lambda: told.append("three"))
    one.end()
    assert told == ["three"]
    assert not four.has_come
    two.end()
    four.tell(lambda: told.append("four"))
    assert told == ["three", "four"]


def test_who_gives_up_waiting_keeps_nobody_waiting():
    turns = Turns(1)
    one, two, three = (Turn(turns) for _ in range(3))
    two.end()
    one.end()
    assert three.has_come
    three.end()
    assert Turn(turns).has_come


def test_a_thread_waits_for_its_turn():
    turns = Turns(1)
    one, two = Turn(turns), Turn(turns)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(two)
        time.sleep(0.01)
        assert not waiting.done()
        one.end()
        waiting.result(SECONDS)
