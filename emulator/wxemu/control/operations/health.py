"""Health, the proxy for the real names, and the platform's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypedDict

from wxemu.core.http.inputs import Takes
from wxemu.core.http.operations import Nothing, Operation


class Health(TypedDict):
    status: str


class Proxy(TypedDict):
    proxy: str | None
    https: str | None
    ca: str | None
    direct: str | None
    caBundle: str | None
    hosts: list[str]
    passThrough: list[str]
    refused: list[Mapping[str, Any]]


class Change(TypedDict):
    body: Annotated[Mapping[str, Any], Takes(has_surrogates=True)]


class Settings(TypedDict):
    verify_signature_reply: str
    errmsg_suffix: str
    stale_session_errcode: int
    session_idle_seconds: float
    session_refresh_seconds: float
    verify_signatures: bool
    web_origins: list[str]
    request_domains: list[str]
    environ_leak: str
    refusals: Mapping[str, Mapping[str, Mapping[str, Any]]]
    quotas: Mapping[str, Mapping[str, int]]


_READY: Final = "Seeded, and every part works; 503 else, with the part that does not and why"

ALIVE: Final = Operation("health.alive", "GET", "/healthz", Nothing, Health, "Alive")
READY: Final = Operation("health.ready", "GET", "/readyz", Nothing, Health, _READY)
CONTROL_ALIVE: Final = Operation(
    "health.control_alive", "GET", "/emulator/v1/healthz", Nothing, Health, "Alive, by the control plane's own address"
)
CONTROL_READY: Final = Operation("health.control_ready", "GET", "/emulator/v1/readyz", Nothing, Health, _READY)
SHOW_PROXY: Final = Operation(
    "proxy.show",
    "GET",
    "/emulator/v1/interception",
    Nothing,
    Proxy,
    "The proxy for the real names, and what it refused",
)
SHOW_SETTINGS: Final = Operation(
    "settings.show", "GET", "/emulator/v1/settings", Nothing, Settings, "The platform's settings"
)
CHANGE_SETTINGS: Final = Operation(
    "settings.change", "PATCH", "/emulator/v1/settings", Change, Settings, "Change some of them", has_whole_body=True
)
