"""The pages of functions: the list, and one function to invoke and watch."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.exceptions import NotFound

from wxemu.cloudbase.callers import SENDERS, send_by_hand
from wxemu.console import form, rows, samples, saved_events
from wxemu.console.live import classify_line
from wxemu.console.page import chosen_app, show
from wxemu.console.saved_events import LAST, SAMPLE, SavedEvent
from wxemu.core import journal, messages
from wxemu.core.http import language
from wxemu.core.http.inputs import expected_instead
from wxemu.core.http.language import say
from wxemu.core.messages import Message
from wxemu.core.text import describe_kind
from wxemu.scf import invocation_records
from wxemu.scf.failures import UnknownFunctionError
from wxemu.scf.invocation_records import Choice
from wxemu.scf.project import ProjectError
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
"""Invocations in the table; logs are kept longer."""
TAILED: Final = 3
"""Invocations whose logs the live log begins with."""
MOST_SUGGESTED: Final = 100
"""Openids that the form suggests."""
MOST_REFUSALS: Final = 50
DEVICE: Final = "console"
"""The device id of a visitor."""
UNDECLARED: Final = "-604101"
"""The gateway's answer to a cloud call that config.json does not declare."""


@dataclass(frozen=True)
class DeclaredFunctions:
    """The functions of an environment; ``mistake`` says what is wrong with the project, if anything is."""

    functions: tuple[FunctionSpec, ...]
    mistake: str | None = None


@dataclass(frozen=True)
class Entry:
    """One function, its instances, its latest invocations (newest first)."""

    spec: FunctionSpec
    instances: Sequence[InstanceState]
    latest: Sequence[Record]


@dataclass(frozen=True)
class Permissions:
    """The openapis that a function may use by cloud call.

    :param file: the config.json that declares them, or should.
    :param refused: openapis that it called although they are not declared.
    :param proposal: the file's text with the refused openapis declared too.
    """

    file: Path
    offered: Sequence[str]
    declared: frozenset[str]
    refused: Sequence[str]
    proposal: str


def list_declared(deployment: Deployment, app: App | None) -> DeclaredFunctions:
    """The functions of an app's environment; without an app, of the project's environment."""
    try:
        return DeclaredFunctions(tuple(deployment.functions(None if app is None else app.env).values()))
    except ProjectError as error:
        return DeclaredFunctions((), say(error.message))


def page(world: World, deployment: Deployment) -> Response:
    """The functions, with their latest invocations."""
    app = chosen_app(world)
    declared = list_declared(deployment, app)
    running = [] if app is None else [instance for instance in deployment.instances() if instance.env == app.env]
    entries = rows.select(declared.functions, lambda spec: f"{spec.name} {spec.runtime} {spec.handler}")
    return show(
        world,
        "functions.html",
        "functions",
        app=app,
        directory=deployment.catalogue.directory,
        mistake=declared.mistake,
        functions=entries,
        entries=[_entry(world, app, spec, running) for spec in entries.visible],
    )


def one(world: World, deployment: Deployment, name: str) -> Response:
    """One function: a form to invoke it, its live log, its instances, its permissions.

    :raises NotFound: nothing of this name is deployed, or there is no app to invoke it for.
    :raises ProjectError: the project cannot be read.
    """
    app, spec = _function(world, deployment, name)
    choice = Choice(env=app.env, function=name)
    request_id = request.args.get("invocation", "")
    with world.transaction():
        latest = invocation_records.list_latest(world, choice, limit=LISTED)
        record = invocation_records.find(world, app.env, request_id) if request_id else next(iter(latest), None)
        made = [] if record is None else journal.list_latest(world, choice=journal.Choice(request_id=record.request_id))
        saved = saved_events.of_function(world, app.env, name)
        openids = [user.openid for user in users.all_users(world, app.appid)[:MOST_SUGGESTED]]
        permissions = _permissions(world, deployment, app, spec)
    strike_out = world.secret_values.strike_out
    latest, record, made = strike_out(latest), strike_out(record), strike_out(made)
    return show(
        world,
        "function.html",
        "functions",
        app=app,
        spec=spec,
        draft=_draft(saved, app, spec, openids),
        has_sample=name in samples.SAMPLES,
        needs_sample=name in samples.SAMPLES and LAST not in saved and _name_of_event() == LAST,
        saved=[entry for entry in saved.values() if entry.name not in {LAST, SAMPLE}],
        senders=SENDERS,
        openids=openids,
        record=record,
        exchanges=[entry for entry in made if record is not None and entry.rid != record.request_id][::-1],
        instances=[running for running in deployment.instances() if (running.env, running.function) == (app.env, name)],
        invocations=rows.select(latest, lambda done: f"{done.request_id} {done.result} {done.log}"),
        plotted=latest[:PLOTTED][::-1],
        tail=[classify_line(line) for done in latest[:TAILED][::-1] for line in done.log.split("\n")],
        permissions=permissions,
    )


def invoke(world: World, deployment: Deployment, name: str) -> str:
    """Invoke the function with the form's event and sender, and save that event as the last one.

    :raises InputError: not JSON, or not an event that such a sender can send.
    :raises NotFound: nothing of this name is deployed.
    :raises WeChatError: 40003, no user has the openid.
    :raises TooManyCallsError: too many calls are in flight.
    """
    app, spec = _function(world, deployment, name)
    event, caller = _send(world, app, spec)
    with world.transaction():
        saved_events.keep(world, _event_of_form(app, name, LAST))
    done = deployment.invoke(name, event, caller)
    return address(name, invocation=done.request_id)


