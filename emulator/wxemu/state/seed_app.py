"""Load the entry of an app, as it stands in a seed, into a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.core.apps import App
from wxemu.core.messages import Message
from wxemu.state.errors import TakenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

_BELONGINGS: Final = {"users", "faults"}
_APP_FIELDS: Final = ("appid", "secret", "env", "secret_id", "secret_key", "app_key", *_BELONGINGS)


def load_app(world: World, entry: Mapping[str, Any], *, replaces: bool = False) -> App:
    """Load the entry of one app: the app and its users at once, then their phones, whose keys take time.

    :param replaces: delete the app first, and all that belongs to it.
    :raises TakenError: its appid, its secret_id or the id of a phone is in use.
    """
    app = _app(entry)
    if world.is_exposed:
        apps.refuse_published_secrets([entry])
    with world.transaction():
        present = apps.find(world, app.appid)
        if present is not None and replaces:
            from wxemu.state import tenancy  # noqa: PLC0415 - as below

            tenancy.delete(world, present)
        elif present is not None:
            raise TakenError(Message("the appid {appid} is taken", "appid {appid} 已被占用", appid=repr(app.appid)))
        if apps.find_by_secret_id(world, app.secret_id) is not None:
            raise TakenError(
                Message(
                    "the secret_id {id} is taken by another app",
                    "secret_id {id} 已被另一个应用占用",
                    id=repr(app.secret_id),
                )
            )
        apps.add(world, app)
        if not entry.keys() & _BELONGINGS:
            return app
        # Imported here: phones and openapis take longer than all that a start without them imports.
        from wxemu.state import seed_users  # noqa: PLC0415

        seed_users.load(world, app.appid, entry)
    seed_users.load_phones(world, app.appid, entry.get("users", ()))
    return app


def _app(entry: Mapping[str, Any]) -> App:
    restrictions = {name: value for name, value in entry.items() if name not in _APP_FIELDS}
    return App(
        entry["appid"],
        entry["secret"],
        entry["env"],
        apps.restrictions(restrictions),
        entry.get("secret_id", ""),
        entry.get("secret_key", ""),
        entry.get("app_key", ""),
    )
