"""Grants: what an invocation may ask of WeChat by cloud call. Its wx_api_token stands for its grant."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from wxemu.core.randomness import BASE64URL
from wxemu.wechat.errors import CloudCallError

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.http.recording import Entry
    from wxemu.core.world import World
    from wxemu.wechat.api import Api

LIFE: Final = 600
"""Seconds that a wx_api_token works; the real one's life is not known [inferred]."""
KEPT_GRANTS: Final = 10_000


@dataclass(frozen=True)
class Grant:
    """What one invocation may do: the meaning of its wx_api_token.

    :param function: its name; empty for an environment that was asked for without one.
    :param openid: of the mini program user on whose behalf it runs, if any.
    :param permissions: names of openapis that its config.json declares.
    :param request_id: of the invocation.
    """

    wx_api_token: str = field(repr=False)
    appid: str
    env: str
    function: str
    openid: str | None
    permissions: frozenset[str]
    request_id: str


def issue(
    world: World,
    *,
    appid: str,
    env: str,
    function: str,
    openid: str | None,
    permissions: frozenset[str],
    request_id: str,
) -> Grant:
    """A grant for one invocation: with its wx_api_token that one, and no other function, may use the permissions."""
    grant = Grant(world.randomness.text(64, BASE64URL), appid, env, function, openid, permissions, request_id)
    now = world.clock.now()
    world.store.run("DELETE FROM wx_api_tokens WHERE expires_at <= ?", now)
    world.store.keep_latest("wx_api_tokens", "expires_at", KEPT_GRANTS)
    world.store.run(
        "INSERT INTO wx_api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        grant.wx_api_token,
        appid,
        env,
        function,
        openid,
        json.dumps(sorted(permissions)),
        now + LIFE,
        request_id,
    )
    return grant


def find(world: World, wx_api_token: str, *, appid: str) -> Grant | None:
    """What the wx_api_token stands for in this app now; ``None`` for an empty, unknown, ended or foreign one."""
    row = world.store.row("SELECT * FROM wx_api_tokens WHERE wx_api_token = ? AND appid = ?", wx_api_token, appid)
    if row is None or world.clock.now() >= row["expires_at"]:
        return None
    permissions = _read_permissions(row["permissions"])
    return Grant(wx_api_token, appid, row["env"], row["function"], row["openid"], permissions, row["request_id"])


@lru_cache(maxsize=256)  # as many as there are functions
def _read_permissions(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))


def find_by_invocation(world: World, request_id: str) -> Grant | None:
    """What an invocation that began a while ago may still do, or ``None``."""
    row = world.store.row("SELECT wx_api_token, appid FROM wx_api_tokens WHERE request_id = ?", request_id)
    return None if row is None else find(world, row["wx_api_token"], appid=row["appid"])


@dataclass(frozen=True)
class CloudCallCredential:
    """How an invocation proves that it may call an openapi: a ``wechat.openapis.Credential``.

    :param app: of the environment that is called.
    """

    wx_api_token: str = field(repr=False)
    api_name: str
    app: App
    is_cloud_call: bool = True

    def authorise(self, world: World, entry: Entry) -> tuple[Api, App]:
        """The openapi that is named, and the app.

        :raises CloudCallError: -604104 the token; -604100 no such openapi, or none by cloud call; -604101 not declared.
        """
        # The openapis, which who only makes a token does without.
        from wxemu.wechat.known import find as find_api  # noqa: PLC0415

        grant = find(world, self.wx_api_token, appid=self.app.appid)
        if grant is None:
            raise CloudCallError(-604104)
        entry.request_id = grant.request_id
        api = find_api(self.api_name)
        if api is None or not api.has_cloud_call:
            raise CloudCallError(-604100)
        if self.api_name not in grant.permissions:
            raise CloudCallError(-604101)
        return api, self.app
