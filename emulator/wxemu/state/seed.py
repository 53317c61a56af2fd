"""The seed: the tenants, users and phones that a world begins with and returns to at a reset."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import settings
from wxemu.core.apps import SEED_NOTE
from wxemu.core.messages import Message
from wxemu.phone.errors import PhoneError
from wxemu.state import seed_app
from wxemu.state.errors import SeedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

DEMO: Final[dict[str, Any]] = {
    "apps": [
        {
            "appid": "wx1234567890abcdef",
            "secret": "0123456789abcdef0123456789abcdef",
            "env": "env-demo",
            "secret_id": "AKIDlocal",
            "secret_key": "local-secret-key",
        },
    ]
}
"""The seed of a world that has none of its own, on loopback."""


def read(text: str, *, name: str) -> dict[str, Any]:
    """Read a seed from YAML.

    :param name: the file's name for error messages.
    :raises SeedError: not YAML, or not the form of a seed.
    """
    # Here and below: what a start without a seed of its own does not need, takes longer to import than the rest of it.
    import yaml  # noqa: PLC0415

    from wxemu.core.yaml_lines import line_of  # noqa: PLC0415
    from wxemu.state import seed_form  # noqa: PLC0415

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SeedError(
            Message(
                "{where}: not YAML: {problem}; correct it there",
                "{where}：不是 YAML：{problem}；请在该处改正",
                where=name if mark is None else f"{name}:{mark.line + 1}",
                problem=getattr(error, "problem", None) or str(error),
            )
        ) from None
    except (ValueError, LookupError, AttributeError, RecursionError) as error:
        # The YAML library fails like this on some tags, and on texts that look like a date.
        raise SeedError(
            Message(
                "{name}: not YAML: {kind} in one of its values; correct it",
                "{name}：不是 YAML：其中一个值有 {kind}；请改正",
                name=name,
                kind=type(error).__name__,
            )
        ) from None
    errors = tuple(
        Message("{where}: {error}", "{where}：{error}", where=f"{name}:{line_of(text, path) or 1}", error=error)
        for path, error in seed_form.check_seed(document)
    )
    if errors:
        raise SeedError(Message("{errors}", "{errors}", errors=errors))
    read_seed: dict[str, Any] = document
    return read_seed


def demo(world: World) -> dict[str, Any]:
    """The seed of a world that has none of its own: where other machines reach it, with secrets that nobody knows yet.

    They are not drawn from the world, whose random seed may be as well known.
    """
    if not world.is_exposed:
        return DEMO
    (app,) = DEMO["apps"]
    return {"apps": [{**app, "secret": secrets.token_hex(16), "secret_key": secrets.token_urlsafe(24)}]}


def load(world: World, seed: Mapping[str, Any]) -> None:
    """Keep ``seed`` as this world's, and begin anew with it.

    :raises SeedError: a value that the form allows and the world does not.
    """
    with world.transaction():
        world.store.keep_note(SEED_NOTE, dict(seed))
    reload(world)


def keep_for_reset(world: World, seed: Mapping[str, Any]) -> bool:
    """Keep ``seed`` for the next reset and leave the present state; true if another seed was kept before."""
    with world.transaction():
        is_another = bool(world.store.note(SEED_NOTE) != dict(seed))
        world.store.keep_note(SEED_NOTE, dict(seed))
        return is_another


def reload(world: World) -> None:
    """Begin anew with the seed that the world keeps."""
    with world.transaction():
        seed = _kept(world)
        empty(world)
        world.mark_begun(is_begun=False)
    try:
        with world.transaction():
            settings.keep(world.store, settings.change(settings.Settings(), seed.get("settings", {})))
        for app in seed.get("apps", ()):
            seed_app.load_app(world, app)
    except (settings.SettingsError, PhoneError) as error:
        raise SeedError(Message("the seed cannot be loaded: {error}", "种子无法载入：{error}", error=error)) from None
    world.mark_begun()


def _kept(world: World) -> dict[str, Any]:
    """The seed that the world keeps; from now on the demo's, if it keeps none."""
    with world.transaction():
        seed: dict[str, Any] | None = world.store.note(SEED_NOTE)
        if seed is None:
            seed = demo(world)
            world.store.keep_note(SEED_NOTE, seed)
    return seed


def reload_app(world: World, appid: str) -> None:
    """Begin anew with the seed's entry of one app; other apps stay as they are.

    :raises SeedError: the seed has no such app, or another app has taken one of its ids.
    """
    entry = next((app for app in _kept(world)["apps"] if app["appid"] == appid), None)
    if entry is None:
        raise SeedError(
            Message(
                "the seed has no app {appid} to go back to; reset it to empty, or to a snapshot",
                "种子文件中没有应用 {appid}，无法回到种子；请清空，或还原快照",
                appid=repr(appid),
            )
        )
    seed_app.load_app(world, entry, replaces=True)


def empty(world: World) -> None:
    """Delete all tenants and settings, and start random draws of a seed over; the clock stays where it is."""
    with world.transaction():
        world.store.empty()
        settings.keep(world.store, settings.Settings())
        world.randomness.start_over()
        world.keys.start_over()
