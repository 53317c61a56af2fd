"""What the platform says about one invocation, in its `context` and nowhere else.

`os.environ` will not do: the runtime copies each invocation's variables there and never clears them, so a reused
instance may show its previous caller.

`environment` (a JSON string) or the older `environ` (`K=V;K=V`) carry the variables of a Node function [field]; that a
Python function gets the same is [inferred].
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
    """The variables that came with one invocation; tokens and credentials are among them."""

    variables: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, context: Any) -> Context:
        """Read an invocation's `context`, the handler's second argument.

        Raises InvalidContext when it cannot be read: a caller who cannot be told is never taken for a server.
        """
        return cls(_variables(context))

    def text(self, name: str) -> str:
        """The variable `name`; an empty string when it is not there. Raises InvalidContext when it is no string."""
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
    # Split at the first "=": tokens and base64 hold more of them.
    pairs = [pair.partition("=") for pair in text.split(";") if pair]
    if not all(name and equals for name, equals, _ in pairs):
        raise InvalidContext("context.environ must be K=V;K=V")
    return {name: value for name, _, value in pairs}
