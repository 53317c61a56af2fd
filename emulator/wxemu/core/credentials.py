"""Strike credentials out of texts before they are kept, and put them in again for a replay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STRUCK_OUT: Final = "***"
_NAMES: Final = (
    "secret|token|access_token|cloudbase_access_token|session_key|sessionKey|secret_key|secretKey|refresh_token|encrypt_key|encryptKey"
    "|wxCloudApiToken|wxCloudbaseAccesstoken|sessionToken|tcb_sessionToken|crossAuthorizationToken|authorization"
)
_SIGNS: Final = ("secret", "oken", "ession", "ncrypt", "uthorization", "Bearer", "TC3-")
"""A text that has none of them has no credential."""


def _in_query(names: str) -> str:
    return rf"\b(?:{names})="


def _in_json(names: str) -> str:
    # JSON may stand inside a JSON string, with its quotes escaped.
    return rf'(?:{names})\\*"\s*:\s*\\*"'


# Looked for by the sign after the name, which takes half of the time: each exchange has a query.
_BEFORE: Final = "|".join(rf"(?<=\b{name}=)" for name in _NAMES.split("|"))
_IN_QUERY: Final = re.compile(rf"(=(?:{_BEFORE}))[^&\s]+")
# Looked for by how a name ends, before its quote. A value may hold escapes, such as PHP's slashes.
_LAST: Final = "".join(sorted({name[-1] for name in _NAMES.split("|")}))
_ENDED: Final = "|".join(f"(?<={name})" for name in _NAMES.split("|"))
_IN_JSON: Final = re.compile(rf'([{_LAST}](?=[\\"])(?:{_ENDED})\\*"\s*:\s*\\*")(?:[^"\\]+|\\+[^"\\])+')
_IN_FORM: Final = re.compile(rf'(\bname="(?:{_NAMES})"[^\n]{{0,200}}\n(?:[^\r\n]{{1,200}}\r?\n){{0,4}}\r?\n)[^\r\n]+')
# The search for a signature ends after a few words: a text may hold the scheme's name any number of times.
_IN_HEADER: Final = re.compile(
    r"(\bBearer |\bTC3-HMAC-SHA256 (?:[^\"\s]+ ){0,4}?[^\"\s]*?\bSignature=)[A-Za-z0-9_.=+/-]+"
)
_PLACES: Final = (
    ('"', _IN_JSON),
    ('name="', _IN_FORM),
    ("Bearer ", _IN_HEADER),
    ("TC3-HMAC-SHA256 ", _IN_HEADER),
    ("=", _IN_QUERY),
)
"""Patterns, each with a sign that a text must contain for it to match: most texts need one pattern at most."""


def strike_out(text: str) -> str:
    """Strike secrets, tokens and session keys out of ``text`` (a query, a JSON body, a form, a header)."""
    for sign in _SIGNS:  # quicker than a pattern of them all
        if sign in text:
            break
    else:
        return text
    for sign, pattern in _PLACES:
        if sign in text:
            text = pattern.sub(_keep_name, text)
    return text


def _keep_name(found: re.Match[str]) -> str:
    return f"{found[1]}{STRUCK_OUT}"


def restore(text: str, values: Mapping[str, str]) -> str:
    """Put ``values`` back where credentials of their names were struck out; other credentials stay struck out."""
    for name, value in values.items():
        replacement = value.replace("\\", r"\\")
        for place in (_in_json(name), _in_query(name)):
            text = re.sub(rf"({place}){re.escape(STRUCK_OUT)}", rf"\g<1>{replacement}", text)
    return text
