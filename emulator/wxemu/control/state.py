"""Answers on the whole state as a document, on snapshots, and on the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from wxemu.control.operations import state as operations
from wxemu.core import apps
from wxemu.core.http.serving import answers
from wxemu.state import snapshots
from wxemu.state.state import parse, text

if TYPE_CHECKING:
    from wxemu.control.operations.state import (
        AppIds,
        Deleted,
        Document,
        ExportedParts,
        NamedSnapshot,
        Reset,
        Snapshot,
        Snapshots,
    )
    from wxemu.control.platform import Platform
    from wxemu.core.http.operations import Nothing

LARGEST_DOCUMENT: Final = 1024 * 1024 * 1024
"""Bytes of a document: uploaded code and a full journal are in it."""


@answers(operations.EXPORT)
def export_state(platform: Platform, given: ExportedParts) -> Response:
    """The document of it, with secrets."""
    document = platform.state.document(has_journal=not given.get("withoutJournal", False))
    return Response(text(document), content_type="application/json")


@answers(operations.IMPORT)
def import_state(platform: Platform, _given: Document) -> AppIds:
    """Put a document in the place of what there is; the apps that there are then."""
    request.max_content_length = LARGEST_DOCUMENT
    platform.state.replace(parse(request.get_data(cache=False).decode(errors="replace")))
    with platform.world.transaction():
        return {"apps": [app.appid for app in apps.all_apps(platform.world)]}


@answers(operations.LIST)
def list_snapshots(platform: Platform, _given: Nothing) -> Snapshots:
    """The snapshots, by name."""
    return {"snapshots": [_snapshot(snapshot) for snapshot in snapshots.all_snapshots(platform.world)]}


@answers(operations.SAVE)
def save_snapshot(platform: Platform, given: NamedSnapshot) -> Snapshot:
    """Save a snapshot; a former one of this name is replaced."""
    return _snapshot(platform.state.save(given["name"]))


@answers(operations.DELETE)
def delete_snapshot(platform: Platform, given: NamedSnapshot) -> Deleted:
    """Forget a snapshot."""
    snapshots.delete(platform.world, given["name"])
    return {"deleted": given["name"]}


@answers(operations.RESET)
def reset_state(platform: Platform, given: Reset) -> Reset:
    """Go back to the seed, to nothing or to a snapshot; all, or one app."""
    to, appid = given.get("to") or "seed", given.get("appid")
    platform.state.reset(to, appid=appid)
    return {"to": to} if appid is None else {"to": to, "appid": appid}


def _snapshot(snapshot: snapshots.Snapshot) -> Snapshot:
    return {"name": snapshot.name, "savedAt": snapshot.saved_at}
