"""``/live``: a page hears what has changed."""

import json

import pytest

from wxemu.core.http import streams

APPID = "wx1234567890abcdef"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("wxemu.console.live.time.sleep", lambda _: None)


@pytest.fixture
def follow(http):
    """The events of some topics, each as its name and the topics it names; comments are left out."""
    opened = []

    def events(topics):
        answer = http.get(f"/live?on={topics}")
        opened.append(answer)
        assert answer.content_type == "text/event-stream"
        for block in answer.response:
            lines = dict(line.split(": ", 1) for line in block.decode().splitlines() if line and line[0] != ":")
            if lines:
                yield lines["event"], json.loads(lines["data"])

    yield events
    for answer in opened:
        answer.close()


def test_a_page_hears_first_that_it_is_followed(follow):
    assert next(follow("requests,clock")) == ("following", ["requests", "clock"])


@pytest.mark.parametrize(
    ("topic", "change"),
    [
        ("requests", lambda http: http.get("/cgi-bin/token")),
        ("clock", lambda http: http.post("/clock/advance", data={"seconds": "5"})),
        ("faults", lambda http: http.post("/faults/add", data={"api": "*", "errcode": "-1"})),
        ("state", lambda http: http.post("/phone/v1/phones", json={"appid": APPID, "profile": "none"})),
    ],
)
def test_a_page_hears_of_what_changed_and_of_nothing_else(http, follow, topic, change):
    events = follow("requests,invocations,instances,clock,faults,state")
    next(events)
    change(http)
    name, changed = next(events)
    assert name == "changed"
    assert set(changed) == {topic, "state"}


def test_a_page_that_counts_down_hears_of_each_second(http, follow, clock):
    events = follow("seconds")
    next(events)
    clock.advance(1)
    assert next(events) == ("changed", ["seconds"])


def test_changes_between_two_looks_are_told_once(http, follow):
    events = follow("requests")
    next(events)
    for _ in range(3):
        http.get("/cgi-bin/token")
    assert next(events) == ("changed", ["requests"])
    http.get("/cgi-bin/token")
    assert next(events) == ("changed", ["requests"])


@pytest.mark.parametrize("topics", ["", "weather", "requests,weather"])
def test_a_topic_that_is_none_is_refused(http, topics):
    assert http.get(f"/live?on={topics}").status_code == 400


def test_pages_beyond_the_limit_are_refused_until_one_is_left(http, monkeypatch):
    monkeypatch.setattr(streams, "MOST_FOLLOWERS", 2)
    pages = [http.get("/live?on=clock") for _ in range(2)]
    assert http.get("/live?on=clock").status_code == 429
    for page in pages:
        page.close()
    del pages, page
    assert http.get("/live?on=clock").status_code == 200
