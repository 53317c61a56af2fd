"""One exchange under examination, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wxemu.explain import payment_mistakes, request_mistakes, signature_mistakes

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange
    from wxemu.core.world import World

MISTAKES: Final = {
    mistake.name: mistake
    for mistake in (
        *signature_mistakes.CONFIRMATIONS,
        *signature_mistakes.REFUSALS,
        *signature_mistakes.LOGIN_STATES,
        *payment_mistakes.PAYMENTS,
        *request_mistakes.CREDENTIALS,
        *request_mistakes.REQUESTS,
    )
}
SUCCEEDED = "Nothing is wrong: the call succeeded."
UNEXPLAINED = "None of the usual mistakes."


@dataclass(frozen=True)
class Finding:
    """One mistake that was looked for.

    :param name: a key of ``MISTAKES``.
    :param tried: what was done to find out.
    :param is_cause: whether it is what happened.
    :param result: what shows it; empty for one that was ruled out.
    :param advice: what to do; empty likewise.
    """

    name: str
    tried: str
    is_cause: bool
    result: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Explanation:
    """What is known of one exchange.

    :param rid: of the exchange that is explained: that of the function's own call, where it is why the function failed.
    :param verdict: a sentence or two.
    :param findings: what was looked for, causes first.
    :param evidence: facts from this world that bear on it.
    """

    rid: str
    verdict: str
    findings: tuple[Finding, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """The names of the mistakes that were found."""
        return tuple(finding.name for finding in self.findings if finding.is_cause)


@dataclass
class Case:
    """The examination of ``exchange``: what was looked for and found so far."""

    world: World
    exchange: Exchange
    evidence: list[str] = field(default_factory=list)
    _looked: dict[str, Finding] = field(default_factory=dict)

    @property
    def is_solved(self) -> bool:
        """Whether a cause was found."""
        return any(finding.is_cause for finding in self._looked.values())

    def look(self, name: str, result: str | None) -> bool:
        """Note that a mistake was looked for; whether it is what happened.

        :param result: what shows it, or ``None`` if it did not happen.
        """
        mistake = MISTAKES[name]
        if result is not None:
            self._looked[name] = Finding(name, mistake.tried, is_cause=True, result=result, advice=mistake.advice)
        else:
            self._looked.setdefault(name, Finding(name, mistake.tried, is_cause=False))
        return result is not None

    def rule_out(self, *names: str) -> None:
        """Note mistakes that were looked for and, unless found before, are none."""
        for name in names:
            self.look(name, None)

    def tell(self, fact: str) -> None:
        """Add to the evidence."""
        self.evidence.append(fact)

    def close(self) -> Explanation:
        """The explanation."""
        findings = sorted(self._looked.values(), key=lambda finding: not finding.is_cause)
        happened = [MISTAKES[finding.name].happened for finding in findings if finding.is_cause]
        verdict = " ".join(happened) or (UNEXPLAINED if self.exchange.is_failure else SUCCEEDED)
        return Explanation(self.exchange.rid, verdict, tuple(findings), tuple(self.evidence))


def format_time(at: float) -> str:
    """Unix seconds as a date and a time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def quote(value: object) -> str:
    """A value as it came, cut to a line's length."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76]}..."  # noqa: PLR2004 - a line's length
