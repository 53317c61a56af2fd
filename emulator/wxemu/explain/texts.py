"""What becomes of a signed JSON text on its way, and what it may have been before."""

from __future__ import annotations

import html
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.explain.case import quote
from wxemu.wechat.soter import PROFILES, device_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Rewriting = Callable[[str], str]

_COMPACT: Final = (",", ":")


def _dump(**options: Any) -> Rewriting:
    return lambda text: json.dumps(json.loads(text), **options)


REWRITINGS: Final[tuple[tuple[Message, Rewriting], ...]] = (
    (Message("a line end was added", "末尾加了换行"), lambda text: f"{text}\n"),
    (
        Message(
            "json.dumps(json.loads(...)) of Python puts spaces after : and ,",
            "Python 的 json.dumps(json.loads(...)) 会在 : 和 , 后加空格",
        ),
        _dump(),
    ),
    (
        Message(
            "json.dumps(json.loads(...), ensure_ascii=False) puts spaces after : and ,",
            "json.dumps(json.loads(...), ensure_ascii=False) 会在 : 和 , 后加空格",
        ),
        _dump(ensure_ascii=False),
    ),
    (
        Message(
            "JSON.stringify(JSON.parse(...)) writes \\/ as / and leaves out spaces",
            "JSON.stringify(JSON.parse(...)) 会将 \\/ 写成 /，并去掉空格",
        ),
        _dump(ensure_ascii=False, separators=_COMPACT),
    ),
    (
        Message(
            "a compact json.dumps writes other characters as \\u escapes",
            "紧凑的 json.dumps 会将其他字符写成 \\u 转义",
        ),
        _dump(separators=_COMPACT),
    ),
    (Message("the members were sorted", "字段被重新排序"), _dump(sort_keys=True)),
    (
        Message("the members were sorted, compactly", "字段被重新排序，且写法紧凑"),
        _dump(sort_keys=True, ensure_ascii=False, separators=_COMPACT),
    ),
    (Message("it was indented", "加了缩进"), _dump(indent=2, ensure_ascii=False)),
    (Message("it was indented by four", "加了四个空格的缩进"), _dump(indent=4, ensure_ascii=False)),
    (Message("it was indented by tabs", "加了制表符缩进"), _dump(indent="\t", ensure_ascii=False)),
    (Message("each \\/ was written as /", "\\/ 都被写成了 /"), lambda text: text.replace(r"\/", "/")),
    (Message("it was made a JSON string once more", "又被序列化成一个 JSON 字符串"), json.dumps),
    (Message("it was escaped for HTML", "做了 HTML 转义"), html.escape),
    (
        Message("its UTF-8 was read as Latin-1", "UTF-8 被按 Latin-1 读取"),
        lambda text: text.encode().decode("latin-1"),
    ),
)
"""What is usually done to it, and how that shows."""


def members(text: object) -> dict[str, Any]:
    """The members of a JSON object; none for anything else."""
    return (device_json.read(text) if isinstance(text, str) else None) or {}


def differences(signed: str, sent: str) -> list[Message]:
    """What two texts say differently, a sentence each; none if they say the same, or one of them says nothing."""
    one, other = members(signed), members(sent)
    if not other:
        return []
    return [
        Message(
            "{name} was signed as {signed} and came as {sent}",
            "{name} 签名时是 {signed}，发来的是 {sent}",
            name=name,
            signed=quote(one.get(name)),
            sent=quote(other.get(name)),
        )
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    ]


def rewriting(signed: str, sent: str) -> Message:
    """How the one text became the other."""
    for how, rewrite in REWRITINGS:
        try:
            if rewrite(signed) == sent:
                return how
        except (ValueError, RecursionError):  # it was no JSON in the first place
            continue
    if signed.strip() == sent.strip():
        return Message("whitespace around it was changed", "首尾的空白被改动")
    at = next((at for at, (one, other) in enumerate(zip(signed, sent, strict=False)) if one != other), -1)
    at = min(len(signed), len(sent)) if at < 0 else at
    return Message(
        "from character {at} on it is {sent} where {signed} was signed",
        "从第 {at} 个字符起是 {sent}，而签名时是 {signed}",
        at=at,
        sent=quote(sent[at : at + 20]),
        signed=quote(signed[at : at + 20]),
    )


def originals(sent: str) -> Iterator[str]:
    """What the phone may have signed, if ``sent`` is the same JSON written otherwise; ``sent`` itself first."""
    yield sent
    once = _once_more(sent)
    mended = dict.fromkeys(
        [sent.strip(), html.unescape(sent), sent.removeprefix("\ufeff"), sent if once is None else once]
    )
    yield from (text for text in mended if text != sent)
    found = members(sent if once is None else once)
    orders = (profile.result_keys for profile in PROFILES.values() if set(profile.result_keys) == set(found))
    for keys, write in itertools.product([tuple(found), *orders] if found else [], _WRITERS):
        yield write({key: found[key] for key in keys})


def _once_more(sent: str) -> str | None:
    """The text inside a JSON string."""
    try:
        inner = json.loads(sent)
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, str) else None


_WRITERS: Final[tuple[Callable[[Mapping[str, Any]], str], ...]] = (
    device_json.write,
    lambda members: json.dumps(members, ensure_ascii=False, separators=_COMPACT),
    lambda members: json.dumps(members, ensure_ascii=False),
    json.dumps,
)
