"""The tenants in the seed's form, their users, sessions and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired, TypedDict

from wxemu.control.operations.limit import Limit
from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import Nothing, Operation


def _app_form() -> Mapping[str, Any]:
    from wxemu.state import seed_form  # noqa: PLC0415 - here and below: clients, who need no schema, do without RSA

    return seed_form.app_schema()


def _user_form() -> Mapping[str, Any]:
    from wxemu.state import seed_form  # noqa: PLC0415

    return seed_form.user_schema()


def _restrictions_form() -> Mapping[str, Any]:
    from wxemu.state import seed_form  # noqa: PLC0415

    return seed_form.restrictions_schema()


class NamedApp(TypedDict):
    appid: str


class NamedUser(TypedDict):
    appid: str
    openid: str


class NewApp(TypedDict):
    body: Annotated[Mapping[str, Any], Takes(schema=_app_form)]


class ChangedApp(TypedDict):
    appid: str
    body: Annotated[Mapping[str, Any], Takes(schema=_restrictions_form)]


class NewUser(TypedDict):
    appid: str
    body: Annotated[Mapping[str, Any], Takes(schema=_user_form)]


class TokensChoice(TypedDict):
    appid: str
    limit: NotRequired[Limit]


class AppName(TypedDict):
    appid: str
    env: str


class Apps(TypedDict):
    apps: list[AppName]


class App(AppName):
    secret_id: str
    ip_whitelist: list[str]
    ip_refusal: str | None
    is_secret_frozen: bool
    unauthorized: list[str]
    forbidden: list[str]


class AppWithSecrets(App):
    secret: str
    secret_key: str


class Removed(TypedDict):
    removed: str


class User(TypedDict):
    openid: str
    unionid: str | None
    is_high_risk: bool


class UserWithPhones(User):
    phones: list[str]


class Users(TypedDict):
    users: list[UserWithPhones]


class Session(TypedDict):
    openid: str
    issued_at: float
    expires_at: float
    is_expired: bool


class Sessions(TypedDict):
    sessions: list[Session]


class Token(TypedDict):
    kind: str
    issued_at: float
    expires_at: float
    replaced_at: float | None
    digest: str


class Tokens(TypedDict):
    tokens: list[Token]


_APPS: Final = "/emulator/v1/apps"
_APP: Final = f"{_APPS}/{{appid}}"

LIST: Final = Operation("apps.list", "GET", _APPS, Nothing, Apps, "The tenants")
ADD: Final = Operation("apps.add", "POST", _APPS, NewApp, AppWithSecrets, "A new one", has_whole_body=True)
SHOW: Final = Operation("apps.show", "GET", _APP, NamedApp, App, "One app")
RESTRICT: Final = Operation(
    "apps.restrict", "PATCH", _APP, ChangedApp, App, "Change what it may be refused for", has_whole_body=True
)
REMOVE: Final = Operation("apps.remove", "DELETE", _APP, NamedApp, Removed, "Remove it, with all that belongs to it")
LIST_USERS: Final = Operation("users.list", "GET", f"{_APP}/users", NamedApp, Users, "Its users")
ADD_USER: Final = Operation("users.add", "POST", f"{_APP}/users", NewUser, User, "A new user", has_whole_body=True)
EXPIRE_SESSION: Final = Operation(
    "sessions.expire", "POST", f"{_APP}/users/{{openid}}/session/expire", NamedUser, Session, "End a session now"
)
LIST_SESSIONS: Final = Operation(
    "sessions.list", "GET", f"{_APP}/sessions", NamedApp, Sessions, "Its sessions, without the keys"
)
LIST_TOKENS: Final = Operation(
    "tokens.list", "GET", f"{_APP}/tokens", TokensChoice, Tokens, "Its access tokens, without the tokens"
)
