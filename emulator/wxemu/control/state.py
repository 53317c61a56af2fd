"""``/emulator/v1/state``: the whole state as a document, snapshots, and the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request

from wxemu.control import codec
from wxemu.core import apps
from wxemu.core.http import body
from wxemu.state import parse, snapshots, text

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.state import State
    from wxemu.state.snapshots import Snapshot

LARGEST_DOCUMENT: Final = 1024 * 1024 * 1024
"""Bytes of a document: uploaded code and a full journal are in it."""


def exported(state: State) -> Response:
    """The document of it, with secrets; ``?withoutJournal=true`` without the exchanges and logs."""
    document = state.document(has_journal=not codec.flag("withoutJournal"))
    return Response(text(document), content_type="application/json")


def imported(world: World, state: State) -> Response:
    """A document in the place of what there is; the apps that there are then."""
    request.max_content_length = LARGEST_DOCUMENT
    state.replace(parse(request.get_data(cache=False).decode(errors="replace")))
    with world.transaction():
        return jsonify({"apps": [app.appid for app in apps.all_apps(world)]})


def listed(world: World) -> Response:
    """The snapshots."""
    return jsonify({"snapshots": [_shown(snapshot) for snapshot in snapshots.all_snapshots(world)]})


def saved(state: State) -> Response:
    """A new snapshot, or a former one anew."""
    name = body.text(body.of_request(), "name", is_required=True) or ""
    return jsonify(_shown(state.save(name)))


def deleted(world: World, name: str) -> Response:
    """One snapshot less."""
    snapshots.delete(world, name)
    return jsonify({"deleted": name})


def reset(state: State) -> Response:
    """Back to the seed, to nothing or to a snapshot; all of it, or one app."""
    given = body.of_request()
    to, appid = body.encodable_text(given, "to") or "seed", body.encodable_text(given, "appid")
    state.reset(to, appid=appid)
    return jsonify({"to": to} if appid is None else {"to": to, "appid": appid})


def _shown(snapshot: Snapshot) -> dict[str, Any]:
    return {"name": snapshot.name, "savedAt": snapshot.saved_at}
