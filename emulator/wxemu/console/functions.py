"""The pages of functions: which there are, and one to be invoked and watched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.exceptions import NotFound

from wxemu.cloudbase.callers import SENDERS, send_by_hand
from wxemu.console import declared, form, log, rows, saved_events
from wxemu.console.page import chosen_app, show
from wxemu.console.saved_events import LAST, SavedEvent
from wxemu.core import journal
from wxemu.core.http.body import BodyError
from wxemu.scf import invocation_records
from wxemu.scf.failures import UnknownFunctionError
from wxemu.scf.invocation_records import Choice
from wxemu.wechat import users
from wxemu.wechat.openapis import TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask import Response

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.invocation_records import Record
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import Identity, InstanceState, JSONValue

PLOTTED: Final = 40
"""Invocations in a chart."""
LISTED: Final = 200
"""Invocations that the table goes through; their logs are kept longer."""
TAILED: Final = 3
"""Invocations whose logs stand in the live log at first."""
MOST_SUGGESTED: Final = 100
"""Users whose openids the form suggests."""
MOST_REFUSALS: Final = 50
DEVICE: Final = "console"
"""The visitor's."""
UNDECLARED: Final = "-604101"
"""What the gateway answers to a cloud call that config.json does not declare."""


@dataclass(frozen=True)
class Entry:
    """One function, its instances, its latest invocations (the last one first)."""

    spec: FunctionSpec
    instances: Sequence[InstanceState]
    latest: Sequence[Record]


@dataclass(frozen=True)
class Permissions:
    """Which openapis it may call by cloud call.

    :param file: the config.json that says so, or would.
    :param refused: those that it tried to call, though it says nothing of them.
    :param wanted: what the file needs, so that they are not refused.
    """

    file: Path
    offered: Sequence[str]
    declared: frozenset[str]
    refused: Sequence[str]
    wanted: str


def page(world: World, deployment: Deployment) -> Response:
    """The functions, with their latest invocations."""
    app = chosen_app(world)
    found = declared.of(deployment, app)
    running = [] if app is None else [instance for instance in deployment.instances() if instance.env == app.env]
    entries = rows.of(found.functions, lambda spec: f"{spec.name} {spec.runtime} {spec.handler}")
    return show(
        world,
        "functions.html",
        "functions",
        app=app,
        directory=deployment.catalogue.directory,
        mistake=found.mistake,
        functions=entries,
        entries=[_entry(world, app, spec, running) for spec in entries.shown],
    )


def one(world: World, deployment: Deployment, name: str) -> Response:
    """One function: invoke it, its live log, its instances, what it may call.

    :raises NotFound: nothing of this name is deployed, or there is no app to invoke it for.
    :raises ProjectError: the project cannot be read.
    """
    app, spec = _function(world, deployment, name)
    choice = Choice(env=app.env, function=name)
    wanted = request.args.get("invocation", "")
    with world.transaction():
        latest = invocation_records.list_latest(world, choice, limit=LISTED)
        shown = invocation_records.find(world, app.env, wanted) if wanted else next(iter(latest), None)
        made = [] if shown is None else journal.recent(world, choice=journal.Choice(request_id=shown.request_id))
        saved = saved_events.of_function(world, app.env, name)
        openids = [user.openid for user in users.all_users(world, app.appid)[:MOST_SUGGESTED]]
        permissions = _permissions(world, deployment, app, spec)
    return show(
        world,
        "function.html",
        "functions",
        app=app,
        spec=spec,
        draft=_draft(saved, app, name, openids),
        saved=[entry for entry in saved.values() if entry.name != LAST],
        senders=SENDERS,
        openids=openids,
        shown=shown,
        exchanges=[entry for entry in made if shown is not None and entry.rid != shown.request_id][::-1],
        instances=[running for running in deployment.instances() if (running.env, running.function) == (app.env, name)],
        invocations=rows.of(latest, lambda done: f"{done.request_id} {done.result} {done.log}"),
        plotted=latest[:PLOTTED][::-1],
        tail=[log.shown(line) for done in latest[:TAILED][::-1] for line in done.log.split("\n")],
        permissions=permissions,
    )


def invoke(world: World, deployment: Deployment, name: str) -> str:
    """Run it with the form's event, as the form's sender, and keep that event as the last one.

    :raises BodyError: no JSON, or no event that such a sender sends.
    :raises NotFound: nothing of this name is deployed.
    :raises WeChatError: 40003 nobody has the openid.
    :raises TooManyCallsError: as many calls as may be are in flight.
    """
    app, _ = _function(world, deployment, name)
    event, caller = _send(world, app)
    with world.transaction():
        saved_events.keep(world, _written(app, name, LAST))
    done = deployment.invoke(name, event, caller)
    return address(name, invocation=done.request_id)


