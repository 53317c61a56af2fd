"""What an app proves with its AppSecret, and from where it may: the checks of ``appid`` and ``secret``."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.wechat.errors import ERRMSG, WeChatError

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World

IP_REFUSALS: Final = {"needs_confirmation": 89503, "refused_24h": 89506, "refused_1h": 89507}


def authenticate(world: World, *, appid: str, secret: str) -> App:
    """The app whose AppSecret was presented.

    :raises WeChatError: 40013 no such appid; 40125 another secret; 40243 the secret is frozen.
    """
    app = apps.find(world, appid)
    if app is None:
        raise WeChatError(40013, value=appid)
    if not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise WeChatError(40125)
    if app.restrictions.is_secret_frozen:
        raise WeChatError(40243)
    return app


def check_address(app: App, client_ip: str) -> None:
    """Let ``app`` fetch tokens from this address.

    :raises WeChatError: 40164 not in the whitelist; 89503, 89506, 89507 refused by the admin.
    """
    restrictions = app.restrictions
    if restrictions.ip_whitelist and client_ip not in restrictions.ip_whitelist:
        raise WeChatError(40164, errmsg=ERRMSG[40164].format(ip=client_ip), value=client_ip)
    if restrictions.ip_refusal is not None:
        raise WeChatError(IP_REFUSALS[restrictions.ip_refusal], value=client_ip)


def check_permission(app: App, api_name: str) -> None:
    """Let ``app`` use this openapi.

    :raises WeChatError: 48001 it has no permission; 48004 it was taken away.
    """
    if api_name in app.restrictions.unauthorized:
        raise WeChatError(48001, value=api_name)
    if api_name in app.restrictions.forbidden:
        raise WeChatError(48004, value=api_name)
