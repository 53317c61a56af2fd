"""What the control plane's operations work on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from wxemu.core.http.streams import Streams
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment
    from wxemu.state.state import State


@dataclass(frozen=True)
class Platform:
    """The emulated platform: its world, the functions deployed in it, the proxy, and who follows what happens."""

    world: World
    deployment: Deployment
    interception: Interception | None = None
    logs: Streams = field(default_factory=lambda: Streams(Message("the logs", "日志")))
    exchanges: Streams = field(default_factory=lambda: Streams(Message("the exchanges", "请求")))

    @cached_property
    def state(self) -> State:
        """All that is kept."""
        from wxemu.state.state import State  # noqa: PLC0415 - every party's part of it, for who asks for all

        return State(self.world)
