"""A question: what is sent, where in the answer one looks, and what each outcome means; read from ``questions/``.

The files are data, one a group. The first of a question's ``answers`` is what the emulator gives with its defaults.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GROUPS: Final = (
    "scf",
    "phone",
    "tokens",
    "code2session",
    "signed-posts",
    "verify-signature",
    "checksession",
    "rid",
    "others",
    "gateway",
)
"""In the order in which they are asked: the probe is there before a phone calls it, a session before it is replaced."""
REFUSAL: Final = "refusal"
RISKS: Final = {
    REFUSAL: "is refused, and changes nothing",
    "read": "reads",
    "session": "logs the tester in, which replaces the session_key of nobody else",
    "token": "fetches a token by GET /cgi-bin/token, which ends the one that others may use five minutes later",
    "storage": "writes and removes a pair of the tester's own cloud storage",
    "probe": "deploys the function wxemuProbe, invokes it, and takes it away",
}
ON_REQUEST: Final = ("token", "storage", "probe")
"""What a live server is asked only if one allows it."""

_OF_THE_ACCOUNT: Final = {
    "-1": "the server was busy",
    "40164": "this address is not in the app's IP list",
    "40243": "the AppSecret is frozen",
    "48001": "this app may not use the openapi",
    "48004": "the openapi was taken away from this app",
    "89503": "the administrator has to confirm this address",
    "AuthFailure.UnauthorizedOperation": "this account may not do it",
    "UnauthorizedOperation": "this account may not do it",
}
"""Codes that are about the account, whatever was asked."""


@dataclass(frozen=True)
class Meaning:
    """What an outcome means.

    :param settings: those with which the emulator gives this outcome.
    """

    words: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One question.

    :param name: its group, a dot, and its name in it.
    :param asks: ``GET /path?query``, ``POST /path?query``, ``gateway ACTION``, ``scf ACTION``; or ``phone``, the text
        that a phone gave.
    :param of: instead, the question whose answer this one looks at too.
    :param body: a text as it is sent, or members of a JSON object; ``$name`` is an ingredient in both.
    :param is_form: whether the body is labelled as a form.
    :param twist: what is wrong with the signature on purpose; or ``bearer``.
    :param look: where the outcome is in the answer, see ``look.py``.
    :param answers: meanings by outcome, the emulator's own first.
    :param no_answer: outcomes that tell nothing about the server, and why.
    :param decides: beginnings of the statements in docs/fidelity.md that it decides.
    :param gives: ingredients for later questions, by the place in the answer where they are.
    :param until: a place in the answer and the value that is waited for there.
    :param after: the question that must have had an answer before.
    :param closes: the question whose deed this one undoes; it is asked at the very end.
    """

    name: str
    asks: str = ""
    of: str = ""
    body: str | Mapping[str, Any] = ""
    is_form: bool = False
    twist: str = ""
    look: str = "errcode"
    answers: Mapping[str, Meaning] = field(default_factory=dict)
    no_answer: Mapping[str, str] = field(default_factory=dict)
    decides: tuple[str, ...] = ()
    gives: Mapping[str, str] = field(default_factory=dict)
    risk: str = REFUSAL
    until: tuple[str, str] | None = None
    after: str = ""
    closes: str = ""

    @property
    def group(self) -> str:
        """The group it belongs to."""
        return self.name.partition(".")[0]

    @property
    def expected(self) -> str:
        """The outcome that docs/fidelity.md says."""
        return next(iter(self.answers))

    @property
    def sends(self) -> bool:
        """Whether a request of its own is sent."""
        return not self.of and self.asks != "phone"

    @property
    def follows(self) -> tuple[str, str, str]:
        """The questions that it cannot be asked without."""
        return self.of, self.after, self.closes

    @cached_property
    def needs(self) -> frozenset[str]:
        """The ingredients that it cannot do without."""
        own = {name for text in _texts((self.asks, self.body)) for name in Template(text).get_identifiers()}
        kind = self.asks.partition(" ")[0]
        if kind in ("gateway", "scf"):
            own |= {"env", "api_key"} if self.twist == "bearer" else {"env", "secret_id", "secret_key"}
        return frozenset(own | ({"phone"} if kind == "phone" else set()))

    def says_nothing(self, outcome: str) -> str:
        """Why this outcome is no answer to the question; empty if it is one."""
        if outcome in self.answers:
            return ""
        return self.no_answer.get(outcome) or self.no_answer.get("*") or ""

    def meaning(self, outcome: str) -> Meaning:
        """What this outcome means."""
        return self.answers.get(outcome) or self.answers.get("*") or Meaning("no answer that was foreseen")


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def explain_account(code: str) -> str:
    """What is wrong with the account, or how it is used, if the code is about that."""
    found = (words for prefix, words in _OF_THE_ACCOUNT.items() if f"{code}.".startswith(f"{prefix}."))
    return next(found, "")


@cache
def all_questions() -> tuple[Question, ...]:
    """Every question, in the order in which they are asked."""
    return tuple(question for group in GROUPS for question in _read(group))


def choose(groups: Sequence[str]) -> tuple[Question, ...]:
    """The questions of these groups, all without a name, and those whose answers these need."""
    waiting = [question for question in all_questions() if not groups or question.group in groups]
    names = {question.name for question in waiting}
    for question in waiting:
        for other in all_questions():
            if other.name not in names and (question.needs & set(other.gives) or other.name in question.follows):
                names.add(other.name)
                waiting.append(other)
    return tuple(question for question in all_questions() if question.name in names)


def _read(group: str) -> Iterable[Question]:
    text = (files(__package__) / "questions" / f"{group}.yaml").read_text(encoding="utf-8")
    for entry in yaml.safe_load(text):
        members = {**entry, "name": f"{group}.{entry['name']}"}
        for reference in ("of", "after", "closes"):
            if reference in entry and "." not in entry[reference]:
                members[reference] = f"{group}.{entry[reference]}"
        members["answers"] = {_word(outcome): _meaning(value) for outcome, value in entry["answers"].items()}
        members["no_answer"] = {_word(outcome): why for outcome, why in entry.get("no_answer", {}).items()}
        members["decides"] = tuple(entry.get("decides", ()))
        if "until" in entry:
            members["until"] = tuple(entry["until"])
        yield Question(**members)


def _word(outcome: object) -> str:
    return outcome if isinstance(outcome, str) else json.dumps(outcome)


def _meaning(value: str | Mapping[str, Any]) -> Meaning:
    return Meaning(value) if isinstance(value, str) else Meaning(value["means"], value["settings"])
