"""Settings of the emulated platform, for what the real one does differently by time or place, or what is not known.

SettingsError
    An unknown setting, or a value that it does not take; the text lists what it takes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.core.store import Store

_NOTE = "settings"
MOST_SECONDS: Final = 10**9
CHOICES: Final[dict[str, tuple[object, ...]]] = {
    "verify_signature_reply": ("documented", "field"),
    "errmsg_suffix": ("rid", "hint", "both"),
    "stale_session_errcode": (87009, 87007),
    "environ_leak": ("leak", "clear", "poison"),
}


class SettingsError(ValueError):
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
    :param environ_leak: what an invocation leaves in a function's os.environ: ``leak``: all of its caller's values, as
        on the platform [src]; ``clear``: nothing; ``poison``: texts that say they were read from the wrong place.
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
    environ_leak: Literal["leak", "clear", "poison"] = "leak"
    quotas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def change(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return ``settings`` with ``changes``; quotas are merged by API.

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
        elif name == "quotas":
            _check_quotas(value)
        elif name == "web_origins":
            _check_origins(value)
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST_SECONDS:
            seconds = Message("a number of seconds from 0 to {most}", "0 到 {most} 的秒数", most=MOST_SECONDS)
            raise _unfit(name, seconds, value)
    quotas = {**settings.quotas, **changes.get("quotas", {})}
    return dataclasses.replace(settings, **{**changes, "quotas": quotas})


def _check_origins(value: object) -> None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(origin, str) for origin in value):
        raise _unfit("web_origins", '["https://app.example.com", ...]', value)


def _check_quotas(value: object) -> None:
    expected = '{"api name": {"minute" or "day": calls}}'
    if not isinstance(value, dict):
        raise _unfit("quotas", expected, value)
    for api, limits in value.items():
        if not isinstance(limits, dict):
            raise _unfit_quota(expected, api, repr(limits))
        for period, limit in limits.items():
            if period not in ("minute", "day") or isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
                raise _unfit_quota(expected, api, f"{period!r}: {limit!r}")


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


def _unfit_quota(expected: str, api: str, found: str) -> SettingsError:
    return SettingsError(
        Message(
            "quotas takes {expected}; {api} has {found}",
            "quotas 应为 {expected}；{api} 的是 {found}",
            expected=expected,
            api=repr(api),
            found=found,
        )
    )


def load(store: Store) -> Settings:
    """The settings in force."""
    return store.note_as(_NOTE, _settings_of)


def _settings_of(kept: Mapping[str, Any] | None) -> Settings:
    return Settings() if kept is None else Settings(**kept)


def keep(store: Store, settings: Settings) -> None:
    """Put ``settings`` in force."""
    store.keep_note(_NOTE, None if settings == Settings() else dataclasses.asdict(settings))
