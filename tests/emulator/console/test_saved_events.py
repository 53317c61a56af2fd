"""Events that somebody keeps at hand."""

from dataclasses import replace

from wxemu.console import saved_events
from wxemu.console.saved_events import SavedEvent

ONE = SavedEvent("env-demo", "ask", "one", '{"a": 1}', "user", "oAlice")


def test_are_kept_by_function_and_name(world):
    others = [replace(ONE, env="env-other"), replace(ONE, function="tell"), replace(ONE, name="two")]
    for saved in (ONE, *others):
        saved_events.keep(world, saved)
    assert saved_events.of_function(world, "env-demo", "ask") == {"one": ONE, "two": others[2]}


def test_of_the_same_name_replace_each_other(world):
    saved_events.keep(world, ONE)
    saved_events.keep(world, replace(ONE, event="{}"))
    assert saved_events.of_function(world, "env-demo", "ask")["one"].event == "{}"


def test_are_forgotten_once(world):
    saved_events.keep(world, ONE)
    assert saved_events.delete(world, "env-demo", "ask", "one")
    assert not saved_events.delete(world, "env-demo", "ask", "one")
    assert saved_events.of_function(world, "env-demo", "ask") == {}
