"""Cloud calls: what a function may ask of WeChat without an access_token.

CloudCallError
    The gateway refuses; ``code`` is one of ``REFUSALS``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.randomness import BASE64URL
from wxemu.wechat.openapis import BY_NAME

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.wechat.openapis import Api

LIFE: Final = 600
"""Seconds that a wxCloudApiToken works; the real one's life is not known [inferred]."""
REFUSALS: Final = {
    -604100: "API not found",
    -604101: "function has no permission to call this API",
    -604102: "call open API timeout",
    -604103: "call open API system error",
    -604104: "illegal source of invocation",
}
"""The gateway's own refusals, with wx-server-sdk's texts [src]; -604102 and -604103 by a fault only."""


class CloudCallError(Exception):
    """The gateway refuses a cloud call.

    :param request_id: of the invocation that calls, where its token told.
    """

    def __init__(self, code: int, *, request_id: str | None = None) -> None:
        self.code = code
        self.request_id = request_id
        super().__init__(f"{code} {REFUSALS[code]}")


@dataclass(frozen=True)
class Grant:
    """What one invocation may do: the meaning of its wxCloudApiToken.

    :param function: its name; empty for an environment that was asked for without one.
    :param openid: of the mini program user on whose behalf it runs, if any.
    :param permissions: names of openapis that its config.json declares.
    :param request_id: of the invocation.
    """

    token: str = field(repr=False)
    appid: str
    env: str
    function: str
    openid: str | None
    permissions: frozenset[str]
    request_id: str


def grant(
    world: World,
    *,
    appid: str,
    env: str,
    function: str,
    openid: str | None,
    permissions: frozenset[str],
    request_id: str,
) -> Grant:
    """A token for one invocation, by which it, and no other function, may use its permissions."""
    granted = Grant(world.randomness.text(64, BASE64URL), appid, env, function, openid, permissions, request_id)
    now = world.clock.now()
    world.store.run("DELETE FROM api_tokens WHERE expires_at <= ?", now)
    world.store.run(
        "INSERT INTO api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        granted.token,
        appid,
        env,
        function,
        openid,
        json.dumps(sorted(permissions)),
        now + LIFE,
        request_id,
    )
    return granted


def find(world: World, token: str, *, appid: str) -> Grant | None:
    """What the token stands for in this app now; ``None`` for an empty, unknown, ended or foreign one."""
    row = world.store.row("SELECT * FROM api_tokens WHERE token = ? AND appid = ?", token, appid)
    if row is None or world.clock.now() >= row["expires_at"]:
        return None
    permissions = frozenset(json.loads(row["permissions"]))
    return Grant(row["token"], row["appid"], row["env"], row["function"], row["openid"], permissions, row["request_id"])


def find_by_invocation(world: World, request_id: str) -> Grant | None:
    """What an invocation that began a while ago may still do, or ``None``."""
    row = world.store.row("SELECT token, appid FROM api_tokens WHERE request_id = ?", request_id)
    return None if row is None else find(world, row["token"], appid=row["appid"])


def authorise(world: World, *, api_name: str, token: str, appid: str) -> tuple[Grant, Api, App]:
    """The invocation that makes a cloud call, the openapi that it names, and the app it is made for.

    :param token: the wxCloudApiToken of the invocation that calls.
    :param appid: of the environment that is called.
    :raises CloudCallError: -604104 the token; -604100 no such API, or none by cloud call; -604101 not declared.
    """
    granted = find(world, token, appid=appid)
    app = apps.find(world, appid)
    if granted is None or app is None:
        raise CloudCallError(-604104)
    api = BY_NAME.get(api_name)
    if api is None or not api.has_cloud_call:
        raise CloudCallError(-604100, request_id=granted.request_id)
    if api_name not in granted.permissions:
        raise CloudCallError(-604101, request_id=granted.request_id)
    return granted, api, app
