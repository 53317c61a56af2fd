"""What becomes of a signed JSON text on its way, and what it may have been before."""

from __future__ import annotations

import html
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.explain.case import quote
from wxemu.wechat.soter import PROFILES, device_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Rewriting = Callable[[str], str]

_COMPACT: Final = (",", ":")


def _dump(**options: Any) -> Rewriting:
    return lambda text: json.dumps(json.loads(text), **options)


REWRITINGS: Final[Mapping[str, Rewriting]] = {
    "a line end was added": lambda text: f"{text}\n",
    "json.dumps(json.loads(...)) of Python puts spaces after : and ,": _dump(),
    "json.dumps(json.loads(...), ensure_ascii=False) puts spaces after : and ,": _dump(ensure_ascii=False),
    r"JSON.stringify(JSON.parse(...)) writes \/ as / and leaves out spaces": _dump(
        ensure_ascii=False, separators=_COMPACT
    ),
    "a compact json.dumps writes other characters as \\u escapes": _dump(separators=_COMPACT),
    "the members were sorted": _dump(sort_keys=True),
    "the members were sorted, compactly": _dump(sort_keys=True, ensure_ascii=False, separators=_COMPACT),
    "it was indented": _dump(indent=2, ensure_ascii=False),
    "it was indented by four": _dump(indent=4, ensure_ascii=False),
    "it was indented by tabs": _dump(indent="\t", ensure_ascii=False),
    r"each \/ was written as /": lambda text: text.replace(r"\/", "/"),
    "it was made a JSON string once more": json.dumps,
    "it was escaped for HTML": html.escape,
    "its UTF-8 was read as Latin-1": lambda text: text.encode().decode("latin-1"),
}
"""What is usually done to it, and how that shows."""


def members(text: object) -> dict[str, Any]:
    """The members of a JSON object; none for anything else."""
    return (device_json.read(text) if isinstance(text, str) else None) or {}


def differences(signed: str, sent: str) -> list[str]:
    """What two texts say differently, a sentence each; none if they say the same, or one of them says nothing."""
    one, other = members(signed), members(sent)
    if not other:
        return []
    return [
        f"{name} was signed as {quote(one.get(name))} and came as {quote(other.get(name))}"
        for name in dict.fromkeys((*one, *other))
        if one.get(name) != other.get(name)
    ]


def rewriting(signed: str, sent: str) -> str:
    """How the one text became the other."""
    for how, rewrite in REWRITINGS.items():
        try:
            if rewrite(signed) == sent:
                return how
        except (ValueError, RecursionError):  # it was no JSON in the first place
            continue
    if signed.strip() == sent.strip():
        return "whitespace around it was changed"
    at = next((at for at, (one, other) in enumerate(zip(signed, sent, strict=False)) if one != other), -1)
    at = min(len(signed), len(sent)) if at < 0 else at
    return f"from character {at} on it is {quote(sent[at : at + 20])} where {quote(signed[at : at + 20])} was signed"


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
