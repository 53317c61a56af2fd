"""An operation of our own interfaces, and the request that asks for it. Clients load this too: no Flask in here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypedDict, TypeVar
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.core.messages import Message

Members = ParamSpec("Members")
Input_co = TypeVar("Input_co", covariant=True)
Output_co = TypeVar("Output_co", covariant=True)

JSON_LINES: Final = "application/x-ndjson"
PLACE: Final = re.compile(r"\{(\w+)\}")
"""A member of the input that stands in the path."""


class Nothing(TypedDict):
    """What is given where there is nothing to say."""


@dataclass(frozen=True)
class Operation(Generic[Members, Input_co, Output_co]):
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
    input: Callable[Members, Input_co]
    output: type[Output_co]
    summary: str
    has_whole_body: bool = False
    reads_itself: bool = False
    closed: Message | None = None
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

    def request(self, *_: Members.args, **given: Members.kwargs) -> tuple[str, Any]:
        """The path, with a query of what is not ``None``; and the JSON body, if it takes one."""
        members: dict[str, Any] = dict(given)
        path = PLACE.sub(lambda place: quote(str(members.pop(place[1])), safe=""), self.path)
        if not self.has_query:
            return path, members["body"] if self.has_whole_body else members
        query = urlencode({name: _word(value) for name, value in members.items() if value is not None})
        return f"{path}?{query}" if query else path, None


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
