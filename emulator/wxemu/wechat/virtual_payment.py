"""What a server signs for virtual payment, besides the login-state signature.

``pay_sig`` is made with the app's AppKey, over the path and the body [doc]. midas, the first version, has two
signatures over the members of the body: ``sig`` with that key, ``mp_sig`` with the user's session_key [doc of 2018].
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_SIGNED: Final = {"mp_sig"}
_NOT_IN_SIG: Final = {"access_token", "sig", "mp_sig"}


def pay_sig(app_key: str, path: str, body: bytes) -> str:
    """Lower hex of HMAC-SHA256 over path, ``&`` and body; the path has no query."""
    return hmac.digest(app_key.encode(), path.encode() + b"&" + body, "sha256").hex()


def midas_sig(app_key: str, path: str, members: Mapping[str, Any]) -> str:
    """``sig`` of a body with these members."""
    return _of_members(app_key, "secret", path, members, _NOT_IN_SIG)


def midas_mp_sig(session_key: str, path: str, members: Mapping[str, Any]) -> str:
    """``mp_sig`` of a body with these members, ``sig`` and ``access_token`` among them."""
    return _of_members(session_key, "session_key", path, members, _NOT_SIGNED)


def _of_members(key: str, name_of_key: str, path: str, members: Mapping[str, Any], left_out: set[str]) -> str:
    signed = sorted((name, value) for name, value in members.items() if name not in left_out)
    pairs = [*signed, ("org_loc", path), ("method", "POST"), (name_of_key, key)]
    message = "&".join(f"{name}={text_of(value)}" for name, value in pairs)
    return hmac.digest(key.encode(), message.encode(errors="replace"), "sha256").hex()


def text_of(value: Any, separators: tuple[str, str] = (",", ":")) -> str:
    """A member's value as midas signs it: a text as it is, anything else as JSON."""
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=separators)
    except RecursionError:  # of a value that is nested as deeply as JSON can just be read
        return ""
