"""Have an emulator answer as a report says that WeChat did, and tell what of docs/fidelity.md is decided by it.

A difference is taken over by the setting that knows it, else, where both are refusals by WeChat, by ``refusals``.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from wxemu.conformance import engine, parties
from wxemu.control.operations.health import CHANGE_SETTINGS
from wxemu.wechat import known
from wxemu.wechat.errors import ANY_PATH, ERRMSG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wxemu.client.remote import Remote
    from wxemu.conformance.report import Finding, Report

_REFUSAL: Final = re.compile(r"(-?\d{2,})(?: (.+))?", re.DOTALL)
_WECHAT: Final = ("GET", "POST")


@dataclass(frozen=True)
class Applied:
    """What was done with a report.

    :param settings: the change of the emulator's settings.
    :param agrees: how many of the report's answers the emulator gives now, of ``answers``.
    :param left: the others by their names, each with the reason.
    :param decided: what is decided of docs/fidelity.md.
    """

    settings: Mapping[str, Any]
    agrees: int
    answers: int
    left: Mapping[str, str]
    decided: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)

    def lines(self) -> Iterable[str]:
        """For people."""
        yield f"Settings: {json.dumps(self.settings, ensure_ascii=False)}"
        yield f"The emulator gives {self.agrees} of the report's {self.answers} answers."
        yield from (f"  not {name}: {reason}" for name, reason in self.left.items())
        if self.decided:
            yield from ("docs/fidelity.md, what is decided:", *(f"  {line}" for line in self.decided))
        else:
            yield "The report is an emulator's, which decides nothing of docs/fidelity.md."


def apply(report: Report, remote: Remote) -> Applied:
    """Change the emulator's settings, and ask it the same questions again."""
    settings, reasons = find_settings(report)
    if settings:
        remote.call(CHANGE_SETTINGS, body=settings)
    groups = tuple({finding.question.group for finding in report.findings})
    with parties.emulator(remote) as (target, ingredients):
        now = engine.run(target, ingredients, groups=groups)
    mine = {finding.question.name: finding.seen for finding in now.findings}
    answers = {finding.question.name: finding.seen for finding in report.findings if finding.result != "unknown"}
    left = {name: reasons.get(name, "another answer") for name, seen in answers.items() if mine.get(name) != seen}
    return Applied(settings, len(answers) - len(left), len(answers), left, tuple(decided(report)))


def find_settings(report: Report) -> tuple[dict[str, Any], dict[str, str]]:
    """What follows from the differences of a report, and by their names those that no setting takes over, and why."""
    settings: dict[str, Any] = {}
    refusals: dict[str, dict[str, Any]] = {}
    reasons: dict[str, str] = {}
    for finding in report.findings:
        if finding.result != "differs":
            continue
        known_settings = finding.question.meaning(finding.seen).settings
        place = _place(finding)
        if known_settings:
            settings |= known_settings
        elif place is None:
            reasons[finding.question.name] = "no setting has this answer: a change of the code"
        elif rival := _rival(finding, report):
            reasons[finding.question.name] = f"{rival.question.name} is answered otherwise: a change of the code"
        else:
            told = refusals.setdefault(place[0], {})
            if place[1] not in told or finding.question.look == "refusal":  # which knows the text
                told[place[1]] = _answer(finding)
    if refusals:
        settings["refusals"] = refusals
    return settings, reasons


def _place(finding: Finding) -> tuple[str, str] | None:
    """The openapi, and the emulator's errcode there; ``None`` where it is no refusal, or is answered by none."""
    method, _, address = finding.question.asks.partition(" ")
    mine, seen = _REFUSAL.fullmatch(finding.question.expected), _REFUSAL.fullmatch(finding.seen)
    is_of_code = finding.question.look in ("errcode", "refusal")
    if method not in _WECHAT or mine is None or seen is None or not is_of_code or "*" in finding.seen:
        return None
    api = known.find_by_path(address.partition("?")[0])
    return ANY_PATH if api is None else api.name, mine[1]


def _rival(finding: Finding, report: Report) -> Finding | None:
    """A question at the same place that was answered in another way, so that one answer cannot serve both."""
    place, seen = _place(finding), _code(finding)
    for other in report.findings:
        if other.seen and other is not finding and _place_of_expected(other) == place and _code(other) != seen:
            return other
    return None


def _place_of_expected(finding: Finding) -> tuple[str, str] | None:
    """As ``_place``, whatever was seen."""
    return _place(replace(finding, seen=finding.question.expected))


def _code(finding: Finding) -> str:
    return finding.seen.partition(" ")[0]


def _answer(finding: Finding) -> dict[str, Any]:
    found = _REFUSAL.fullmatch(finding.seen)
    code, text = (0, None) if found is None else (int(found[1]), found[2])
    return {"errcode": code, "errmsg": ERRMSG.get(code, "refused") if text is None else text}


def decided(report: Report) -> Iterable[str]:
    """Statements of docs/fidelity.md, as they begin there, and what live servers say of each."""
    if report.against != "live":
        return
    statements: dict[str, list[Finding]] = {}
    for finding in report.findings:
        for statement in finding.question.decides if finding.result != "unknown" else ():
            statements.setdefault(statement, []).append(finding)
    for statement, findings in statements.items():
        others = [finding for finding in findings if finding.result == "differs"]
        names = ", ".join(f"{finding.question.name} ({finding.seen})" for finding in others)
        result = f"differs in {names}" if others else f"same ({len(findings)})"
        yield f"[run] {report.asked_at[:10]} {result}: {statement} ..."
