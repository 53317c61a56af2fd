"""The two ends of a function's `main`: the fields of its `event`, and the form of its answer."""

from __future__ import annotations

import functools
from typing import Any, Callable

from wxcloud.errors import CloudError, InvalidParameter

Main = Callable[[Any, Any], "dict[str, Any]"]


def answers(api: str) -> Callable[[Main], Main]:
    """Decorate a function's `main(event, context)` so that it answers as `api`.

    The answer is `{"errCode": 0, "errMsg": "<api>:ok"}` with what `main` returns, or
    `{"errCode": N, "errMsg": "<api>:fail <reason>"}` if `main` raises a CloudError. Any other exception is a bug: the
    platform reports it.
    """

    def decorate(main: Main) -> Main:
        @functools.wraps(main)
        def answer(event: Any, context: Any) -> dict[str, Any]:
            try:
                return {"errCode": 0, "errMsg": f"{api}:ok", **main(event, context)}
            except CloudError as error:
                failure = error.failing(api)
                return {"errCode": failure.errCode, "errMsg": failure.errMsg}

        return answer

    return decorate


class Event:
    """The `event` of an invocation; each field is checked when it is read, others (`userInfo`) are ignored.

    Raises InvalidParameter when the event, or a field read from it, has another form.
    """

    def __init__(self, event: Any) -> None:
        if not isinstance(event, dict):
            raise InvalidParameter(f"event must be an object, got {_kind(event)}")
        self._fields: dict[str, Any] = event

    def text(self, name: str) -> str:
        """The text field `name`, which must not be missing or empty."""
        text = self.optional_text(name)
        if text is None:
            raise InvalidParameter(f"{name} must be a non-empty string, got nothing")
        return text

    def optional_text(self, name: str) -> str | None:
        """The text field `name`; None when it is absent or null."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            raise InvalidParameter(f"{name} must be a non-empty string, got {_kind(value)}")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidParameter(f"{name} must be Unicode text, got a lone surrogate in it") from None
        return value

    def value(self, name: str) -> Any:
        """The field `name`, whatever it is; None when it is absent."""
        return self._fields.get(name)

    def verbatim(self, name: str, *, given_as: str) -> str:
        """The string field `name`, exactly as the phone gave it in its field `given_as`.

        A signature covers every character, so it must be a string: an object that is dumped again is another text, and
        wx-server-sdk would even rename the keys inside it.
        """
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise InvalidParameter(
                f"{name} must be the verbatim string {given_as} of wx.startSoterAuthentication, never parsed and "
                f"dumped again (that would break its signature), got {_kind(value)}"
            )
        return value


def _kind(value: Any) -> str:
    """The JSON type of a value; never the value itself, which may be a secret."""
    if value == "":
        return "an empty string"
    return _KINDS.get(type(value), type(value).__name__)


_KINDS: dict[type, str] = {
    type(None): "nothing",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
