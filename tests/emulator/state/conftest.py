"""The state of an emulator, and of another one that has not begun."""

import json

import pytest

from wxemu.state.state import State


@pytest.fixture
def state(world):
    return State(world)


@pytest.fixture
def elsewhere(open_world):
    """An emulator that has not begun."""
    return State(open_world())


@pytest.fixture
def put_document(world):
    """Store a document as functions do."""

    def put(env, key):
        world.store.run("INSERT OR IGNORE INTO collections VALUES (?, 'wxcloud', 'ADMINONLY')", env)
        document = json.dumps({"_id": key})
        world.store.run("INSERT INTO documents VALUES (?, 'wxcloud', ?, 1, ?)", env, json.dumps(key), document)

    return put
