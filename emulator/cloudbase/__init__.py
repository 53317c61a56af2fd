"""Face: CloudBase's gateway and Tencent Cloud's API, as each official client speaks to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint

    from emulator.deployment import Deployment
    from emulator.world.world import World


def faces(_world: World, _deployment: Deployment) -> list[Blueprint]:
    """One blueprint for each protocol."""
    return []
