"""One lane: threads work in turns, and let others work while they wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from wxemu.core.lane import Lane


@pytest.fixture
def lane():
    return Lane()


def test_one_thread_works_at_a_time(lane):
    tried, worked = threading.Event(), threading.Event()

    def work():
        tried.set()
        with lane:
            worked.set()

    with ThreadPoolExecutor() as threads:
        with lane:
            other = threads.submit(work)
            assert tried.wait(60)
            assert not worked.is_set()
        other.result(60)


def test_another_thread_works_while_one_waits_which_goes_on_afterwards(lane):
    def work():
        with lane:
            return threading.get_ident()

    with ThreadPoolExecutor() as threads, lane:
        with lane.left():
            assert threads.submit(work).result(60) != threading.get_ident()
        other = threads.submit(work)
        assert not other.done()
        with lane.left():
            other.result(60)


def test_an_error_while_one_waits_or_works_gives_the_lane_back(lane):
    with pytest.raises(ValueError, match="waiting"), lane, lane.left():
        raise ValueError("waiting")
    with pytest.raises(ValueError, match="working"), lane:
        raise ValueError("working")
    with lane:
        pass


def test_who_does_not_hold_the_lane_just_waits(lane):
    def wait():
        with lane.left():
            return "waited"

    with ThreadPoolExecutor() as threads, lane:
        assert threads.submit(wait).result(60) == "waited"
        other = threads.submit(lane.__enter__)
        assert not other.done()
        with lane.left():
            other.result(60)
            threads.submit(lane.__exit__).result(60)
