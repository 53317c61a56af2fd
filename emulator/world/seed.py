"""The seed: the tenants, users and phones that a world begins with, and returns to at a reset.

SeedError
    The file cannot be a seed; its text gives file, line, what was expected and what was found.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import yaml

from emulator.world import apps, phones, sessions, settings, soter, users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from emulator.world.world import World

_NOTE = "seed"
_PLANTED = "is_planted"
_CREDENTIALS: Final = ("secret", "secret_key", "session_key", "auth_key")
_APP_FIELDS: Final = ("appid", "secret", "env", "secret_id", "secret_key", "users")
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
"""The tenant of a world that was given no seed."""


class SeedError(Exception):
    """The file cannot be a seed."""


def read(text: str, *, name: str) -> dict[str, Any]:
    """The seed in a YAML text.

    :param name: of the file, for the error's text.
    :raises SeedError: no YAML, or not a seed's form.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = name if mark is None else f"{name}:{mark.line + 1}"
        raise SeedError(f"{where}: not YAML: {getattr(error, 'problem', None) or error}") from None
    except (ValueError, LookupError, AttributeError, RecursionError) as error:
        # A tag, or a text that looks like a date, whose value the YAML library cannot make.
        raise SeedError(f"{name}: not YAML: {type(error).__name__} in one of its values") from None
    # Imported here: it takes 80 ms that a start without a seed need not pay.
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    errors = sorted(Draft202012Validator(schema()).iter_errors(document), key=lambda error: list(map(str, error.path)))
    if errors:
        raise SeedError("\n".join(f"{name}:{_line(text, error.path)}: {_explain(error)}" for error in errors))
    if not isinstance(document, dict):
        raise SeedError(f"{name}:1: expected a mapping with the key apps")
    _check_values(document, text, name=name)
    return document


def _check_values(document: Mapping[str, Any], text: str, *, name: str) -> None:
    """What JSON Schema cannot say: names of settings, keys that are keys, ids that are unique."""
    try:
        settings.changed(settings.Settings(), document.get("settings", {}))
    except settings.SettingsError as error:
        raise SeedError(f"{name}:{_line(text, ['settings'])}: {error}") from None
    taken: set[object] = set()
    for path, kind, value in _values(document):
        if kind == "auth_key":
            try:
                soter.load_public_key(value)
            except soter.PemError as error:
                raise SeedError(f"{name}:{_line(text, path)}: auth_key: {error}") from None
        elif (kind, value) in taken:
            raise SeedError(f"{name}:{_line(text, path)}: {kind} {value!r} stands twice; expected each once")
        taken.add((kind, value))


def _values(document: Mapping[str, Any]) -> Iterator[tuple[list[str | int], str, Any]]:
    for number, app in enumerate(document["apps"]):
        yield ["apps", number, "appid"], "appid", app["appid"]
        for place, user in enumerate(app.get("users", ())):
            user_path: list[str | int] = ["apps", number, "users", place]
            yield [*user_path, "openid"], f"openid of {app['appid']}", user["openid"]
            for index, phone in enumerate(user.get("phones", ())):
                phone_path: list[str | int] = [*user_path, "phones", index]
                yield [*phone_path, "id"], "phone id", phone["id"]
                if "auth_key" in phone:
                    yield [*phone_path, "auth_key"], "auth_key", phone["auth_key"]


def schema() -> dict[str, Any]:
    """The seed's form as JSON Schema."""
    text = resources.files(__package__).joinpath("seed.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _explain(error: Any) -> str:
    where = ".".join(map(str, error.absolute_path)) or "the seed"
    expected = error.schema.get("description")
    return f"{where}: {_complaint(error)}" + (f" (expected: {expected})" if expected else "")


def _complaint(error: Any) -> str:
    """What is wrong, without a value that is secret or may hold one."""
    if error.validator == "type":
        return f"found {type(error.instance).__name__}, expected {error.validator_value}"
    if error.absolute_path and error.absolute_path[-1] in _CREDENTIALS:
        return "the value has another form"
    return str(error.message)


def _line(text: str, path: Sequence[str | int]) -> int:
    """The line of the node that ``path`` leads to, or of the nearest node above it."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(step)]
            line = node.start_mark.line + 1
    return line


def plant(world: World, seed: Mapping[str, Any]) -> None:
    """Remember ``seed`` as this world's, and begin anew with it.

    :raises SeedError: a value that the form allows and the world does not.
    """
    with world.deciding():
        world.store.keep_note(_NOTE, dict(seed))
    replant(world)


def is_planted(world: World) -> bool:
    """Whether the world has begun, with a seed or empty; false while it is being sown."""
    return world.store.note(_PLANTED) is True


def keep_for_reset(world: World, seed: Mapping[str, Any]) -> bool:
    """Make ``seed`` the one that a reset returns to, and leave the present state; whether it was another before."""
    with world.deciding():
        was_another = bool(world.store.note(_NOTE) != dict(seed))
        world.store.keep_note(_NOTE, dict(seed))
        return was_another


def replant(world: World) -> None:
    """Begin anew with the seed that the world began with."""
    with world.deciding():
        seed = world.store.note(_NOTE) or DEMO
        empty(world)
        world.store.keep_note(_PLANTED, value=False)
    _sow(world, seed)
    world.store.keep_note(_PLANTED, value=True)


def empty(world: World) -> None:
    """Forget all tenants and settings, and let seeded draws begin again; the clock stays where it is."""
    with world.deciding():
        world.store.empty()
        settings.keep(world.store, settings.Settings())
        world.randomness.start_over()
        world.keys.start_over()


def _sow(world: World, seed: Mapping[str, Any]) -> None:
    try:
        with world.deciding():
            settings.keep(world.store, settings.changed(settings.Settings(), seed.get("settings", {})))
        for app in seed.get("apps", ()):
            _sow_app(world, app)
    except (settings.SettingsError, phones.PhoneError) as error:
        raise SeedError(f"the seed cannot be sown: {error}") from None


def _sow_app(world: World, app: Mapping[str, Any]) -> None:
    restrictions = {name: value for name, value in app.items() if name not in _APP_FIELDS}
    with world.deciding():
        apps.add(
            world,
            apps.App(
                app["appid"],
                app["secret"],
                app["env"],
                apps.restrictions(restrictions),
                app.get("secret_id", ""),
                app.get("secret_key", ""),
            ),
        )
    for user in app.get("users", ()):
        _sow_user(world, app["appid"], user)


def _sow_user(world: World, appid: str, planted: Mapping[str, Any]) -> None:
    user = users.User(appid, planted["openid"], planted.get("unionid"), planted.get("is_high_risk", False))
    with world.deciding():
        users.add(world, user)
        if "session_key" in planted:
            sessions.start(world, user, session_key=planted["session_key"])
    for phone in planted.get("phones", ()):
        phones.create(
            world,
            appid=appid,
            openid=user.openid,
            phone_id=phone["id"],
            profile_name=phone["profile"],
            public_auth_key=phone.get("auth_key"),
            counter=phone.get("counter", 0),
        )
