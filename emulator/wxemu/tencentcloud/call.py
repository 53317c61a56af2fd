"""One call of the API: who makes it, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxemu.scf.api_functions import FunctionError

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.catalogue import Catalogue
    from wxemu.scf.deployment import Deployment
    from wxemu.tencentcloud.codec import Parameters

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True)
class Call:
    """A call with its account.

    :param app: whose credentials signed it; an account owns one CloudBase environment here.
    """

    world: World
    deployment: Deployment
    app: App
    parameters: Parameters

    @property
    def catalogue(self) -> Catalogue:
        """The functions there are."""
        return self.deployment.catalogue

    def env(self, parameter: str = "Namespace") -> str:
        """The environment that is named, which is SCF's namespace; without a name, SCF's own default [doc].

        :raises ApiError: InvalidParameter.
        :raises FunctionError: ResourceNotFound.Namespace: none of this account is called so.
        """
        named = self.parameters.optional_text(parameter) or DEFAULT_NAMESPACE
        if named != self.app.env:
            raise FunctionError("ResourceNotFound.Namespace", f"This account has no environment {named!r}.")
        return named
