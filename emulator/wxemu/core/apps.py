"""Mini programs: appid, AppSecret, and what WeChat holds against an app.

UnknownAppError
    No app has the appid that somebody names to us (WeChat has its own words for it: 40013).
PublishedSecretError
    An app has a secret that stands in our docs, and other machines reach the emulator.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from sqlite3 import Row

    from wxemu.core.world import World

SEED_NOTE: Final = "seed"
"""Under which the store keeps the seed's document."""


PUBLISHED_SECRETS: Final = frozenset({"0123456789abcdef0123456789abcdef", "local-secret-key"})
"""The demo app's on loopback, which stand in the docs. With them anybody deploys and runs code."""


class UnknownAppError(MessageError):
    """No app has this appid."""


class PublishedSecretError(MessageError):
    """An app has a secret that stands in our docs, and other machines reach the emulator."""


@dataclass(frozen=True)
class Restrictions:
    """What WeChat holds against an app.

    :param ip_whitelist: when not empty, the only addresses that may fetch tokens (40164).
    :param ip_refusal: why no address may: a key of ``wechat.app_access.IP_REFUSALS``; ``None`` if they may.
    :param is_secret_frozen: the AppSecret was frozen by the admin (40243).
    :param unauthorized: names of openapis this app has no permission for (48001).
    :param forbidden: names of openapis taken from it for irregularities (48004).
    """

    ip_whitelist: tuple[str, ...] = ()
    ip_refusal: str | None = None
    is_secret_frozen: bool = False
    unauthorized: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class App:
    """A mini program and the CloudBase environment bound to it.

    :param secret_id: of the Tencent Cloud account that owns the environment, with ``secret_key``.
    :param app_key: of the app's virtual payment; empty if it has none.
    """

    appid: str
    secret: str = field(repr=False)
    env: str
    restrictions: Restrictions = Restrictions()
    secret_id: str = ""
    secret_key: str = field(default="", repr=False)
    app_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Give an app without Tencent Cloud credentials of its own those that follow from its appid and secret."""
        if not self.secret_id:
            object.__setattr__(self, "secret_id", f"AKID{self.appid.removeprefix('wx')}")
        if not self.secret_key:
            object.__setattr__(self, "secret_key", self.secret)


def add(world: World, app: App) -> None:
    """Register ``app``, or change the one with its appid."""
    kept = json.dumps(dataclasses.asdict(app.restrictions), sort_keys=True)
    world.store.run(
        "INSERT OR REPLACE INTO apps VALUES (?, ?, ?, ?, ?, ?, ?)",
        app.appid,
        app.secret,
        app.env,
        app.secret_id,
        app.secret_key,
        kept,
        app.app_key,
    )


def find(world: World, appid: str) -> App | None:
    """The app with this appid, or ``None``."""
    row = world.store.row("SELECT * FROM apps WHERE appid = ?", appid)
    return None if row is None else of_row(row)


def require(world: World, appid: str) -> App:
    """The app with this appid.

    :raises UnknownAppError: there is none.
    """
    app = find(world, appid)
    if app is None:
        raise UnknownAppError(
            Message(
                "no app has the appid {appid}; `wxemu app list` shows which there are",
                "没有应用的 appid 是 {appid}；可用 `wxemu app list` 查看",
                appid=repr(appid),
            )
        )
    return app


def find_by_secret_id(world: World, secret_id: str) -> App | None:
    """The app whose environment these Tencent Cloud credentials own, or ``None``."""
    row = world.store.row("SELECT * FROM apps WHERE secret_id = ?", secret_id)
    return None if row is None else of_row(row)


def find_by_env(world: World, env: str) -> App | None:
    """The app that this CloudBase environment is bound to, or ``None``."""
    row = world.store.row("SELECT * FROM apps WHERE env = ? ORDER BY appid LIMIT 1", env)
    return None if row is None else of_row(row)


def of_row(row: Row) -> App:
    """The app in a row of the table ``apps``, or of a join that begins with it."""
    appid, secret, env, secret_id, secret_key, restrictions, app_key = row[:7]  # by place: each name is looked for
    return App(appid, secret, env, _read_restrictions(restrictions), secret_id, secret_key, app_key)


def all_apps(world: World) -> list[App]:
    """Every app: those of the seed in its order, then those that came later, by appid.

    So the first one, which is meant where none is named, stays the first, whatever tests add.
    """
    rows = world.store.rows("SELECT appid FROM apps ORDER BY appid")
    present = [app for row in rows if (app := find(world, row["appid"])) is not None]
    seed = world.store.note(SEED_NOTE) or {}
    place = {entry["appid"]: number for number, entry in enumerate(seed.get("apps", ()))}
    return sorted(present, key=lambda app: place.get(app.appid, len(place)))


def restrictions(fields: Mapping[str, Any]) -> Restrictions:
    """Restrictions from a seed's or the store's JSON, whose lists become tuples."""
    known: dict[str, Any] = {name: tuple(held) if isinstance(held, list) else held for name, held in fields.items()}
    return Restrictions(**known)


def refuse_published_secrets(entries: Iterable[Mapping[str, Any]]) -> None:
    """Keep what everybody knows out of a world that other machines reach.

    :param entries: apps as in a seed.
    :raises PublishedSecretError: one of them has such a secret.
    """
    for entry in entries:
        if {entry.get("secret"), entry.get("secret_key")} & PUBLISHED_SECRETS:
            raise PublishedSecretError(
                Message(
                    "{appid} has a secret that stands in the docs, with which everybody who reaches the"
                    " emulator could run code; beyond loopback give it others in the seed, or leave --seed and --import"
                    " out, and begin with another folder of --state",
                    "{appid} 使用了文档中公开的密钥，任何能访问模拟器的人都可以用它运行代码；对本机之外开放时，请在"
                    "种子文件中换用别的密钥，或不使用 --seed 和 --import，并用 --state 指定另一个目录",
                    appid=entry.get("appid"),
                )
            )


def refuse_kept_published_secrets(world: World) -> None:
    """Do so for the apps of the world, and for those of the seed that it goes back to.

    :raises PublishedSecretError: one of them has such a secret.
    """
    if world.is_exposed:
        seed = world.store.note(SEED_NOTE) or {}
        refuse_published_secrets([*map(dataclasses.asdict, all_apps(world)), *seed.get("apps", ())])


@functools.lru_cache(maxsize=256)
def _read_restrictions(text: str) -> Restrictions:
    return restrictions(json.loads(text))
