"""Ask the questions, one after another, each once; nothing is tried again.

A server that wants to be left alone (45009, 45011, HTTP 429), or that cannot be reached twice in a row, is asked
nothing more of that group. What was made is taken away in any case.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import requests

from wxemu.conformance import report
from wxemu.conformance.ingredients import FROM_THE_FILE, FROM_THE_PHONE, PROBE
from wxemu.conformance.look import Answer, code_of, find, outcome, rid_of, shape
from wxemu.conformance.question import ON_REQUEST, RISKS, Question, all_questions, choose, explain_account
from wxemu.conformance.report import Finding
from wxemu.conformance.wire import NoAnswerError, RateLimitError, Target, UnreachableError, exchange, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from wxemu.conformance.ingredients import Ingredients
    from wxemu.conformance.report import Report

MOST_CALLS: Final = 200
"""Requests of one run, unless one says otherwise."""
_RATE_LIMITS: Final = ("45009", "45011", "RequestLimitExceeded", "EXCEED_REQUEST_LIMIT")
_MOST_SILENCES: Final = 2
_MOST_POLLS: Final = 30
_POLL_SECONDS: Final = 1.0
_LONGEST_EVIDENCE: Final = 500


def run(
    target: Target,
    ingredients: Ingredients,
    *,
    groups: Sequence[str] = (),
    allowed: Collection[str] = ON_REQUEST,
    most_calls: int = MOST_CALLS,
    tell: Callable[[Finding], object] = lambda _finding: None,
) -> Report:
    """Ask the questions of these groups, all without a name.

    :param allowed: risks that are taken, of those that are taken on request only.
    :param tell: is told each finding as soon as it is there.
    """
    asked = Run(target, ingredients, allowed, most_calls)
    findings = asked.ask(choose(groups), tell)
    return report.of_run(target, findings, asked.calls)


def _keep_signature(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """In the place of a netrc's entry, which would replace it."""
    return request


@dataclass
class Run:
    """One run of the suite.

    :param calls: how many requests were sent.
    """

    target: Target
    ingredients: Ingredients
    allowed: Collection[str]
    most_calls: int
    calls: int = 0
    _answers: dict[str, Answer] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)
    _stopped: dict[str, str] = field(default_factory=dict)
    _silences: dict[str, int] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)
    _given: frozenset[str] = frozenset()

    def ask(self, questions: Sequence[Question], tell: Callable[[Finding], object]) -> list[Finding]:
        """The findings, each told as soon as it is there."""
        self._given = frozenset(self.ingredients.values)
        findings: list[Finding] = []
        with requests.Session() as session:
            session.trust_env = self.target.name == "live"  # the proxy that leads there, and the CA of its owner
            session.auth = _keep_signature
            try:
                self._ask_all((one for one in questions if not one.closes), session, findings, tell)
            finally:
                self._ask_all((one for one in questions if one.closes), session, findings, tell)
        return findings

    def _ask_all(
        self,
        questions: Iterator[Question],
        session: requests.Session,
        findings: list[Finding],
        tell: Callable[[Finding], object],
    ) -> None:
        for question in questions:
            finding = self._ask(question, session)
            if finding.result == "unknown":
                self._reasons[question.name] = finding.means
            findings.append(finding)
            tell(finding)

    def _ask(self, question: Question, session: requests.Session) -> Finding:
        reason = self._reason_not_to_ask(question)
        if reason:
            return Finding(question, why=reason)
        try:
            answer = self._answer(question, session)
        except RateLimitError as limit:
            sentence = f"the server limits the rate ({limit}), so this group is left alone; try again later"
            self._stopped[question.group] = sentence
            return Finding(question, why=sentence)
        except UnreachableError as failure:
            self._unsure.add(question.name)
            silences = self._silences[question.group] = self._silences.get(question.group, 0) + 1
            if silences == _MOST_SILENCES:
                self._stopped[question.group] = f"not asked: {failure}, {silences} times in a row in this group"
            return Finding(question, why=str(failure))
        except NoAnswerError as failure:
            return Finding(question, why=str(failure))
        self._silences[question.group] = 0
        self._answers[question.name] = answer
        return self._compare(question, answer)

    def _compare(self, question: Question, answer: Answer) -> Finding:
        for name, place in question.gives.items():
            self.ingredients.keep(name, rid_of(answer.members) if place == "rid" else find(answer.members, place))
        seen, code = outcome(question.look, answer, self.ingredients.values), code_of(answer.members)
        is_foreseen = code in seen and seen in question.answers
        if (about_account := explain_account(code)) and not is_foreseen:
            return Finding(question, why=f"{about_account} ({code})")
        shown = json.dumps(shape(answer.members), ensure_ascii=False, separators=(",", ":"))
        strike_out = self.ingredients.strike_out
        return Finding(question, seen=strike_out(seen), evidence=strike_out(shown)[:_LONGEST_EVIDENCE])

    def _reason_not_to_ask(self, question: Question) -> str:
        if question.risk in ON_REQUEST and question.risk not in self.allowed:
            return f"not asked: it {RISKS[question.risk]}; allow it with --allow {question.risk}"
        if reason := self._reason_by_others(question):
            return reason
        if missing := self.ingredients.missing(question.needs):
            return f"not asked: {self._describe(missing)}"
        if not question.sends or question.closes:  # what was made is taken away in any case
            return ""
        if self.calls >= self.most_calls:
            return f"not asked: {self.most_calls} requests were sent, the most of this run (--most-calls)"
        return self._stopped.get(question.group, "")

    def _reason_by_others(self, question: Question) -> str:
        """Why it cannot be asked after what the questions before it were answered."""
        if question.gives and set(question.gives) <= self._given:
            return f"not asked: {', '.join(question.gives)} stands in the env file"
        reason = next((self._reasons[name] for name in question.follows if name in self._reasons), "")
        if question.closes and reason and question.closes in self._unsure:
            return f"{reason}; {question.closes} may have been done all the same: look for {PROBE}"
        return reason

    def _describe(self, missing: set[str]) -> str:
        if variables := [FROM_THE_FILE[name] for name in FROM_THE_FILE if name in missing and name != "access_token"]:
            return f"it needs {', '.join(variables)} in the env file"
        if missing & {"phone", *FROM_THE_PHONE}:
            return "it needs what a phone tells: wxemu conformance --phone"
        giver = next(one for one in all_questions() if set(one.gives) & missing)
        because = self._reasons.get(giver.name, "").removeprefix("not asked: ")
        if not because and giver.name in self._answers:
            because = f"it was answered {code_of(self._answers[giver.name].members)}"
        return f"it needs {', '.join(sorted(missing))} of {giver.name}" + (f" ({because})" if because else "")

    def _answer(self, question: Question, session: requests.Session) -> Answer:
        if question.of:
            return self._answers[question.of]
        if question.asks == "phone":
            return Answer(self.ingredients.told_by_phone() or {})
        for _ in range(_MOST_POLLS if question.until else 1):
            answer = self._send(question, session)
            if question.until is None or find(answer.members, question.until[0]) in (None, question.until[1]):
                break
            time.sleep(_POLL_SECONDS)
        if (code := code_of(answer.members)) in _RATE_LIMITS:
            raise RateLimitError(code)
        return answer

    def _send(self, question: Question, session: requests.Session) -> Answer:
        if self.calls and self.target.pause:
            time.sleep(self.target.pause)
        self.calls += 1
        return exchange(session, prepare(question, self.target, self.ingredients), self.target.timeout)
