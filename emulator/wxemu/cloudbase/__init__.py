"""Face: CloudBase's gateway and Tencent Cloud's API, as each official client speaks to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.cloudbase import admin, auth, httpapi, web
from wxemu.tencentcloud import cos
from wxemu import tencentcloud

if TYPE_CHECKING:
    from flask import Blueprint

    from wxemu.scf.deployment import Deployment
    from wxemu.core.world import World


def faces(world: World, deployment: Deployment) -> list[Blueprint]:
    """One blueprint for each protocol."""
    return [
        admin.face(world, deployment),
        web.face(world, deployment),
        httpapi.face(world, deployment),
        auth.face(world),
        tencentcloud.face(world, deployment),
        cos.face(world),
    ]
