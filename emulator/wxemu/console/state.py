"""The page of the whole state: out and in as a document, snapshots, and the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from wxemu.console import form, rows
from wxemu.console.page import show
from wxemu.core import apps
from wxemu.core.http.body import BodyError
from wxemu.state import State, parse, snapshots, text
from wxemu.state import tables as world_state
from wxemu.state.function_store import FunctionStore

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

LARGEST_DOCUMENT: Final = 1024 * 1024 * 1024
"""Bytes of a document: uploaded code and a full journal are in it."""
DEEDS: Final = ("reset", "forget")
"""What the page asks about once more before it is done."""


def page(world: World, _deployment: Deployment) -> Response:
    """What there is, the snapshots, and the ways back; with ``?deed=`` the question whether one is meant."""
    asked = request.args if request.method == "GET" else {}
    deed = asked.get("deed")
    with world.transaction():
        found = snapshots.all_snapshots(world)
        sizes = world_state.sizes(world)
        tenants = [app.appid for app in apps.all_apps(world)]
    return show(
        world,
        "state.html",
        "state",
        snapshots=rows.of(found, lambda snapshot: snapshot.name),
        sizes=sizes,
        appids=tenants,
        reserved=snapshots.RESERVED,
        deed=deed if deed in DEEDS else None,
        to=asked.get("to", ""),
        of=asked.get("of", ""),
    )


def exported(world: World, deployment: Deployment) -> Response:
    """All of it as a document, with its toy secrets; without ``?journal=1`` the exchanges and logs are left out."""
    document = text(_state(world, deployment).document(has_journal=bool(request.args.get("journal"))))
    answer = Response(document, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="wxcloud-state.json"'
    return answer


def replace(world: World, deployment: Deployment) -> str:
    """Put the form's document in the place of all there is.

    :raises BodyError: none came, or nobody said that it is meant; StateError: it is none.
    """
    request.max_content_length = LARGEST_DOCUMENT
    document = request.files.get("document")
    if document is None or not document.filename:
        raise BodyError("document: expected a file, got nothing; `wxemu state export` writes one")
    if not form.text("is_sure"):
        raise BodyError("expected the mark that all there is may go; nothing was changed")
    _state(world, deployment).replace(parse(document.read().decode(errors="replace")))
    return "/state"


def save(world: World, deployment: Deployment) -> str:
    """Save a snapshot under the form's name.

    :raises SnapshotNameError: no name for one.
    """
    _state(world, deployment).save(form.text("name"))
    return "/state"


def forget(world: World, _deployment: Deployment) -> str:
    """Forget the form's snapshot.

    :raises UnknownSnapshotError: there is none.
    """
    snapshots.delete(world, form.text("to"))
    return "/state"


def reset(world: World, deployment: Deployment) -> str:
    """Go back to the seed, to nothing or to a snapshot, with all or with the form's app.

    :raises SnapshotError: there is no such snapshot; UnknownAppError, SeedError, StateError: no such app, or not there.
    """
    _state(world, deployment).reset(form.text("to", is_required=True), appid=form.text("of") or None)
    return "/state"


def _state(world: World, deployment: Deployment) -> State:
    return State(world, FunctionStore(deployment.session_store))
