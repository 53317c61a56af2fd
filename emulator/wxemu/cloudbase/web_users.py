"""Users of web apps, who log in to a CloudBase environment anonymously, by device; their tokens.

No user here is one of WeChat: there is neither an openid nor a session_key behind a web page.

WebLoginError
├── UnknownEnvironmentError     no app is bound to the environment
├── MissingTokenError           no access token was presented
├── InvalidTokenError           it is not one of ours, or its login has ended
├── ExpiredTokenError           its two hours are over
└── InvalidRefreshTokenError    unknown, of another environment, used already, or past its month
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.core.randomness import ALPHANUMERIC, BASE64URL

if TYPE_CHECKING:
    from sqlite3 import Row

    from jwt.types import Options

    from wxemu.core.world import World

ACCESS_TOKEN_LIFE: Final = 7200
"""Seconds that an access token works [doc, by its example]."""
REFRESH_TOKEN_LIFE: Final = 31 * 24 * 3600
"""Seconds that a refresh token works [doc]."""
KEPT_LOGINS: Final = 10_000
MOST_USERS: Final = 10_000
SCOPE: Final = "anonymous"
NOBODY_S_DEVICE: Final = "unverified"
"""The device of whoever calls without a good token while ``verify_signatures`` is off."""
_KEY_BYTES: Final = 32
_ALGORITHM: Final = "HS256"
_UNCHECKED: Final[Options] = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
"""What the library does not check: it goes by the system's clock, and the environment is compared in `authorise`."""


class WebLoginError(Exception):
    """A web user who cannot be let in; no text holds the token that was presented."""


class UnknownEnvironmentError(WebLoginError):
    """No app is bound to the environment."""


class MissingTokenError(WebLoginError):
    """No access token was presented."""


class InvalidTokenError(WebLoginError):
    """The access token is not one of ours, or its login has ended."""


class ExpiredTokenError(WebLoginError):
    """The access token was good once."""


class InvalidRefreshTokenError(WebLoginError):
    """The refresh token is unknown, of another environment, used already, or past its month."""


@dataclass(frozen=True)
class WebUser:
    """A user of a web app; ``uuid`` is unique in the environment."""

    env: str
    uuid: str


@dataclass(frozen=True)
class Login:
    """One login of a web user; it lasts as long as its refresh token is renewed in time.

    :param login_id: names the login in its access tokens.
    """

    login_id: str
    user: WebUser
    refresh_token: str = field(repr=False)


def sign_in(world: World, *, env: str, device_id: str) -> Login:
    """A new login of the anonymous user of this device, who is the same at each [doc: at most one a device].

    :raises UnknownEnvironmentError: no app is bound to ``env``.
    """
    return _new_login(world, user_of_device(world, env, device_id))


def find_login(world: World, *, env: str, refresh_token: str) -> Login:
    """The login that a refresh token keeps alive.

    :raises InvalidRefreshTokenError: unknown, of another environment, used already, or past its month.
    """
    row = world.store.row("SELECT * FROM web_logins WHERE refresh_token = ? AND env = ?", refresh_token, env)
    if row is None or world.clock.now() >= row["expires_at"]:
        raise InvalidRefreshTokenError("no login goes on with this refresh token")
    return _login(row)


def renew(world: World, login: Login) -> Login:
    """The login with a new refresh token; the present one ends at once [doc]."""
    refresh_token = world.randomness.text(64)
    world.store.run(
        "UPDATE web_logins SET refresh_token = ?, expires_at = ? WHERE login_id = ?",
        refresh_token,
        world.clock.now() + REFRESH_TOKEN_LIFE,
        login.login_id,
    )
    return Login(login.login_id, login.user, refresh_token)


def access_token(world: World, login: Login) -> str:
    """A token that speaks for the login's user, with the claims of the documented example.

    It is signed with HMAC, where the platform has RS256: clients take it as it is.
    """
    now = int(world.clock.now())
    claims = {
        "iss": f"http://{login.user.env}.ap-shanghai.tcb-api.tencentcloudapi.com",
        "sub": login.user.uuid,
        "aud": login.user.env,
        "exp": now + ACCESS_TOKEN_LIFE,
        "iat": now,
        "nonce": world.randomness.uuid(),
        "sid": login.login_id,
        "name": "Anonymous",
        "scope": SCOPE,
        "project_id": login.user.env,
    }
    import jwt  # noqa: PLC0415 - 70 ms, which only web apps pay

    return jwt.encode(claims, _key(world), algorithm=_ALGORITHM)


