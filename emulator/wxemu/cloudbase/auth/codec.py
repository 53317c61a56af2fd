"""The wire of ``/auth/v1``: OAuth's members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.cloudbase import web_users

if TYPE_CHECKING:
    from wxemu.cloudbase.web_users import Login


def credentials(login: Login, access_token: str) -> dict[str, object]:
    """What a login gives [doc]."""
    return {
        "token_type": "Bearer",
        "access_token": access_token,
        "refresh_token": login.refresh_token,
        "expires_in": web_users.ACCESS_TOKEN_LIFE,
        "scope": web_users.SCOPE,
        "sub": login.user.uuid,
    }
