"""Load into a world what belongs to an app in a seed: its users, their phones, its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxemu.core.faults import FaultError
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import Message
from wxemu.phone import phones
from wxemu.state import seed_form
from wxemu.state.errors import SeedError, TakenError
from wxemu.wechat import openapi_faults, sessions, users
from wxemu.wechat.users import User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.core.world import World


def load(world: World, appid: str, entry: Mapping[str, Any]) -> None:
    """Load an app's users and faults; ``load_phones`` follows.

    :raises TakenError: the id of a phone is in use.
    """
    require_free_phones(world, entry.get("users", ()))
    for user in entry.get("users", ()):
        load_user(world, appid, user)
    for fault in entry.get("faults", ()):
        _load_fault(world, appid, fault)


def load_user(world: World, appid: str, entry: Mapping[str, Any]) -> User:
    """Load a user, with the session_key that the entry may name."""
    user = User(appid, entry["openid"], entry.get("unionid"), entry.get("is_high_risk", False))
    users.add(world, user)
    if "session_key" in entry:
        sessions.start(world, user, session_key=entry["session_key"])
    return user


def _load_fault(world: World, appid: str, entry: Mapping[str, Any]) -> None:
    try:
        openapi_faults.ask(world, {**seed_form.read_fault(entry), "appid": appid})
    except (FaultError, InputError) as error:
        raise SeedError(Message("faults: {error}", "faults 有误：{error}", error=error)) from None


def require_free_phones(world: World, entries: Sequence[Mapping[str, Any]]) -> None:
    """Make sure that the ids of these users' phones are free.

    :raises TakenError: one is in use.
    """
    taken = {phone.phone_id for phone in phones.all_phones(world)}
    for entry in entries:
        for phone in entry.get("phones", ()):
            if phone["id"] in taken:
                raise TakenError(Message("the phone id {id} is taken", "手机 id {id} 已被占用", id=repr(phone["id"])))


def load_phones(world: World, appid: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Make the phones of these users; their keys take time.

    :raises SeedError: a profile or a key that no phone takes.
    """
    for entry in entries:
        for phone in entry.get("phones", ()):
            phones.create(
                world,
                appid=appid,
                openid=entry["openid"],
                phone_id=phone["id"],
                profile_name=phone["profile"],
                public_auth_key=phone.get("auth_key"),
                counter=phone.get("counter", 0),
            )
