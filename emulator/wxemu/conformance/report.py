"""What a run has found: same, differs, unknown; as a table, and as a document that ``--apply`` takes.

ReportError
    A document that is no report.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from wxemu import __version__
from wxemu.conformance.question import Question, all_questions
from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from wxemu.conformance.wire import Target

Result = Literal["same", "differs", "unknown"]
_VERSION: Final = 1
_KEY: Final = "wxemu-conformance"


class ReportError(MessageError):
    """A document that is no report."""


@dataclass(frozen=True)
class Finding:
    """What came of one question.

    :param seen: the outcome; empty without an answer.
    :param why: without one, the reason.
    :param evidence: the answer, without anybody's values.
    """

    question: Question
    seen: str = ""
    why: str = ""
    evidence: str = field(default="", repr=False)

    @property
    def result(self) -> Result:
        """How it compares with what docs/fidelity.md says."""
        if not self.seen or self.question.says_nothing(self.seen):
            return "unknown"
        return "same" if self.seen == self.question.expected else "differs"

    @property
    def means(self) -> str:
        """In words."""
        if not self.seen:
            return self.why
        return self.question.says_nothing(self.seen) or self.question.meaning(self.seen).words

    def document(self) -> dict[str, Any]:
        """The finding for a report."""
        members = {
            "id": self.question.name,
            "result": self.result,
            "expected": self.question.expected,
            "seen": self.seen,
            "means": self.means,
            "decides": list(self.question.decides),
            "answer": self.evidence,
        }
        return {name: value for name, value in members.items() if value}

    def line(self) -> str:
        """The finding as a line of the table."""
        outcome = f"{self.seen}: " if self.seen else ""
        if self.result == "differs":
            outcome = f"{self.question.expected} -> {outcome}"
        return f"{self.result:<8} {self.question.name:<40} {outcome}{self.means}"


@dataclass(frozen=True)
class Report:
    """A run, as it is kept.

    :param against: ``emulator`` or ``live``.
    :param server: the address that WeChat was asked at.
    """

    against: str
    server: str
    asked_at: str
    findings: tuple[Finding, ...]
    calls: int

    def count(self, result: Result) -> int:
        """How many findings are such ones."""
        return sum(finding.result == result for finding in self.findings)

    @property
    def summary(self) -> str:
        """The last line of the table."""
        counts = ", ".join(f"{self.count(result)} {word}" for result, word in _WORDS.items())
        return f"{counts}; {self.calls} requests."

    def document(self) -> dict[str, Any]:
        """The whole as JSON."""
        return {
            _KEY: _VERSION,
            "wxemu": __version__,
            "against": self.against,
            "server": self.server,
            "askedAt": self.asked_at,
            "requests": self.calls,
            **{result: self.count(result) for result in _WORDS},
            "questions": [finding.document() for finding in self.findings],
        }


_WORDS: Final[Mapping[Result, str]] = {"same": "the same", "differs": "different", "unknown": "unknown"}


def of_run(target: Target, findings: Iterable[Finding], calls: int) -> Report:
    """The report of a run that has just ended."""
    return Report(target.name, target.wechat, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), tuple(findings), calls)


def read(path: Path) -> Report:
    """The report in a file; questions that there are no more are left out.

    :raises ReportError: it is none.
    """
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        if tree[_KEY] != _VERSION:
            raise ReportError(
                Message(
                    "{path}: a report of version {version}, this wxemu reads {own}; make it anew with --report",
                    "{path}：报告的版本是 {version}，本 wxemu 读取版本 {own}；请用 --report 重新生成",
                    path=path,
                    version=tree[_KEY],
                    own=_VERSION,
                )
            )
        findings = tuple(_findings(tree["questions"]))
        return Report(str(tree["against"]), str(tree["server"]), str(tree["askedAt"]), findings, int(tree["requests"]))
    except OSError as error:
        raise ReportError(
            Message("{path} cannot be read: {reason}", "{path} 无法读取：{reason}", path=path, reason=error)
        ) from None
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError):
        raise ReportError(
            Message(
                "{path}: expected a report that `wxemu conformance --report` has written",
                "{path}：应为 `wxemu conformance --report` 写出的报告",
                path=path,
            )
        ) from None


def _findings(entries: Sequence[Mapping[str, Any]]) -> Iterable[Finding]:
    by_name = {question.name: question for question in all_questions()}
    for entry in entries:
        if question := by_name.get(entry["id"]):
            seen = str(entry.get("seen", ""))
            yield Finding(question, seen=seen, why="" if seen else str(entry.get("means", "")))
