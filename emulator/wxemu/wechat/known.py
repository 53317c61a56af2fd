"""Every openapi that WeChat has by name: THE TABLE, the ready answers, and the names of all others.

The names stand in ``names.tsv``, from WeChat's documentation and from SDKs; it is read when the first one is asked for
that THE TABLE does not have. ``grade`` in it says how a row is known, see docs/fidelity.md. Of names at one path the
one that is used more comes first.
"""

from __future__ import annotations

import csv
import difflib
import functools
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, cast

from wxemu.core.messages import Message
from wxemu.wechat.api import Api
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.openapis import BY_NAME, TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wxemu.core.world import World
    from wxemu.wechat.api import Body, Request

UNKNOWN_METHOD: Final = ""
"""Of the few openapis whose documentation says nowhere how to call them: any method is taken."""


def find(name: str) -> Api | None:
    """The openapi of this name, or ``None``."""
    return BY_NAME.get(name) or _others().get(name)


def find_by_path(path: str) -> Api | None:
    """The openapi that HTTPS has at this path, the first one where several have it; or ``None``."""
    return next((api for api in TABLE if api.path == path), None) or by_path().get(path)


def all_apis() -> list[Api]:
    """All of them: those of THE TABLE, then the others by name."""
    return [*TABLE, *_others().values()]


def names() -> list[str]:
    """The names of all."""
    return [api.name for api in all_apis()]


def suggest(name: str, offered: Iterable[str]) -> Message:
    """What to say after a name that is none: the one that may be meant, or where they all stand."""
    similar = difflib.get_close_matches(name, list(offered), n=1, cutoff=0.5)
    if similar:
        return Message("is {name} meant?", "是否指 {name}？", name=similar[0])
    return Message("docs/coverage.md lists all", "全部接口见 docs/coverage.md")


@functools.cache
def _others() -> Mapping[str, Api]:
    # Imported when a name is asked for that THE TABLE does not have, as the file is read then.
    from wxemu.wechat.ready_answers import READY  # noqa: PLC0415

    text = resources.files(__package__).joinpath("names.tsv").read_text(encoding="utf-8")
    emulated = {api.path for api in TABLE}  # some stand there by another name
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["path"] not in emulated]
    named_at: dict[str, list[str]] = {}
    for row in rows:
        named_at.setdefault(row["path"], []).append(row["name"])
    apis = (_api(row, named_at[row["path"]]) for row in rows)
    return {api.name: replace(api, **READY[api.name], kind="ready") if api.name in READY else api for api in apis}


@functools.cache
def by_path() -> Mapping[str, Api]:
    """The others by their paths; of those at one path the first."""
    return {api.path: api for api in reversed([*_others().values()])}


def _api(row: Mapping[str, str], names_at_path: Iterable[str]) -> Api:
    name = row["name"]
    return Api(
        name=name,
        method=row["method"],
        path=row["path"],
        summary="",
        parameters=(),
        reply={},
        decide=functools.partial(_ask_for_an_answer, name),
        has_cloud_call=row["cloud_call"] != "no",  # where nothing is said of it, the function shall run
        kind="named",
        body=cast("Body", row["body"]),
        gives_bytes=row["reply"] == "bytes",
        login_state=int(row["login_state"]) if row["login_state"] else None,
        twins=tuple(other for other in names_at_path if other != name),
    )


def _ask_for_an_answer(name: str, _world: World, _request: Request) -> Mapping[str, Any]:
    """The decision about an openapi that has only a name, and was given no answer.

    :raises WeChatError: always.
    """
    how = f"""wxemu fault add --api {name} --reply '{{"errcode": 0, "errmsg": "ok"}}'"""
    raise WeChatError(40066, errmsg=f"{name} is known to the emulator and not emulated; program its answer: {how}")
