"""The functions that there are, or why that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxemu.scf.project import ProjectError

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.project import FunctionSpec


@dataclass(frozen=True)
class Declared:
    """The functions of an environment; ``mistake`` says what is wrong with the project, if anything is."""

    functions: tuple[FunctionSpec, ...]
    mistake: str | None = None


def of(deployment: Deployment, app: App | None) -> Declared:
    """Those of an app's environment; without an app, of the one that the project names."""
    try:
        return Declared(tuple(deployment.functions(None if app is None else app.env).values()))
    except ProjectError as error:
        return Declared((), str(error))
