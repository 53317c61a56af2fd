"""The form of a seed, whole or of one entry: its JSON schema, and what that cannot say.

SeedError         what cannot be a seed or an entry of one; the text gives the place, what is expected, what is there
└── TakenError    an entry names an id that somebody has already
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import settings
from wxemu.wechat import soter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]

_CREDENTIALS: Final = ("secret", "secret_key", "session_key", "auth_key")


class SeedError(Exception):
    """What cannot be a seed, or an entry of one."""


class TakenError(SeedError):
    """Somebody has the id already."""


@functools.cache
def schema() -> dict[str, Any]:
    """The seed's form as JSON Schema."""
    text = resources.files(__package__).joinpath("seed.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def of_app() -> dict[str, Any]:
    """The form of one app's entry."""
    form: dict[str, Any] = schema()["properties"]["apps"]["items"]
    return form


def of_user() -> dict[str, Any]:
    """The form of one user's entry."""
    form: dict[str, Any] = of_app()["properties"]["users"]["items"]
    return form


def of_restrictions() -> dict[str, Any]:
    """The form of what an app may be refused for, any part of it."""
    names = ("ip_whitelist", "ip_refusal", "is_secret_frozen", "unauthorized", "forbidden")
    form = of_app()["properties"]
    return {"type": "object", "additionalProperties": False, "properties": {name: form[name] for name in names}}


def complaints(document: Any) -> Iterator[tuple[Path, str]]:
    """What is wrong with a seed, each with the path of its place; no text shows a credential."""
    wrong = list(of_entry(document, schema(), name="the seed"))
    if wrong:
        yield from wrong
        return
    try:
        settings.change(settings.Settings(), document.get("settings", {}))
    except settings.SettingsError as error:
        yield ("settings",), str(error)
    yield from of_values(document["apps"])


def of_entry(entry: Any, form: Mapping[str, Any], *, name: str) -> Iterator[tuple[Path, str]]:
    """What is wrong with a part of a seed, measured by one of the forms above; ``name`` is what the text calls it."""
    # Imported here: it takes 80 ms that a start without a seed need not pay.
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    for error in sorted(Draft202012Validator(form).iter_errors(entry), key=lambda error: list(map(str, error.path))):
        where = ".".join(map(str, error.absolute_path)) or name
        expected = error.schema.get("description")
        told = f"{where}: {_complaint(error)}" + (f" (expected: {expected})" if expected else "")
        yield tuple(error.absolute_path), told


def _complaint(error: Any) -> str:
    """What is wrong, without a value that is secret or may hold one."""
    if error.validator == "type":
        return f"found {type(error.instance).__name__}, expected {error.validator_value}"
    if error.absolute_path and error.absolute_path[-1] in _CREDENTIALS:
        return "the value has another form"
    return str(error.message)


def of_values(apps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Path, str]]:
    """Keys that are no keys, and ids that are not unique, in entries of apps that have the form."""
    taken: set[object] = set()
    for path, kind, value in _values(apps):
        if kind == "auth_key":
            try:
                soter.load_public_key(value)
            except soter.PemError as error:
                yield path, f"auth_key: {error}"
        elif (kind, value) in taken:
            yield path, f"{kind} {value!r} stands twice; expected each once"
        taken.add((kind, value))


def _values(apps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Path, str, Any]]:
    for number, app in enumerate(apps):
        yield ("apps", number, "appid"), "appid", app["appid"]
        if "secret_id" in app:
            yield ("apps", number, "secret_id"), "secret_id", app["secret_id"]
        for place, user in enumerate(app.get("users", ())):
            user_path: Path = ("apps", number, "users", place)
            yield (*user_path, "openid"), f"openid of {app['appid']}", user["openid"]
            for index, phone in enumerate(user.get("phones", ())):
                phone_path: Path = (*user_path, "phones", index)
                yield (*phone_path, "id"), "phone id", phone["id"]
                if "auth_key" in phone:
                    yield (*phone_path, "auth_key"), "auth_key", phone["auth_key"]
