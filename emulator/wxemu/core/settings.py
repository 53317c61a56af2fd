"""Settings of the emulated platform, for what the real one does differently by time or place, or what is not known.

SettingsError
    An unknown setting, or a value that it does not take; the text lists what it takes.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wxemu.core.store import Store

_NOTE = "settings"
_ERRCODE: Final = re.compile(r"-?[1-9]\d*", re.ASCII)
MOST_SECONDS: Final = 10**9
CHOICES: Final[dict[str, tuple[object, ...]]] = {
    "verify_signature_reply": ("documented", "field"),
    "errmsg_suffix": ("rid", "hint", "both"),
    "stale_session_errcode": (87009, 87007),
    "environ_leak": ("leak", "clear", "poison"),
}


class SettingsError(MessageError, ValueError):
    """An unknown setting, or a value that it does not take."""


@dataclass(frozen=True)
class Settings:
    """The platform's settings; ``docs/fidelity.md`` says what is known of each.

    :param verify_signature_reply: ``documented``: a genuine signature answers errcode 0, errmsg ok and is_ok true
        [doc]; ``field``: ``{"is_ok":true}`` [field]. A wrong one is ``{"is_ok":false}`` either way [field].
    :param errmsg_suffix: what follows an errmsg: a rid, the older hint, or both [field].
    :param stale_session_errcode: the answer to an expired session_key: 87009 (WeChat's staff) or 87007 [doc].
    :param session_idle_seconds: how long a session_key lives without use; undisclosed, [inferred].
    :param session_refresh_seconds: a new login within this time keeps the present session_key; 0 always replaces it.
    :param verify_signatures: whether CloudBase refuses requests without its SDK's signature; turn it off to try
        requests by hand.
    :param web_origins: origins (``https://app.example.com``) whose pages may call CloudBase for web apps, the phone and
        the control plane; pages of this machine always may.
    :param request_domains: origins (``https://api.example.com``) that wx.request may reach beside HTTP access, as
        WeChat's list of domains [doc].
    :param environ_leak: what an invocation leaves in a function's os.environ: ``leak``: all of its caller's values, as
        on the platform [src]; ``clear``: nothing; ``poison``: texts that say they were read from the wrong place.
    :param refusals: what WeChat was seen to answer in the place of an errcode of ours, by API name (``*`` for a path of
        none) and by that errcode: ``{"auth.checkSessionKey": {"40003": {"errcode": 87009, "errmsg": "..."}}}``.
    :param quotas: calls allowed by API name and period, e.g. ``{"auth.code2Session": {"minute": 100}}``; they replace
        the documented quotas of ``wechat/openapis.py``.
    """

    verify_signature_reply: str = "documented"
    errmsg_suffix: str = "rid"
    stale_session_errcode: int = 87009
    session_idle_seconds: float = 3 * 24 * 3600
    session_refresh_seconds: float = 0
    verify_signatures: bool = True
    web_origins: Sequence[str] = ()
    request_domains: Sequence[str] = ()
    environ_leak: Literal["leak", "clear", "poison"] = "leak"
    refusals: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    quotas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def change(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return ``settings`` with ``changes``; quotas and refusals are merged by API.

    :raises SettingsError: an unknown name or a value of the wrong kind.
    """
    defaults = dataclasses.asdict(Settings())
    for name, value in changes.items():
        if name not in defaults:
            raise SettingsError(
                Message(
                    "no setting is called {name}; there are {known}",
                    "没有名为 {name} 的设置项；可用的有 {known}",
                    name=repr(name),
                    known=", ".join(defaults),
                )
            )
        if name in CHOICES:
            if not any(value == choice and type(value) is type(choice) for choice in CHOICES[name]):
                raise _unfit(name, " or ".join(map(repr, CHOICES[name])), value)
        elif isinstance(defaults[name], bool):
            if not isinstance(value, bool):
                raise _unfit(name, Message("true or false", "true 或 false"), value)
        elif name in _CHECKS:
            _CHECKS[name](value)
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST_SECONDS:
            seconds = Message("a number of seconds from 0 to {most}", "0 到 {most} 的秒数", most=MOST_SECONDS)
            raise _unfit(name, seconds, value)
    by_api = {name: {**getattr(settings, name), **changes.get(name, {})} for name in ("quotas", "refusals")}
    return dataclasses.replace(settings, **{**changes, **by_api})


def _check_origins(name: str, value: object) -> None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(origin, str) for origin in value):
        raise _unfit(name, '["https://app.example.com", ...]', value)


def _check_refusals(value: object) -> None:
    expected = '{"api name": {"errcode": {"errcode": number, "errmsg": text}}}'
    if not isinstance(value, dict):
        raise _unfit("refusals", expected, value)
    for api, seen in value.items():
        if not isinstance(seen, dict):
            raise _unfit_for("refusals", expected, api, repr(seen))
        for errcode, answer in seen.items():
            kinds = {name: type(member) for name, member in answer.items()} if isinstance(answer, dict) else {}
            is_code = isinstance(errcode, str) and _ERRCODE.fullmatch(errcode) is not None
            if not is_code or kinds != {"errcode": int, "errmsg": str} or not answer["errcode"]:
                raise _unfit_for("refusals", expected, api, f"{errcode!r}: {answer!r}")


def _check_quotas(value: object) -> None:
    expected = '{"api name": {"minute" or "day": calls}}'
    if not isinstance(value, dict):
        raise _unfit("quotas", expected, value)
    for api, limits in value.items():
        if not isinstance(limits, dict):
            raise _unfit_for("quotas", expected, api, repr(limits))
        for period, limit in limits.items():
            if period not in ("minute", "day") or isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
                raise _unfit_for("quotas", expected, api, f"{period!r}: {limit!r}")


def _unfit(name: str, expected: Message | str, value: object) -> SettingsError:
    return SettingsError(
        Message(
            "{name} takes {expected}, not {value}",
            "{name} 应为 {expected}，不能是 {value}",
            name=name,
            expected=expected,
            value=repr(value),
        )
    )


def _unfit_for(name: str, expected: str, api: object, found: str) -> SettingsError:
    return SettingsError(
        Message(
            "{name} takes {expected}; {api} has {found}",
            "{name} 应为 {expected}；{api} 的是 {found}",
            name=name,
            expected=expected,
            api=repr(api),
            found=found,
        )
    )


_CHECKS: Final[dict[str, Callable[[Any], None]]] = {
    "web_origins": partial(_check_origins, "web_origins"),
    "request_domains": partial(_check_origins, "request_domains"),
    "quotas": _check_quotas,
    "refusals": _check_refusals,
}


def load(store: Store) -> Settings:
    """The settings in force."""
    return store.note_as(_NOTE, _settings_of)


def _settings_of(kept: Mapping[str, Any] | None) -> Settings:
    return Settings() if kept is None else Settings(**kept)


def keep(store: Store, settings: Settings) -> None:
    """Put ``settings`` in force."""
    store.keep_note(_NOTE, None if settings == Settings() else dataclasses.asdict(settings))
