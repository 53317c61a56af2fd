"""What `cloud.database()` of Python writes wx-server-sdk 4 reads, and the other way round."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

import wxcloud
from wxcloud.database import RegExp

FROM_PYTHON, FROM_NODE = "from_python", "from_node"
MOMENT = datetime(2026, 11, 29, 23, 59, 58, 123_000, tzinfo=UTC)
BYTES = bytes(range(256))
ROUNDED = 4_611_686_018_427_388_000
"""2**62 as JavaScript prints it."""


def node_date(moment: datetime) -> dict[str, Any]:
    return {"$": "date", "at": round(moment.timestamp() * 1000)}


def shown_date(moment: datetime) -> dict[str, Any]:
    return {"$date": round(moment.timestamp() * 1000)}


@dataclass
class Case:
    """A value of Python's, and the same in the forms that database.cjs takes and shows it.

    :param written: what Node writes; the same as Python by default.
    :param shown: what Node reads of Python's; the same as `written` by default.
    :param read: what Python reads of Node's; the same as `value` by default.
    """

    value: Any
    written: Any = ...
    shown: Any = ...
    read: Any = ...

    def __post_init__(self) -> None:
        self.written = self.value if self.written is ... else self.written
        self.shown = self.written if self.shown is ... else self.shown
        self.read = self.value if self.read is ... else self.read


CASES = {
    "Chinese": Case("订单 😀 𠮷 \u2028 \\ \" '"),
    "an empty text": Case(""),
    "null": Case(None),
    "true and false": Case([True, False]),
    "zero": Case(0),
    "an integer of 32 bits": Case(-(2**31)),
    "an integer beyond 32 bits": Case(2**31),
    "the largest of JavaScript": Case(2**53 - 1),
    "the smallest of JavaScript": Case(-(2**53) + 1),
    # Node reads its nearest number, and writes a number's shortest text, as if it were exact [run].
    "an integer of 64 bits": Case(2**62 + 1, 2**62, ROUNDED, ROUNDED),
    "the smallest of 64 bits": Case(-(2**63), -(2**62), -2 * ROUNDED, -ROUNDED),
    "a float": Case(0.1),
    "a small float": Case(5e-324),
    "a large float": Case(1.7976931348623157e308),
    "a whole float, which Node has no other form for": Case(2.0, 2, 2, 2),
    "a date": Case(MOMENT, node_date(MOMENT), shown_date(MOMENT)),
    "a date before 1970": Case(
        MOMENT.replace(year=1969), node_date(MOMENT.replace(year=1969)), shown_date(MOMENT.replace(year=1969))
    ),
    "a regular expression": Case(
        RegExp("^订.单$", "i"),
        {"$": "regexp", "source": "^订.单$", "flags": "i"},
        {"pattern": "^订.单$", "options": "i"},
    ),
    "an empty array": Case([]),
    "arrays in arrays": Case([[1, [2, [None, []]]], [], ["三"]]),
    "objects in arrays": Case([{"a": [{"b": {"c": [1, 2.5]}}]}, {}]),
    "an empty object": Case({}),
    "names in Chinese": Case({"名": {"字": "值"}, "a b": 1}),
    "dates in arrays": Case(
        [MOMENT, {"at": MOMENT}],
        [node_date(MOMENT), {"at": node_date(MOMENT)}],
        [shown_date(MOMENT), {"at": shown_date(MOMENT)}],
    ),
    # wx-server-sdk 4.0.2 writes a Buffer as this object [run]: the bytes are lost before they leave it.
    "bytes": Case(
        BYTES,
        {"$": "buffer", "base64": ""},
        {"sub_type": 0, "buffer": {"$buffer": base64.b64encode(BYTES).decode()}, "position": len(BYTES)},
        {"type": "Buffer", "data": []},
    ),
}
UNEQUAL = {"the smallest of 64 bits", "bytes"}
"""Those that Node cannot write as Python does."""
UNSEARCHABLE = {"a regular expression", "an integer of 64 bits"}
"""As a query the first asks for texts; the second was rounded."""


@pytest.fixture(scope="module")
def database(emulator):
    variables = emulator.environment(function="login")
    return wxcloud.init({}).of({"request_id": "1", "environment": json.dumps(variables)}).database()


@pytest.fixture(scope="module")
def read_by_node(database, emulator, node, tmp_path_factory):
    """What Node reads in Python's documents, by case, once it has written its own."""
    for name in (FROM_PYTHON, FROM_NODE):
        database.create_collection(name)
    database.collection(FROM_PYTHON).add([{"_id": name, "v": case.value} for name, case in CASES.items()])
    written = [{"_id": name, "v": case.written} for name, case in CASES.items()]
    steps = [
        {"do": [["collection", FROM_NODE], ["add", written]]},
        *({"do": [["collection", name], ["limit", 1000], ["get"]]} for name in (FROM_PYTHON, FROM_NODE)),
    ]
    folder = tmp_path_factory.mktemp("interop")
    (folder / "config.json").write_text(json.dumps({"env": "env-demo"}))
    (folder / "cases.json").write_text(json.dumps([steps]))
    files = (str(folder / "config.json"), str(folder / "cases.json"))
    ((added, found, found_own),) = node(
        "database.cjs", "wx-server-sdk", *files, env=emulator.environment(function="login")
    )
    assert "error" not in added, added
    read, own = ({document["_id"]: document["v"] for document in outcome["data"]} for outcome in (found, found_own))
    assert {name for name in CASES if read[name] != own[name]} == UNEQUAL
    return read


@pytest.fixture(scope="module")
def read_by_python(database, read_by_node):
    """What Python reads in Node's."""
    assert set(read_by_node) == set(CASES)
    found = database.collection(FROM_NODE).limit(1000).get()["data"]
    return {document["_id"]: document["v"] for document in found}


@pytest.mark.parametrize("name", CASES)
def test_what_python_writes_node_reads(read_by_node, name):
    assert read_by_node[name] == CASES[name].shown


@pytest.mark.parametrize("name", CASES)
def test_what_node_writes_python_reads(read_by_python, name):
    assert repr(read_by_python[name]) == repr(CASES[name].read)  # 2 is not 2.0, nor is 1 true


@pytest.mark.parametrize("name", sorted(CASES.keys() - UNEQUAL - UNSEARCHABLE))
def test_what_node_writes_python_finds_by_its_value(database, read_by_python, name):
    found = database.collection(FROM_NODE).where({"_id": name, "v": CASES[name].value}).get()["data"]
    assert [document["_id"] for document in found] == [name]
