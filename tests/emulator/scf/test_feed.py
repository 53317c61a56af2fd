"""Lines of logs reach those who listen, and only what they listen to."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from wxemu.scf import feed
from wxemu.scf.feed import Feed, Line
from wxemu.scf.invocation_records import Choice

HELLO = Line(text="hello", env="env-demo", function="greet", request_id="req-1")
ABOUT_A_FILE = Line(text="cloudbaserc.yaml:1: wrong")


def test_a_line_reaches_everybody_who_listens_once():
    lines = Feed()
    lines.publish(HELLO)
    listeners = [lines.listener(Choice()) for _ in range(2)]
    lines.publish(HELLO)
    assert [listener.take() for listener in listeners] == [[HELLO], [HELLO]]
    assert [listener.take() for listener in listeners] == [[], []]


@pytest.mark.parametrize(
    ("choice", "is_heard"),
    [
        (Choice(), True),
        (Choice(env="env-demo", function="greet", request_id="req-1"), True),
        (Choice(env="env-other"), False),
        (Choice(function="part"), False),
        (Choice(request_id="req-2"), False),
    ],
)
def test_only_what_is_chosen_is_heard(choice, is_heard):
    lines = Feed()
    listener = lines.listener(choice)
    lines.publish(HELLO)
    lines.publish(ABOUT_A_FILE)
    heard = listener.take()
    assert (HELLO in heard, ABOUT_A_FILE in heard) == (is_heard, choice == Choice())


def test_credentials_are_struck_out():
    lines = Feed()
    listener = lines.listener(Choice())
    lines.publish(Line(text='{"session_key": "o0q0otL8aEzpcZL/FT9WsQ=="}'))
    assert [line.text for line in listener.take()] == ['{"session_key": "***"}']


def test_who_waits_is_woken_by_a_line():
    lines = Feed()
    listener = lines.listener(Choice())
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(listener.wait, 60)
        lines.publish(HELLO)
        waiting.result(timeout=20)
    assert listener.take() == [HELLO]


def test_of_a_listener_that_takes_nothing_the_oldest_lines_go(monkeypatch):
    monkeypatch.setattr(feed, "MOST_WAITING", 2)
    lines = Feed()
    listener = lines.listener(Choice())
    for number in range(3):
        lines.publish(Line(text=str(number)))
    assert [line.text for line in listener.take()] == ["1", "2"]


def test_a_listener_that_nobody_holds_is_gone():
    lines = Feed()
    listener = lines.listener(Choice())
    assert lines.has_listeners
    del listener
    gc.collect()
    assert not lines.has_listeners
