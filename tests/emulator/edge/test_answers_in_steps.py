"""Answers in steps: taken on the event loop as long as that need not wait, and on a thread from then on."""

from __future__ import annotations

import os
import selectors
import threading
import time
from contextlib import contextmanager

import pytest
from tests.emulator.edge.test_edge import CLOSE, SECONDS, client, read_all, request, send, serving

from wxemu.core.lane import Lane
from wxemu.core.steps import ELSEWHERE, POSTPONE, Decision, Postponed, Ready, Turn, Turns, Wait

LANE = Lane()


class Application:
    """Answers with what its steps return, and remembers on which threads they were taken."""

    def __init__(self, steps):
        self.steps = steps
        self.threads = []
        self.is_held, self.released = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/now/hello":
            return self.answer("hello")(environ, start_response)
        if environ["PATH_INFO"] == "/now/busy":
            self.is_held.set()
            self.released.wait(SECONDS)
            return self.answer("busy")(environ, start_response)
        POSTPONE.get()(Postponed(self.answering(), LANE))
        start_response("200 OK", [])
        return []

    def answering(self):
        return self.answer((yield from self.steps(self)))

    def answer(self, text):
        def answered(_environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [text.encode()]

        return answered

    def note(self):
        """Whether a step is taken on the event loop."""
        self.threads.append("loop" if not threading.current_thread().name.startswith("waiting") else "thread")


def ask(steps, **options):
    """What is answered, and where each step was taken."""
    application = Application(steps)
    with serving(application, **options) as address:
        told = send(address, request("/now", CLOSE))
    return told.partition(b"\r\n\r\n")[2].decode(), application.threads


def test_what_is_decided_is_decided_on_the_loop():
    def steps(application):
        decided = yield Decision(lambda: "decided")
        application.note()
        return decided

    assert ask(steps) == ("decided", ["loop"])


@pytest.mark.parametrize("wanted", [ELSEWHERE, Wait(lambda: time.sleep(0.01))])
def test_what_may_take_long_is_waited_for_on_a_thread_which_goes_on(wanted):
    def steps(application):
        application.note()
        yield wanted
        application.note()
        decided = yield Decision(lambda: "decided")
        application.note()
        return decided

    assert ask(steps) == ("decided", ["loop", "thread", "thread"])


@contextmanager
def pipe():
    reading, writing = os.pipe()
    with selectors.DefaultSelector() as selector, os.fdopen(reading, "rb"), os.fdopen(writing, "wb", 0) as end:
        selector.register(reading, selectors.EVENT_READ)
        yield selector, reading, end


def test_a_descriptor_is_waited_for_on_the_loop():
    def steps(application):
        with pipe() as (selector, reading, end):
            threading.Timer(0.05, end.write, [b"here"]).start()
            assert (yield Ready(selector, time.monotonic() + SECONDS)) == {reading}
        application.note()
        return "ready"

    assert ask(steps) == ("ready", ["loop"])


def test_a_descriptor_that_is_not_ready_in_time_is_waited_for_no_longer():
    def steps(application):
        with pipe() as (selector, reading, end):
            assert (yield Ready(selector, time.monotonic() + 0.05)) == set()
            yield ELSEWHERE
            assert (yield Ready(selector, time.monotonic() + 0.05)) == set()
            threading.Timer(0.05, end.write, [b"here"]).start()
            assert (yield Ready(selector, time.monotonic() + SECONDS)) == {reading}
        application.note()
        return "ready"

    assert ask(steps) == ("ready", ["thread"])


def test_a_turn_is_waited_for_on_the_loop_and_holds_nobody_up():
    turns = Turns(1)
    first = Turn(turns)

    def steps(application):
        turn = Turn(turns)
        yield turn
        application.note()
        turn.end()
        return "had its turn"

    application = Application(steps)
    application.released.set()
    with serving(application) as address, client(address) as waiting:
        waiting.sendall(request("/now", CLOSE))
        assert send(address, request("/now/busy", CLOSE)).endswith(b"busy")
        first.end()
        assert read_all(waiting).endswith(b"had its turn")
    assert application.threads == ["loop"]


@pytest.mark.parametrize("kind", [Decision, Wait])
def test_an_error_is_for_the_steps_to_judge(kind):
    def fail():
        raise OSError

    def steps(_application):
        try:
            yield kind(fail)
        except OSError:
            return "judged"

    assert ask(steps)[0] == "judged"


def test_steps_that_fail_are_a_fault_that_ends_nothing_else(caplog):
    def steps(_application):
        yield ELSEWHERE
        raise LookupError("of these steps")

    application = Application(steps)
    application.released.set()
    with serving(application) as address:
        assert send(address, request("/now", CLOSE)).startswith(b"HTTP/1.1 500 ")
        assert send(address, request("/now/busy", CLOSE)).endswith(b"busy")
    assert "a fault of the emulator" in caplog.text


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_has_come_at_the_same_time_is_kept_together_before_the_steps_go_on(is_kept):
    decided, kept, gone_on = [], [], []

    @contextmanager
    def together():
        before = len(decided)
        yield bool
        if len(decided) > before:
            kept.append(len(decided))
            if not is_kept:
                raise OSError

    def steps(_application):
        yield Decision(lambda: decided.append(None))
        gone_on.append(list(kept))
        return "done"

    application = Application(steps)
    with (
        serving(application, together=together) as address,
        client(address) as holding,
        client(address) as one,
        client(address) as two,
    ):
        for connected in (one, two):  # both are known to the loop then
            connected.sendall(request("/now/hello"))
            assert connected.recv(1000).endswith(b"hello")
        holding.sendall(request("/now/busy", CLOSE))
        assert application.is_held.wait(SECONDS)
        for connected in (one, two):
            connected.sendall(request("/now", CLOSE))
        application.released.set()
        assert read_all(one).endswith(b"done")
        assert read_all(two).endswith(b"done")
    assert gone_on == [[2], [2]]
    assert len(decided) == (2 if is_kept else 4)  # decided again, each by itself


def test_where_there_is_no_further_thread_the_steps_are_told(monkeypatch):
    def refuse(*_):
        raise RuntimeError("no further thread")

    def steps(_application):
        try:
            yield ELSEWHERE
        except RuntimeError as error:
            return str(error)

    monkeypatch.setattr("wxemu.edge.edge.Edge.on_thread", refuse)
    assert ask(steps)[0] == "no further thread"
