"""Answers on health, the proxy for the real names, and the platform's settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import ServiceUnavailable

from wxemu.control.operations import health as operations
from wxemu.core import health, settings
from wxemu.core.http.language import say
from wxemu.core.http.serving import answers
from wxemu.intercept import interception_document

if TYPE_CHECKING:
    from wxemu.control.operations.health import Change, Health, Proxy, Settings
    from wxemu.control.platform import Platform
    from wxemu.core.http.operations import Nothing


@answers(operations.ALIVE, operations.CONTROL_ALIVE)
def tell_alive(_platform: Platform, _given: Nothing) -> Health:
    """It is, if it answers."""
    return {"status": "alive"}


@answers(operations.READY, operations.CONTROL_READY)
def tell_ready(platform: Platform, _given: Nothing) -> Health:
    """Whether the seed is loaded, and every part works.

    :raises ServiceUnavailable: not yet, or not now; the text says which part and why.
    """
    lack = health.lack(platform.world)
    if lack is not None:
        raise ServiceUnavailable(say(lack))
    return {"status": "ready"}


@answers(operations.SHOW_PROXY)
def show_proxy(platform: Platform, _given: Nothing) -> Proxy:
    """Where it is, whom it stands in for, and what it refused."""
    return cast("Proxy", interception_document(platform.interception))


@answers(operations.SHOW_SETTINGS)
def show_settings(platform: Platform, _given: Nothing) -> Settings:
    """Those in force."""
    with platform.world.transaction():
        return cast("Settings", asdict(platform.world.settings))


@answers(operations.CHANGE_SETTINGS)
def change_settings(platform: Platform, given: Change) -> Settings:
    """Put others in force; the rest stays.

    :raises SettingsError: no such setting, or a value that it does not take.
    """
    world = platform.world
    with world.transaction():
        settings.keep(world.store, settings.change(world.settings, given["body"]))
        return cast("Settings", asdict(world.settings))