def save(world: World, deployment: Deployment, name: str) -> str:
    """Keep the form's event under the form's name.

    :raises BodyError: no name, or no JSON; NotFound: nothing of this name is deployed.
    """
    app, _ = _function(world, deployment, name)
    form.json_value("event")
    saved = _written(app, name, form.text("name", is_required=True))
    with world.transaction():
        saved_events.keep(world, saved)
    return address(name, event=saved.name)


def forget(world: World, deployment: Deployment, name: str) -> str:
    """Forget the saved event that the form names.

    :raises NotFound: there is none.
    """
    app, _ = _function(world, deployment, name)
    with world.transaction():
        if not saved_events.delete(world, app.env, name, form.text("name")):
            raise NotFound(f"{name} has no saved event {form.text('name')!r}")
    return address(name)


def address(name: str, **query: str) -> str:
    """Of a function's page."""
    return f"/functions/{quote(name)}" + (f"?{urlencode(query)}" if query else "")


def _function(world: World, deployment: Deployment, name: str) -> tuple[App, FunctionSpec]:
    app = chosen_app(world)
    if app is None:
        raise NotFound("there is no app whose functions these could be; add one to the seed")
    try:
        return app, deployment.function(app.env, name)
    except UnknownFunctionError as error:
        raise NotFound(str(error)) from None


def _send(world: World, app: App) -> tuple[JSONValue, Identity]:
    """The event that the function gets for the form's ``event``, ``sender`` and ``openid``, and its caller.

    :raises BodyError: no JSON, no sender, or what such a sender does not send.
    :raises WeChatError: 40003 nobody has the openid.
    """
    sender, event = form.one_of("sender", SENDERS), form.json_value("event")
    is_object = event is None or isinstance(event, dict)
    if sender in ("user", "visitor") and not is_object:
        found = type(event).__name__
        raise BodyError(f"event: expected an object, as mini programs and web pages send, got {found}")
    openid = form.text("openid", is_required=sender == "user")
    event = {} if event is None else event
    return send_by_hand(world, app, sender=sender, event=event, openid=openid, device=DEVICE)


def _entry(world: World, app: App | None, spec: FunctionSpec, running: Sequence[InstanceState]) -> Entry:
    latest: list[Record] = []
    if app is not None:
        latest = invocation_records.list_latest(world, Choice(env=app.env, function=spec.name), limit=PLOTTED)
    return Entry(spec, [instance for instance in running if instance.function == spec.name], latest)


def _written(app: App, function: str, name: str) -> SavedEvent:
    """What the form holds."""
    return SavedEvent(
        env=app.env,
        function=function,
        name=name,
        event=form.text("event") or "{}",
        sender=form.one_of("sender", SENDERS),
        openid=form.text("openid"),
    )


def _draft(saved: dict[str, SavedEvent], app: App, function: str, openids: Sequence[str]) -> SavedEvent:
    """What the editor holds: what was refused just now, the event that is asked for, or the last one."""
    if request.method == "POST" and "event" in request.form:
        given = {name: request.form.get(name, "") for name in ("event", "sender", "openid")}
        return SavedEvent(app.env, function, request.form.get("name", ""), **given)
    found = saved.get(request.args.get("event", LAST)) or saved.get(LAST)
    if found is not None:
        return found
    sender, openid = ("user", openids[0]) if openids else ("server", "")
    return SavedEvent(app.env, function, LAST, "{}", sender, openid)


def _permissions(world: World, deployment: Deployment, app: App, spec: FunctionSpec) -> Permissions:
    own, project = spec.directory / "config.json", deployment.catalogue.directory
    refusals = journal.recent(world, choice=journal.Choice(appid=app.appid, errcode=UNDECLARED), limit=MOST_REFUSALS)
    tried = {refusal.api for refusal in refusals if refusal.api and _is_by(world, app, spec.name, refusal.request_id)}
    refused = sorted(tried - spec.openapi_permissions)
    wanted = {"permissions": {"openapi": sorted(spec.openapi_permissions | set(refused))}}
    return Permissions(
        file=own if own.is_file() or project is None else project / "config.json",
        offered=[api.name for api in TABLE if api.has_cloud_call],
        declared=spec.openapi_permissions,
        refused=refused,
        wanted=json.dumps(wanted, indent=2),
    )


def _is_by(world: World, app: App, function: str, request_id: str | None) -> bool:
    done = invocation_records.find(world, app.env, request_id) if request_id else None
    return done is not None and done.function == function
