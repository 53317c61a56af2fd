"""Who can be asked: a running emulator, by a mini program and a phone of this run's own; or the live servers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from wxemu.client.testing import App, Emulator
from wxemu.conformance import phone
from wxemu.conformance.ingredients import FROM_THE_FILE, Ingredients
from wxemu.conformance.wire import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wxemu.client.remote import Remote

_WECHAT: Final = "https://api.weixin.qq.com"
_GATEWAY: Final = "https://{env}.{region}.tcb-api.tencentcloudapi.com/admin"
_CLOUD: Final = "https://{service}.tencentcloudapi.com"
_REGION: Final = "ap-shanghai"
_PAUSE_SECONDS: Final = 0.1
_LIVE_SECONDS: Final = 15
_OWN_SECONDS: Final = 60


def emulator_target(url: str) -> Target:
    """The emulator there, which is every server at once."""
    return Target("emulator", url, f"{url}/admin", url, timeout=_OWN_SECONDS)


@contextmanager
def emulator(remote: Remote) -> Iterator[tuple[Target, Ingredients]]:
    """The emulator, with an app, a user and a phone that are taken away afterwards."""
    with Emulator(remote.url, remote).new_app() as app:
        held, ended = app.new_user().new_phone(), app.new_user()
        session = _log_in(remote, app, ended.new_phone("none").login())
        ended.expire_session()
        values = {
            **credentials_of(app),
            "api_key": "wxemu-no-api-key",
            "ended_openid": ended.openid,
            "ended_session_key": session["session_key"],
        }
        yield emulator_target(remote.url), Ingredients(values, lambda: phone.ask_simulated(held))


def credentials_of(app: App) -> dict[str, str]:
    """What the owner of an app has of it."""
    return {
        "appid": app.appid,
        "secret": app.secret,
        "env": app.env,
        "secret_id": app.secret_id,
        "secret_key": app.secret_key,
    }


def _log_in(remote: Remote, app: App, code: str) -> dict[str, Any]:
    query = {"appid": app.appid, "secret": app.secret, "js_code": code, "grant_type": "authorization_code"}
    return remote.ask("GET", f"/sns/jscode2session?{urlencode(query)}")


def _configured_gateway(variables: Mapping[str, str]) -> str | None:
    try:
        url = json.loads(variables.get("TCB_CONTEXT_CNFG") or "{}").get("URL")
    except (ValueError, AttributeError):
        return None
    return url if isinstance(url, str) else None


def live(variables: Mapping[str, str], told: Callable[[], Mapping[str, Any] | None]) -> tuple[Target, Ingredients]:
    """The live servers; WX_API_BASE and TCB_CONTEXT_CNFG name others, as they do for functions.

    :param told: gives what a phone told.
    """
    values = {name: variables[variable] for name, variable in FROM_THE_FILE.items() if variables.get(variable)}
    values.setdefault("region", _REGION)
    default = _GATEWAY.format(env=values.get("env", "$env"), region=values["region"])
    target = Target(
        "live",
        variables.get("WX_API_BASE") or _WECHAT,
        _configured_gateway(variables) or default,
        _CLOUD,
        timeout=_LIVE_SECONDS,
        pause=_PAUSE_SECONDS,
    )
    return target, Ingredients(values, told)
