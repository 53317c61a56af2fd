"""The form of a seed and of its entries: a JSON schema, and checks that a schema cannot express."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import settings
from wxemu.core.faults import FaultRequest
from wxemu.core.http import inputs
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import Message, from_all
from wxemu.core.text import describe_kind
from wxemu.wechat import soter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]

_CREDENTIALS: Final = ("secret", "secret_key", "app_key", "session_key", "auth_key")


@functools.cache
def schema() -> dict[str, Any]:
    """The seed's form as JSON Schema."""
    text = resources.files(__package__).joinpath("seed.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def app_schema() -> dict[str, Any]:
    """The form of an app's entry."""
    form: dict[str, Any] = schema()["properties"]["apps"]["items"]
    return form


def user_schema() -> dict[str, Any]:
    """The form of a user's entry."""
    form: dict[str, Any] = app_schema()["properties"]["users"]["items"]
    return form


def restrictions_schema() -> dict[str, Any]:
    """The form of an app's restrictions; each may be left out."""
    names = ("ip_whitelist", "ip_refusal", "is_secret_frozen", "unauthorized", "forbidden")
    form = app_schema()["properties"]
    return {"type": "object", "additionalProperties": False, "properties": {name: form[name] for name in names}}


def check_seed(document: Any) -> Iterator[tuple[Path, Message]]:
    """Yield the errors of a seed, each with its path; no text shows a credential."""
    errors = list(check_form(document, schema(), name="the seed"))
    if errors:
        yield from errors
        return
    try:
        settings.change(settings.Settings(), document.get("settings", {}))
    except settings.SettingsError as error:
        yield ("settings",), Message("{error}", "{error}", error=error)
    yield from check_values(document["apps"])


def check_form(entry: Any, form: Mapping[str, Any], *, name: str) -> Iterator[tuple[Path, Message]]:
    """Yield the errors of an entry by one of the schemas above; ``name`` stands for the entry in the texts."""
    # Imported here: saves 80 ms at a start without a seed.
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    for error in sorted(Draft202012Validator(form).iter_errors(entry), key=lambda error: list(map(str, error.path))):
        where = ".".join(map(str, error.absolute_path)) or name
        expected = error.schema.get("description")
        text = Message(
            "{where}: {error}{expected}",
            "{where}：{error}{expected}",
            where=where,
            error=_message(error),
            expected=Message(" (expected: {form})", "（应为：{form}）", form=expected) if expected else "",
        )
        yield tuple(error.absolute_path), text


def _message(error: Any) -> Message:
    """The error without a value that is or may hold a secret."""
    if error.validator == "type":
        return Message(
            "found {found}, expected {expected}",
            "实际是{found}，应为 {expected}",
            found=describe_kind(error.instance),
            expected=error.validator_value,
        )
    if error.validator == "required":
        missing = [name for name in error.validator_value if f"'{name}'" in error.message]
        return from_all([error.message, f"缺少 {missing[0]}"])
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        strange = sorted(map(str, set(error.instance) - set(error.schema.get("properties", ()))))
        return from_all([error.message, f"没有字段 {'、'.join(strange)}"])
    if error.absolute_path and error.absolute_path[-1] in _CREDENTIALS:
        return Message("the value has another form", "值的格式不对")
    return Message("{error}", "值不合要求，{error}", error=str(error.message))


def check_values(apps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Path, Message]]:
    """Yield invalid keys and ids that are not unique, in apps' entries of the right form."""
    for number, app in enumerate(apps):
        for place, fault in enumerate(app.get("faults", ())):
            try:
                read_fault(fault)
            except (InputError, TypeError) as error:  # the latter of a value of YAML's that JSON does not have
                yield (
                    ("apps", number, "faults", place),
                    Message("faults: {error}", "faults 不正确：{error}", error=error),
                )
    taken: set[object] = set()
    for path, kind, value in _values(apps):
        if kind == "auth_key":
            try:
                soter.load_public_key(value)
            except soter.PemError as error:
                yield path, Message("auth_key: {error}", "auth_key 不正确：{error}", error=error)
        elif (kind, value) in taken:
            twice = Message(
                "{kind} {value} stands twice; expected each once",
                "{kind} {value} 重复出现；每个只能出现一次",
                kind=kind,
                value=repr(value),
            )
            yield path, twice
        taken.add((kind, value))


def read_fault(entry: Mapping[str, Any]) -> FaultRequest:
    """A fault of an app.

    :raises InputError: a member that is not what it should be; TypeError: one that JSON does not have.
    """
    json.dumps(entry)
    inputs.refuse_unknown(FaultRequest, entry, what=Message("a fault", "故障"), places=("appid",))
    return inputs.read(FaultRequest, entry)


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
