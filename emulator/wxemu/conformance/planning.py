"""What a run would send, request by request, with names in the place of values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxemu.conformance.question import ON_REQUEST, RISKS, Question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from wxemu.conformance.wire import Target


@dataclass(frozen=True)
class Step:
    """One request.

    :param url: with the names of ingredients, ``$appid``, where a run has their values.
    :param is_left_out: whether it is sent only if one allows it.
    """

    question: Question
    method: str
    url: str
    is_left_out: bool

    def document(self) -> dict[str, Any]:
        """The step for ``--json``."""
        return {
            "id": self.question.name,
            "method": self.method,
            "url": self.url,
            "body": self.question.body,
            "risk": RISKS[self.question.risk],
            "isSent": not self.is_left_out,
        }

    def line(self) -> str:
        """The step as a line of the list."""
        body = self.question.body if isinstance(self.question.body, str) else json.dumps(self.question.body)
        mark = f"only with --allow {self.question.risk}" if self.is_left_out else RISKS[self.question.risk]
        return f"{self.question.name}: {mark}\n  {self.method} {self.url}" + (f"\n  {body}" if body else "")


def planned(questions: Sequence[Question], target: Target, *, allowed: Collection[str]) -> Iterable[Step]:
    """The requests of these questions, in order."""
    for question in sorted(questions, key=lambda one: bool(one.closes)):
        if not question.sends:
            continue
        kind, _, rest = question.asks.partition(" ")
        if kind == "gateway":
            method, address = f"POST {rest}", target.gateway
        elif kind == "scf":
            method, address = f"POST {rest}", f"{target.cloud.format(service='scf')}/"
        else:
            method, address = kind, f"{target.wechat}{rest}"
        yield Step(question, method, address, question.risk in ON_REQUEST and question.risk not in allowed)
