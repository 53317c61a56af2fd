"""What a mini game keeps of a user with WeChat: pairs of a key and a text, and interactive data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.text import is_text
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wxemu.core.world import World

    Pairs = Mapping[str, str]

MOST_PAIRS: Final = 128
"""Of a user in an app [doc]."""
KEY_BYTES: Final = 128
PAIR_BYTES: Final = 1024
"""Of key and value together [doc]; of their UTF-8 [inferred]. So 128 pairs never reach a total that were too large."""
INTERACTIVE_KEY: Final = re.compile("[1-9]|[1-4][0-9]|50")
"""Keys of interactive data: '1' to '50' [doc]."""
INT32: Final = 2**31
MOST_PLAYERS: Final = 1000
"""Of an app, whose pairs are listed."""


def find(world: World, appid: str, openid: str, keys: Sequence[str]) -> dict[str, str]:
    """The user's pairs of these keys that are there, in the order of the keys."""
    rows = world.store.rows("SELECT key, value FROM user_storage WHERE appid = ? AND openid = ?", appid, openid)
    stored = {row["key"]: row["value"] for row in rows}
    return {key: stored[key] for key in keys if key in stored}


def players(world: World, appid: str) -> list[str]:
    """The openids of those who have pairs in the app, in order."""
    rows = world.store.rows(
        "SELECT DISTINCT openid FROM user_storage WHERE appid = ? ORDER BY openid LIMIT ?", appid, MOST_PLAYERS
    )
    return [row["openid"] for row in rows]


def store(world: World, appid: str, openid: str, pairs: Pairs) -> None:
    """Keep all pairs, or none; a key that is there gets the new value [doc].

    :raises WeChatError: 87019 a key too long; 87016 a pair too long; 87018 too many in the end.
    """
    for key, value in pairs.items():
        if len(key.encode()) > KEY_BYTES:
            raise WeChatError(87019, value=key)
        if len(key.encode()) + len(value.encode()) > PAIR_BYTES:
            raise WeChatError(87016, value=key)
    rows = world.store.rows("SELECT key FROM user_storage WHERE appid = ? AND openid = ?", appid, openid)
    count = len({row["key"] for row in rows} | pairs.keys())
    if count > MOST_PAIRS:
        raise WeChatError(87018, value=count)
    for key, value in pairs.items():
        world.store.run("INSERT OR REPLACE INTO user_storage VALUES (?, ?, ?, ?)", appid, openid, key, value)


def remove(world: World, appid: str, openid: str, keys: Iterable[str]) -> None:
    """Forget the pairs of these keys; one that is not there is no failure [inferred]."""
    for key in filter(is_text, keys):
        world.store.run("DELETE FROM user_storage WHERE appid = ? AND openid = ? AND key = ?", appid, openid, key)


def find_interactive_data(world: World, appid: str, openid: str, keys: Sequence[str]) -> dict[str, int]:
    """The user's numbers of these keys that are there, in the order of the keys.

    :raises WeChatError: 87082 a key that is none of '1' to '50'.
    """
    _check_interactive(keys)
    rows = world.store.rows("SELECT key, value FROM interactive_data WHERE appid = ? AND openid = ?", appid, openid)
    stored = {row["key"]: row["value"] for row in rows}
    return {key: stored[key] for key in keys if key in stored}


def store_interactive_data(world: World, appid: str, openid: str, numbers: Mapping[str, int]) -> None:
    """Keep all numbers, or none.

    :raises WeChatError: 87082 a key that is none of '1' to '50'.
    """
    _check_interactive(numbers)
    for key, number in numbers.items():
        world.store.run("INSERT OR REPLACE INTO interactive_data VALUES (?, ?, ?, ?)", appid, openid, key, number)


def _check_interactive(keys: Iterable[str]) -> None:
    for key in keys:
        if INTERACTIVE_KEY.fullmatch(key) is None:
            raise WeChatError(87082, value=key)


def read_pairs(kv_list: Sequence[Any]) -> dict[str, str]:
    """The pairs of a kv_list; the last one of a key counts [inferred]. A number counts as its digits: pages differ.

    :raises WeChatError: 40097 another form.
    """
    return {key: _text(value) for key, value in _entries(kv_list)}


def read_numbers(kv_list: Sequence[Any]) -> dict[str, int]:
    """The same of interactive data, whose values are 32-bit integers [doc].

    :raises WeChatError: 40097 another form.
    """
    return {key: _int32(value) for key, value in _entries(kv_list)}


def read_keys(keys: Sequence[Any]) -> list[str]:
    """The keys of a list.

    :raises WeChatError: 40097 another form.
    """
    return [_checked(key) for key in keys]


def _entries(kv_list: Sequence[Any]) -> list[tuple[str, Any]]:
    if not isinstance(kv_list, list) or not all(
        isinstance(entry, dict) and entry.keys() == {"key", "value"} for entry in kv_list
    ):
        raise WeChatError(40097, value=kv_list)
    return [(_checked(entry["key"]), entry["value"]) for entry in kv_list]


def _checked(text: object) -> str:
    if not isinstance(text, str) or not is_text(text):
        raise WeChatError(40097, value=text)
    return text


def _text(value: object) -> str:
    return str(value) if type(value) is int else _checked(value)


def _int32(value: object) -> int:
    if type(value) is not int or not -INT32 <= value < INT32:
        raise WeChatError(40097, value=value)
    return value
