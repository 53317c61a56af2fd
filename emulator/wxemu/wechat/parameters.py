"""One call of an openapi, as a face decoded it, and the parameters it may carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.apps import App


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

    def check(self, given: Mapping[str, Any]) -> None:
        """Refuse a request that lacks it or has it in another type.

        :raises WeChatError: ``missing`` or ``invalid``.
        """
        value = given.get(self.name)
        if value is None or value == "":
            if self.missing is not None:
                raise WeChatError(self.missing, value=self.name)
        elif not isinstance(value, self.kind) or not _is_text_or_no_string(value):
            raise WeChatError(self.invalid, value=self.name)


def _is_text_or_no_string(value: object) -> bool:
    """Half a surrogate pair is a character that no text has: JSON can spell it, UTF-8 cannot."""
    return not isinstance(value, str) or is_text(value)


def is_text(value: str) -> bool:
    """Whether the string has a UTF-8 form, without which nothing can be kept or looked up under it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Request:
    """A call whose parameters have been checked.

    :param app: who calls, where the openapi takes an access_token.
    :param given: query parameters of a GET, JSON body of a POST.
    """

    given: Mapping[str, Any] = field(repr=False)
    client_ip: str
    app: App | None = None

    def __getitem__(self, name: str) -> Any:
        """The parameter, or the empty string if an optional one was left out."""
        value = self.given.get(name)
        return "" if value is None else value

    @property
    def appid(self) -> str:
        """Of the app that the access_token speaks for."""
        if self.app is None:
            raise LookupError("this openapi takes no access_token, so no app is known before its own decision")
        return self.app.appid
