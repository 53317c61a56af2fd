"""The platform's variables of one invocation, from its `context`.

Never read them from `os.environ`: the runtime copies each invocation's variables there and never clears them, so in a
reused instance they may be the previous caller's.

A Node function gets them as `environment` (a JSON string) or the older `environ` (`K=V;K=V`) [field]; that a Python
function gets the same is [inferred].
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxcloud.errors import InvalidContext

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Context:
    """The variables of one invocation; tokens and credentials are among them."""

    variables: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, context: Any) -> Context:
        """Read an invocation's `context`, the handler's second argument.

        Raises InvalidContext when it cannot be read: an unknown caller must never pass for a server.
        """
        return cls(_variables(context))

    def text(self, name: str) -> str:
        """The variable `name`; an empty string when it is missing. Raises InvalidContext when it is not a string."""
        value = self.variables.get(name, "")
        if not isinstance(value, str):
            raise InvalidContext(f"{name} in the context must be a string, got {type(value).__name__}")
        return value


def _variables(context: Any) -> dict[str, Any]:
    if not isinstance(context, dict):
        raise InvalidContext(f"context must be an object, got {type(context).__name__}")
    for name, parse in (("environment", _parse_environment), ("environ", _parse_environ)):
        text = context.get(name)
        if text is None or text == "":
            continue
        if not isinstance(text, str):
            raise InvalidContext(f"context.{name} must be a string, got {type(text).__name__}")
        return parse(text)
    return {}


def _parse_environment(text: str) -> dict[str, Any]:
    try:
        variables = json.loads(text)
    except (ValueError, RecursionError):
        variables = None
    if not isinstance(variables, dict):
        raise InvalidContext("context.environment must be a JSON object, written as a string")
    return variables


def _parse_environ(text: str) -> dict[str, Any]:
    # Split at the first "=": tokens and base64 contain more of them.
    pairs = [pair.partition("=") for pair in text.split(";") if pair]
    if not all(name and equals for name, equals, _ in pairs):
        raise InvalidContext("context.environ must be K=V;K=V")
    return {name: value for name, _, value in pairs}
