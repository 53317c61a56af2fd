"""An operation of our own interfaces, and the request that asks for it. Clients load this too: no Flask in here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypedDict, TypeVar, cast
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

Input = TypeVar("Input")
Output = TypeVar("Output")

JSON_LINES: Final = "application/x-ndjson"
PLACE: Final = re.compile(r"\{(\w+)\}")
"""A member of the input that stands in the path."""


class Nothing(TypedDict):
    """What is given where there is nothing to say."""


@dataclass(frozen=True)
class Operation(Generic[Input, Output]):
    """One operation of our own interfaces.

    The input's members stand in the path where it has their name, else in the query of a GET or DELETE, else in a JSON
    body.

    :param name: subject and verb: ``clock.advance``.
    :param input: a TypedDict, whose annotations say what each member takes (see ``inputs``).
    :param output: of the answer, or of each line of a stream; a TypedDict as well.
    :param has_whole_body: whether the JSON body is not an object of the other members, but the member ``body``.
    :param reads_itself: whether what answers it reads the body, not the reader of inputs.
    :param closed: what the input is called where a member that it does not have is refused; ``None`` ignores it.
    :param content_type: of the answer.
    :param tag: whose it is, in the OpenAPI document.
    """

    name: str
    method: str
    path: str
    input: type[Input]
    output: type[Output]
    summary: str
    has_whole_body: bool = False
    reads_itself: bool = False
    closed: str | None = None
    content_type: str = "application/json"
    tag: str = "Control"

    @property
    def places(self) -> list[str]:
        """The members that stand in the path."""
        return PLACE.findall(self.path)

    @property
    def has_query(self) -> bool:
        """Whether the other members stand in the query."""
        return self.method in ("GET", "DELETE")

    def request(self, given: Input) -> tuple[str, dict[str, Any] | None]:
        """The path with its query, and the JSON body if it takes one; a member that is ``None`` is left out."""
        members = {name: value for name, value in cast("Mapping[str, Any]", given).items() if value is not None}
        path = PLACE.sub(lambda place: quote(str(members.pop(place[1])), safe=""), self.path)
        if self.has_query:
            return f"{path}?{urlencode({name: _word(members[name]) for name in members})}" if members else path, None
        return path, members["body"] if self.has_whole_body else members


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
