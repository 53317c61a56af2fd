"""The page of the state: export and import, snapshots, resets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from wxemu.console import form, rows
from wxemu.console.page import show
from wxemu.core import apps
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import Message
from wxemu.state import snapshots
from wxemu.state import tables as world_state
from wxemu.state.state import State, parse, text

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

LARGEST_DOCUMENT: Final = 1024 * 1024 * 1024
"""Bytes of a document, which may contain uploaded code and a full journal."""
CONFIRMED: Final = ("reset", "forget")
"""Actions that the page asks to confirm."""


def page(world: World, _deployment: Deployment) -> Response:
    """The state, its snapshots, and forms to reset; with ``?confirm=`` the question whether to do so."""
    query = request.args if request.method == "GET" else {}
    action = query.get("confirm")
    with world.transaction():
        all_snapshots = snapshots.all_snapshots(world)
        sizes = world_state.sizes(world)
        tenants = [app.appid for app in apps.all_apps(world)]
    return show(
        world,
        "state.html",
        "state",
        snapshots=rows.select(all_snapshots, lambda snapshot: snapshot.name),
        sizes=sizes,
        appids=tenants,
        reserved=snapshots.RESERVED,
        confirm=action if action in CONFIRMED else None,
        to=query.get("to", ""),
        of=query.get("of", ""),
    )


def export(world: World, _deployment: Deployment) -> Response:
    """The state as a document, with its toy secrets; ``?journal=1`` includes the exchanges and logs."""
    document = text(State(world).document(has_journal=bool(request.args.get("journal"))))
    answer = Response(document, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="wxcloud-state.json"'
    return answer


def replace(world: World, _deployment: Deployment) -> str:
    """Replace the state by the form's document.

    :raises InputError: no document came, or it was not confirmed; StateError: it is not a state.
    """
    request.max_content_length = LARGEST_DOCUMENT
    document = request.files.get("document")
    if document is None or not document.filename:
        raise InputError(
            Message(
                "document: expected a file, got nothing; `wxemu state export` writes one",
                "document：请选择文件；可用 `wxemu state export` 导出",
            )
        )
    if not form.text("is_sure"):
        raise InputError(
            Message(
                "expected your confirmation that the present state is replaced; nothing was changed",
                "请先确认现有内容可以被替换；没有作任何改动",
            )
        )
    State(world).replace(parse(document.read().decode(errors="replace")))
    return "/state"


def save(world: World, _deployment: Deployment) -> str:
    """Save a snapshot under the form's name.

    :raises SnapshotNameError: not a valid name.
    """
    State(world).save(form.text("name"))
    return "/state"


def forget(world: World, _deployment: Deployment) -> str:
    """Delete the form's snapshot.

    :raises UnknownSnapshotError: there is none.
    """
    snapshots.delete(world, form.text("to"))
    return "/state"


def reset(world: World, _deployment: Deployment) -> str:
    """Go back to the seed, to nothing or to a snapshot, with all apps or with the form's.

    :raises SnapshotError: there is no such snapshot.
    :raises UnknownAppError, SeedError, StateError: there is no such app, now or in the seed or snapshot.
    """
    State(world).reset(form.text("to", is_required=True), appid=form.text("of") or None)
    return "/state"
