"""The whole state as a document, snapshots, and the ways back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypedDict

from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import Nothing, Operation


def _state_form() -> Mapping[str, Any]:
    parts = {"wxcloud-state": {"type": "integer"}, "functions": {"type": "object"}, "world": {"type": "object"}}
    return {"type": "object", "properties": parts}


class ExportedParts(TypedDict, total=False):
    withoutJournal: Annotated[bool, Takes("Without the exchanges and logs")]


class Document(TypedDict):
    body: Annotated[Mapping[str, Any], Takes(schema=_state_form)]


class NamedSnapshot(TypedDict):
    name: str


class Reset(TypedDict, total=False):
    to: Annotated[str | None, Takes("seed, empty or the name of a snapshot")]
    appid: str | None


class AppIds(TypedDict):
    apps: list[str]


class Snapshot(TypedDict):
    name: str
    savedAt: float


class Snapshots(TypedDict):
    snapshots: list[Snapshot]


class Deleted(TypedDict):
    deleted: str


_STATE: Final = "/emulator/v1/state"
_SNAPSHOTS: Final = f"{_STATE}/snapshots"

EXPORT: Final = Operation(
    "state.export", "GET", _STATE, ExportedParts, dict[str, Any], "All of it as one document, with its toy secrets"
)
IMPORT: Final = Operation(
    "state.import",
    "PUT",
    _STATE,
    Document,
    AppIds,
    "Such a document in the place of what there is",
    has_whole_body=True,
    reads_itself=True,
)
LIST: Final = Operation("snapshots.list", "GET", _SNAPSHOTS, Nothing, Snapshots, "The snapshots")
SAVE: Final = Operation(
    "snapshots.save", "POST", _SNAPSHOTS, NamedSnapshot, Snapshot, "A snapshot of what there is, but the journal"
)
DELETE: Final = Operation(
    "snapshots.delete", "DELETE", f"{_SNAPSHOTS}/{{name}}", NamedSnapshot, Deleted, "Forget a snapshot"
)
RESET: Final = Operation(
    "state.reset", "POST", f"{_STATE}/reset", Reset, Reset, "Back to seed, empty or a snapshot; all, or one app"
)
