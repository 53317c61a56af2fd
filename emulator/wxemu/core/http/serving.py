"""Routes of operations: what is given is checked, what is returned is answered as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from flask import Response, jsonify, request

from wxemu.core.http import body, inputs
from wxemu.core.http.operations import PLACE, Operation

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from flask import Blueprint

Subject = TypeVar("Subject")
Input = TypeVar("Input")
Output = TypeVar("Output")


@dataclass(frozen=True)
class Answer(Generic[Subject, Input, Output]):
    """A function that answers operations, nearly always one.

    :param run: makes the output, or a response of its own, of what it works on and what it is given.
    """

    operations: tuple[Operation[..., Input, Output], ...]
    run: Callable[[Subject, Input], Output | Response]


def answers(
    *operations: Operation[..., Input, Output],
) -> Callable[[Callable[[Subject, Input], Output | Response]], Answer[Subject, Input, Output]]:
    """Mark a function as the one that answers these operations."""
    return lambda run: Answer(operations, run)


def answers_in(*modules: ModuleType) -> list[Answer[Any, Any, Any]]:
    """All that were marked so in these modules."""
    return [value for module in modules for value in vars(module).values() if isinstance(value, Answer)]


class Late(Generic[Subject]):
    """The functions that answer some operations, in modules that are imported when one of these is first asked.

    :param table: the module of the operations.
    :param modules: the names of those with the functions.
    """

    def __init__(self, table: ModuleType, *modules: str) -> None:
        self.operations: list[Operation[..., Any, Any]] = [
            value for value in vars(table).values() if isinstance(value, Operation)
        ]
        self._modules = modules

    def run(self, operation: Operation[..., Any, Any], subject: Subject, given: Any) -> Any:
        """What answers an operation, of what it works on and what it is given."""
        return self._runs[operation.name](subject, given)

    @cached_property
    def _runs(self) -> Mapping[str, Callable[[Subject, Any], Any]]:
        found = answers_in(*map(import_module, self._modules))
        return {operation.name: answer.run for answer in found for operation in answer.operations}


def add_route(routes: Blueprint, operation: Operation[..., Input, Any], run: Callable[[Input], Any]) -> None:
    """Have ``run`` answer an operation, given what was checked."""

    def view(**places: Any) -> Response:
        answer = run(_given(operation, places))
        return answer if isinstance(answer, Response) else jsonify(answer)

    routes.add_url_rule(_rule(operation), operation.name.replace(".", "_"), view, methods=[operation.method])


def _rule(operation: Operation[..., Any, Any]) -> str:
    """The path as Flask writes it; a place that takes a number is not matched by anything else."""
    known = inputs.members(operation.input)

    def place(found: re.Match[str]) -> str:
        member = known[found[1]]
        return f"<int(max={member.takes.maximum}):{found[1]}>" if member.kind is int else f"<{found[1]}>"

    return PLACE.sub(place, operation.path)


def _given(operation: Operation[..., Input, Any], places: Mapping[str, Any]) -> Input:
    """What the present request gives.

    :raises InputError: not what the operation takes.
    """
    if operation.has_query:
        texts = {name: str(value) for name, value in places.items()}
        return inputs.read_texts(operation.input, {**request.args.to_dict(), **texts})
    if operation.reads_itself:
        return cast("Input", places)
    return read_sent(operation, request.get_data(cache=True, parse_form_data=False), places)


def read_sent(operation: Operation[..., Input, Any], sent: bytes, places: Mapping[str, Any]) -> Input:
    """What a body gives of an operation's input, with what stands in the path.

    :raises InputError: not what the operation takes.
    """
    members = body.of_bytes(sent)
    if operation.closed is not None:
        inputs.refuse_unknown(operation.input, members, what=operation.closed, places=operation.places)
    given = {"body": members} if operation.has_whole_body else members
    return inputs.read(operation.input, {**given, **places})
