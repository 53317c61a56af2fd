"""One exchange under examination, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, join
from wxemu.core.text import describe_kind
from wxemu.explain import (
    confirmation_mistakes,
    credential_mistakes,
    login_state_mistakes,
    payment_mistakes,
    refusal_mistakes,
    request_mistakes,
)

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange
    from wxemu.core.messages import Language
    from wxemu.core.world import World

MISTAKES: Final = {
    mistake.name: mistake
    for mistake in (
        *confirmation_mistakes.CONFIRMATIONS,
        *refusal_mistakes.REFUSALS,
        *login_state_mistakes.LOGIN_STATES,
        *payment_mistakes.PAYMENTS,
        *credential_mistakes.CREDENTIALS,
        *request_mistakes.REQUESTS,
    )
}
SUCCEEDED: Final = Message("Nothing is wrong: the call succeeded.", "没有问题：调用成功。")
UNEXPLAINED: Final = Message("None of the usual mistakes.", "不是任何一种常见错误。")


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
    """The examination of ``exchange``: what was looked for and found so far.

    :param language: of the explanation.
    """

    world: World
    exchange: Exchange
    language: Language
    evidence: list[str] = field(default_factory=list)
    _looked: dict[str, Finding] = field(default_factory=dict)

    @property
    def is_solved(self) -> bool:
        """Whether a cause was found."""
        return any(finding.is_cause for finding in self._looked.values())

    def look(self, name: str, result: Message | None) -> bool:
        """Note that a mistake was looked for; whether it is what happened.

        :param result: what shows it, or ``None`` if it did not happen.
        """
        mistake = MISTAKES[name]
        tried = mistake.tried.in_language(self.language)
        if result is not None:
            shown, advice = (message.in_language(self.language) for message in (result, mistake.advice))
            self._looked[name] = Finding(name, tried, is_cause=True, result=shown, advice=advice)
        else:
            self._looked.setdefault(name, Finding(name, tried, is_cause=False))
        return result is not None

    def rule_out(self, *names: str) -> None:
        """Note mistakes that were looked for and, unless found before, are none."""
        for name in names:
            self.look(name, None)

    def tell(self, fact: Message) -> None:
        """Add to the evidence."""
        self.evidence.append(fact.in_language(self.language))

    def close(self) -> Explanation:
        """The explanation."""
        findings = sorted(self._looked.values(), key=lambda finding: not finding.is_cause)
        happened = [MISTAKES[finding.name].happened for finding in findings if finding.is_cause]
        sentences = happened or [UNEXPLAINED if self.exchange.is_failure else SUCCEEDED]
        verdict = join((sentence.in_language(self.language) for sentence in sentences), self.language)
        return Explanation(self.exchange.rid, verdict, tuple(findings), tuple(self.evidence))


def format_time(at: float) -> str:
    """Unix seconds as a date and a time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def quote(value: object) -> str:
    """A value as it came, cut to a line's length."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76]}..."  # noqa: PLR2004 - a line's length


def it_is(value: object) -> Message:
    """What something turned out to be."""
    return Message("it is {value}", "它是 {value}", value=value)


def it_is_json(value: object) -> Message:
    """Which type of JSON something turned out to have."""
    return Message("it is {kind}", "它是{kind}", kind=describe_kind(value))


def comes_out_of(text: str) -> Message:
    """Which message a signature turned out to be of."""
    return Message(
        "with {message} as the message, the signature comes out", "以 {message} 为消息可得到该签名", message=quote(text)
    )


def at(moment: float) -> Message:
    """When something happened; Unix seconds."""
    return Message("at {moment}", "时间：{moment}", moment=format_time(moment))


def ended(moment: float) -> Message:
    """Since when something is over; Unix seconds."""
    return Message("it ended at {moment}", "已于 {moment} 到期", moment=format_time(moment))


def client_of(call: Exchange) -> Message:
    """Who made a call."""
    if call.user_agent:
        return Message("{name}", "客户端 {name} ", name=call.user_agent)
    return Message("a client without a name", "未署名的客户端")