def find_login_of_access_token(world: World, token: str | None) -> Login:
    """The login that an access token belongs to.

    :raises MissingTokenError: none; InvalidTokenError: not one of ours, or its login has ended; ExpiredTokenError.
    """
    if not token:
        raise MissingTokenError("no access token was presented")
    claims = _verify_claims(world, token)
    row = world.store.row("SELECT * FROM web_logins WHERE login_id = ?", claims["sid"])
    if row is None:
        raise InvalidTokenError("the login of this access token has ended")
    if world.clock.now() >= claims["exp"]:
        raise ExpiredTokenError("the access token has expired")
    return _login(row)


def authorise(world: World, token: str | None, *, env: str | None = None) -> WebUser:
    """Whom a presented access token speaks for.

    While ``verify_signatures`` is off, a call without a good one is that of a user without a name.

    :param env: the environment that is called, where the request names one.
    :raises UnknownEnvironmentError: no app is bound to ``env``.
    :raises WebLoginError: as ``find_login_of_access_token``; InvalidTokenError also for a token of another environment.
    """
    if env is not None:
        _require_environment(world, env)
    try:
        user = find_login_of_access_token(world, token).user
        if env not in (None, user.env):
            raise InvalidTokenError(f"the access token is of {user.env}, not of {env}")
    except WebLoginError:
        if world.settings.verify_signatures:
            raise
        return user_of_device(world, env or _any_environment(world), NOBODY_S_DEVICE)
    return user


def end(world: World, login: Login) -> None:
    """Sign out: neither the refresh token nor any access token of this login is good any more [inferred for these]."""
    world.store.run("DELETE FROM web_logins WHERE login_id = ?", login.login_id)


def _new_login(world: World, user: WebUser) -> Login:
    login = Login(world.randomness.uuid(), user, world.randomness.text(64, ALPHANUMERIC))
    now = world.clock.now()
    world.store.run("DELETE FROM web_logins WHERE expires_at <= ?", now)
    world.store.keep_latest("web_logins", "expires_at", KEPT_LOGINS)
    world.store.run(
        "INSERT INTO web_logins VALUES (?, ?, ?, ?, ?)",
        login.login_id,
        user.env,
        user.uuid,
        login.refresh_token,
        now + REFRESH_TOKEN_LIFE,
    )
    return login


def _login(row: Row) -> Login:
    return Login(row["login_id"], WebUser(row["env"], row["uuid"]), row["refresh_token"])


def user_of_device(world: World, env: str, device_id: str) -> WebUser:
    """The anonymous user of a device, whether logged in or not.

    :raises UnknownEnvironmentError: no app is bound to ``env``.
    """
    _require_environment(world, env)
    row = world.store.row("SELECT uuid FROM web_users WHERE env = ? AND device_id = ?", env, device_id)
    if row is not None:
        return WebUser(env, row["uuid"])
    user = WebUser(env, world.randomness.text(22, BASE64URL))
    _forget_idle_users(world)
    world.store.run("INSERT INTO web_users VALUES (?, ?, ?)", env, device_id, user.uuid)
    return user


def _forget_idle_users(world: World) -> None:
    """Once there are too many users, forget those who are not logged in; such a device would get another uuid."""
    world.store.run(
        "DELETE FROM web_users WHERE (SELECT count(*) FROM web_users) >= ?"
        " AND uuid NOT IN (SELECT uuid FROM web_logins)",
        MOST_USERS,
    )


def _require_environment(world: World, env: str) -> None:
    if apps.find_by_env(world, env) is None:
        raise UnknownEnvironmentError(f"no app is bound to the environment {env!r}")


def _any_environment(world: World) -> str:
    return next((app.env for app in apps.all_apps(world)), "")


def _verify_claims(world: World, token: str) -> dict[str, Any]:
    """Return the claims of a token that this world has signed, whether its time is over or not."""
    import jwt  # noqa: PLC0415 - 70 ms, which only web apps pay

    try:
        claims: dict[str, Any] = jwt.decode(token, _key(world), algorithms=[_ALGORITHM], options=_UNCHECKED)
    except (jwt.InvalidTokenError, UnicodeEncodeError):  # the latter for a lone surrogate, which JSON can spell
        raise InvalidTokenError("the signature is not one of this key") from None
    return claims


def _key(world: World) -> bytes:
    """What the access tokens of this world are signed with; it ends with the world's users, at a reset."""
    row: Any = world.store.row("SELECT key FROM web_key")
    if row is not None:
        return bytes(row["key"])
    key = world.randomness.draw(_KEY_BYTES)
    world.store.run("INSERT INTO web_key VALUES (1, ?)", key)
    return key
