"""The form of an openapi: its entry in THE TABLE, and what its function is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from wxemu.core.text import is_text
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World

    Members = Mapping[str, Any]

Kind = Literal["emulated", "ready", "named"]
"""Its rules are imitated; it gives the documented success and refuses what it easily can; it has only a name, so that
its answers are programmed."""
Body = Literal["query", "json", "form", "form or query", "any"]
"""``form`` is multipart/form-data with a file; ``any`` is where the documentation is silent or contradicts itself."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of an openapi.

    :param missing: errcode of a call without it, or ``None`` if it is optional.
    :param invalid: errcode of a call with one that is no ``kind``.
    :param kind: its type in a JSON body; in a query everything is a string.
    """

    name: str
    description: str
    missing: int | None = None
    invalid: int = 40097
    kind: type = str

    def check(self, parameters: Members) -> None:
        """Refuse a request that lacks it or has it in another type.

        :raises WeChatError: ``missing`` or ``invalid``.
        """
        value = parameters.get(self.name)
        if value is None or value == "":
            if self.missing is not None:
                raise WeChatError(self.missing, value=self.name)
        elif not isinstance(value, self.kind) or (isinstance(value, str) and not is_text(value)):
            raise WeChatError(self.invalid, value=self.name)


@dataclass(frozen=True)
class Request:
    """A call whose parameters have been checked.

    :param app: who calls, where the openapi takes an access_token.
    """

    parameters: Members = field(repr=False)
    client_ip: str
    app: App | None = None

    def __getitem__(self, name: str) -> Any:
        """The parameter, or the empty string if an optional one was left out."""
        value = self.parameters.get(name)
        return "" if value is None else value

    @property
    def appid(self) -> str:
        """Of the app that the access_token speaks for."""
        if self.app is None:
            raise LookupError("this openapi takes no access_token, so no app is known before its own decision")
        return self.app.appid


@dataclass(frozen=True)
class Api:
    """One openapi.

    :param name: as in ``cloud.openapi`` and ``permissions.openapi``.
    :param reply: members of a successful reply, with an example of each.
    :param decide: a pure function of the world and the request, which gives the members or raises WeChatError.
    :param has_cloud_call: whether ``cloud.openapi`` offers it [doc].
    :param takes_access_token: whether the caller proves itself with one; else with appid and secret.
    :param kind: how far it is imitated.
    :param body: where its parameters stand; by default in the query of a GET, and in the JSON body of a POST.
    :param gives_bytes: whether a success is a picture or a file instead of JSON.
    :param login_state: errcode of a call whose login-state signature is wrong, where the table of names alone knows
        that it takes one; it tells the family of ``signed_requests``.
    :param twins: other openapis at the same path, which HTTPS cannot tell from it.
    :param other_method: which is taken too: the documentation had it before, or clients send it [field].
    :param has_signed_body: whether, over HTTPS, a login-state signature in the query proves the body; the openid
        stands in the query then. A cloud call has all parameters in one place, and no signature [doc].
    :param invalid_openid: errcode for an openid that nobody has in the app, where the signature is checked.
    """

    name: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    reply: Members
    decide: Callable[[World, Request], Members]
    has_cloud_call: bool = False
    takes_access_token: bool = True
    kind: Kind = "emulated"
    body: Body | None = None
    gives_bytes: bool = False
    login_state: int | None = None
    twins: tuple[str, ...] = ()
    other_method: str | None = None
    has_signed_body: bool = False
    invalid_openid: int = 40003

    @property
    def place(self) -> Body:
        """Where its parameters stand over HTTPS."""
        return self.body or ("query" if self.method == "GET" else "json")

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that it takes, the documented one first."""
        return (self.method,) if self.other_method is None else (self.method, self.other_method)

    @property
    def has_form(self) -> bool:
        """Whether a POST may have as a form what a GET has in the query."""
        return self.method == "GET" and self.other_method == "POST" and not self.has_signed_body


OK: Final = {"errcode": 0, "errmsg": "ok"}
