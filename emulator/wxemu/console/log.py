"""The lines of a function's log as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.scf.invocation_records import Choice

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.feed import Listener


def listener(deployment: Deployment, app: App, function: str) -> Listener:
    """Who hears what the function says from now on."""
    return deployment.feed.listener(Choice(env=app.env, function=function))


def shown(line: str) -> tuple[str, str]:
    """A line with what it is: ``frame`` (the platform's own), ``failure``, or ``said`` (by the function)."""
    if line.startswith("ERROR RequestId: "):
        return line, "failure"
    is_frame = line.startswith(
        ("START RequestId: ", "END RequestId: ", "Report RequestId: ", "Init Report RequestId: ")
    )
    return line, "frame" if is_frame or line.startswith("Response RequestId:") else "said"