def save(world: World, deployment: Deployment, name: str) -> str:
    """Save the form's event under the form's name.

    :raises InputError: no name, or not JSON; NotFound: nothing of this name is deployed.
    """
    app, _ = _function(world, deployment, name)
    form.json_value("event")
    saved = _event_of_form(app, name, form.text("name", is_required=True))
    with world.transaction():
        saved_events.keep(world, saved)
    return address(name, event=saved.name)


def sample(world: World, deployment: Deployment, name: str) -> str:
    """Make an event with which the function succeeds, and have it in the editor.

    :raises NotFound: nothing of this name is deployed, or there is no sample of it.
    :raises NoKeyError: a phone has to be added, and no key is there for it.
    """
    app, _ = _function(world, deployment, name)
    if name not in samples.SAMPLES:
        raise NotFound(say(Message("there is no sample event of {name}", "{name} 没有示例事件", name=name)))
    event, openid = samples.make(world, deployment, app, name)
    with world.transaction():
        saved_events.keep(world, SavedEvent(app.env, name, SAMPLE, event, "user", openid))
    return address(name, event=SAMPLE)


def forget(world: World, deployment: Deployment, name: str) -> str:
    """Delete the saved event that the form names.

    :raises NotFound: there is none.
    """
    app, _ = _function(world, deployment, name)
    with world.transaction():
        if not saved_events.delete(world, app.env, name, form.text("name")):
            missing = Message(
                "{name} has no saved event {event}",
                "{name} 没有保存过事件 {event}",
                name=name,
                event=repr(form.text("name")),
            )
            raise NotFound(say(missing))
    return address(name)


def address(name: str, **query: str) -> str:
    """The URL of a function's page."""
    return f"/functions/{quote(name)}" + (f"?{urlencode(query)}" if query else "")


def _function(world: World, deployment: Deployment, name: str) -> tuple[App, FunctionSpec]:
    app = chosen_app(world)
    if app is None:
        no_app = Message(
            "there is no app, so there are no functions; add an app to the seed",
            "没有应用，因此没有云函数；请在种子文件中添加应用",
        )
        raise NotFound(say(no_app))
    try:
        return app, deployment.function(app.env, name)
    except UnknownFunctionError as error:
        raise NotFound(messages.of_error(error, language.of_request())) from None


def _send(world: World, app: App, spec: FunctionSpec) -> tuple[JSONValue, Identity]:
    """The event and the caller for the form's ``event``, ``sender`` and ``openid``.

    :raises InputError: not JSON, an unknown sender, or not an event that such a sender can send.
    :raises WeChatError: 40003, no user has the openid.
    """
    sender, event = form.one_of("sender", SENDERS), form.json_value("event")
    is_object = event is None or isinstance(event, dict)
    if sender in ("user", "visitor") and not is_object:
        expected = Message("an object, as mini programs and web pages send", "对象，小程序和网页发送的都是对象")
        raise expected_instead("event", expected, describe_kind(event))
    openid = form.text("openid", is_required=sender == "user")
    event = {} if event is None else event
    return send_by_hand(world, app, spec, sender=sender, event=event, openid=openid, device=DEVICE)


def _entry(world: World, app: App | None, spec: FunctionSpec, running: Sequence[InstanceState]) -> Entry:
    latest: list[Record] = []
    if app is not None:
        latest = invocation_records.list_latest(world, Choice(env=app.env, function=spec.name), limit=PLOTTED)
    return Entry(spec, [instance for instance in running if instance.function == spec.name], latest)


def _event_of_form(app: App, function: str, name: str) -> SavedEvent:
    return SavedEvent(
        env=app.env,
        function=function,
        name=name,
        event=form.text("event") or "{}",
        sender=form.one_of("sender", SENDERS),
        openid=form.text("openid"),
    )


def _name_of_event() -> str:
    """What ``?event=`` names, else the last one."""
    return request.args.get("event", LAST)


def _draft(saved: dict[str, SavedEvent], app: App, spec: FunctionSpec, openids: Sequence[str]) -> SavedEvent:
    """The editor's content: what was just refused, the event that ``?event=`` names, or the last one."""
    function = spec.name
    if request.method == "POST" and "event" in request.form:
        fields = {name: request.form.get(name, "") for name in ("event", "sender", "openid")}
        return SavedEvent(app.env, function, request.form.get("name", ""), **fields)
    event = saved.get(_name_of_event()) or saved.get(LAST)
    if event is not None:
        return replace(event, name=event.name.strip())
    sender, openid = ("user", openids[0]) if openids else ("server", "")
    if spec.triggers:
        sender = "timer"
    return SavedEvent(app.env, function, LAST, "{}", sender, openid)


def _permissions(world: World, deployment: Deployment, app: App, spec: FunctionSpec) -> Permissions:
    own, project = spec.directory / "config.json", deployment.catalogue.directory
    refusals = journal.list_latest(
        world, choice=journal.Choice(appid=app.appid, errcode=UNDECLARED), limit=MOST_REFUSALS
    )
    tried = {refusal.api for refusal in refusals if refusal.api and _is_by(world, app, spec.name, refusal.request_id)}
    refused = sorted(tried - spec.openapi_permissions)
    proposal = {"permissions": {"openapi": sorted(spec.openapi_permissions | set(refused))}}
    return Permissions(
        file=own if own.is_file() or project is None else project / "config.json",
        offered=sorted({*(api.name for api in TABLE if api.has_cloud_call), *spec.openapi_permissions, *refused}),
        declared=spec.openapi_permissions,
        refused=refused,
        proposal=json.dumps(proposal, indent=2),
    )


def _is_by(world: World, app: App, function: str, request_id: str | None) -> bool:
    done = invocation_records.find(world, app.env, request_id) if request_id else None
    return done is not None and done.function == function
