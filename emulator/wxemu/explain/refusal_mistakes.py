"""The reasons of verifySignature with a purpose (docs/production.md), by the names that it answers."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.confirmation_mistakes import VERBATIM
from wxemu.explain.mistakes import Mistake

_REASON: Final = Message("the reason that verifySignature gave", "verifySignature 给出的 reason")

REFUSALS: Final = (
    Mistake(
        "challenge_unknown",
        Message(
            "The challenge that was signed was not issued, or the text is none that a phone signs.",
            "被签名的挑战值不是这里发放的，或这段文本不是手机签名的格式。",
        ),
        _REASON,
        Message("Pass the challenge of issueChallenge on as it is.", "请原样传递 issueChallenge 返回的 challenge。")
        + VERBATIM,
    ),
    Mistake(
        "challenge_expired",
        Message(
            "The challenge is too old: it lives five minutes, two for the purpose pay.",
            "挑战值已过期：有效期五分钟，用途为 pay 时两分钟。",
        ),
        _REASON,
        Message(
            "Call issueChallenge when the user is about to confirm, and again for a user who was too slow.",
            "请在用户即将确认时再调用 issueChallenge；用户太慢时重新获取一次。",
        ),
    ),
    Mistake(
        "challenge_used",
        Message(
            "The challenge was used before, by a confirmation or by a try that failed.",
            "挑战值已被使用：可能是一次成功的确认，也可能是一次失败的尝试。",
        ),
        _REASON,
        Message(
            "A confirmation counts once: refuse this one. After a failure let the user confirm a new challenge.",
            "一次确认只能算一次：请拒绝这一次。失败之后请让用户对新的挑战值进行确认。",
        ),
    ),
    Mistake(
        "challenge_mismatch",
        Message(
            "The challenge was issued to another user, or for another purpose.",
            "挑战值是发给另一位用户，或用于另一种用途的。",
        ),
        _REASON,
        Message(
            "Call issueChallenge as the user who is to confirm, and name the same purpose in both calls.",
            "请以将要确认的用户的身份调用 issueChallenge，两次调用中的 purpose 要一致。",
        ),
    ),
    Mistake(
        "counter_replayed",
        Message(
            "The signature is genuine, but the phone's counter is not above the last one that was accepted.",
            "签名真实，但手机的计数器没有大于上一次被接受的值。",
        ),
        _REASON,
        Message(
            "Refuse it: it was recorded earlier, or its phone is a copy.", "请拒绝：它是先前录下的，或手机是复制品。"
        ),
    ),
    Mistake(
        "signature_invalid",
        Message("WeChat does not find the signature genuine.", "微信验证签名不通过。"),
        _REASON,
        Message(
            "The challenge is used all the same. Mend what is wrong with the signature; let the user confirm a new"
            " one.",
            "挑战值同样已被用掉。请先解决签名的问题，再让用户对新的挑战值进行确认。",
        ),
    ),
)
