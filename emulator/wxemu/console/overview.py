"""The first page: what runs where, settings for each client, and the last flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from wxemu.console import clients, diagram, functions, story
from wxemu.console.page import chosen_app, chosen_appid, show
from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.intercept import interception_facts
from wxemu.phone import phones
from wxemu.scf import invocation_records

if TYPE_CHECKING:
    from flask import Response

    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment


def page(world: World, deployment: Deployment, interception: Interception | None = None) -> Response:
    """What runs where, the clients' settings, the last flow."""
    facts = interception_facts(interception)
    appid, app, url = chosen_appid(world), chosen_app(world), request.host_url.rstrip("/")
    declared = functions.list_declared(deployment, app)
    function = next((spec.name for spec in declared.functions), "hello")
    with world.transaction():
        recent = journal.list_latest(world, choice=Choice(appid=appid), limit=4 * story.MOST_EXCHANGES)
        counts = {"requests": journal.last_number(world), "invocations": invocation_records.find_last_number(world)}
        all_phones = phones.all_phones(world, appid)
    return show(
        world,
        "overview.html",
        "overview",
        url=url,
        interception=facts,
        clients=[]
        if app is None
        else list(clients.list_clients(url, app, function=function, proxy=facts["proxy"], ca=facts["caBundle"])),
        app=app,
        directory=deployment.catalogue.directory,
        declared=declared,
        phones=all_phones,
        counts=counts,
        diagram=diagram.lay_out(story.list_steps(world.secret_values.strike_out(recent))),
    )
