"""The page of access tokens and quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.exceptions import Conflict

from wxemu.console import form, rows
from wxemu.console.page import chosen_apps, show
from wxemu.core.http.language import say
from wxemu.core.messages import Message
from wxemu.wechat import quotas, tokens

if TYPE_CHECKING:
    from flask import Response

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.wechat.quotas import Usage
    from wxemu.wechat.tokens import IssuedToken

MOST_TOKENS: Final = 1000
"""The latest tokens of an app that are shown."""


@dataclass(frozen=True)
class Entry:
    """A token of an app."""

    appid: str
    token: IssuedToken


def page(world: World, _deployment: Deployment) -> Response:
    """The latest tokens, and the use of each quota."""
    with world.transaction():
        appids = [app.appid for app in chosen_apps(world)]
        issued = [
            Entry(appid, token) for appid in appids for token in tokens.list_tokens(world, appid, limit=MOST_TOKENS)
        ]
        usages = [usage for appid in appids for usage in quotas.usages(world, appid)]
    issued.sort(key=lambda entry: -entry.token.issued_at)
    return show(
        world,
        "tokens.html",
        "tokens",
        tokens=rows.select(
            issued, lambda entry: f"{entry.appid} {entry.token.kind} {entry.token.api} {entry.token.digest}"
        ),
        usages=rows.select(usages, _text).visible,
        url=request.host_url.rstrip("/"),
    )


def end(world: World, _deployment: Deployment) -> str:
    """End the form's token, as after its two hours.

    :raises Conflict: it has ended already.
    """
    with world.transaction():
        if tokens.end(world, form.text("appid"), form.text("digest")) is None:
            raise Conflict(say(Message("the token has ended already", "该凭证已经失效")))
    return "/tokens"


def _text_of_token(entry: Entry) -> str:
    return f"{entry.appid} {entry.token.kind} {entry.token.api} {entry.token.digest}"


def _text(usage: Usage) -> str:
    return f"{usage.appid} {usage.api} {usage.period} {usage.subject or ''}"
