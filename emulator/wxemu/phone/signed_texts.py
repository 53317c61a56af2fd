"""The latest texts that phones signed, and what they sent: they explain why a text no longer verifies."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.world import World

KEPT_BY_PHONE: Final = 20
KEPT: Final = 10_000
"""Of all phones together, give or take a hundred: those of a phone that was removed stay, as they explain, too."""


@dataclass(frozen=True)
class SignedText:
    """One confirmation.

    :param at: Unix seconds.
    :param text: what the phone signed.
    :param given_text: what it sent as the signed text; different if the phone has the override ``tamperedRaw``.
    :param signature: what it sent, in base64.
    :param override: the kinds of the phone's override, joined by commas; empty for an honest phone.
    """

    appid: str
    openid: str
    phone_id: str
    at: float
    text: str
    given_text: str
    signature: str
    override: str


def keep(world: World, signed: SignedText) -> None:
    """Keep a confirmation, and delete all but the latest of its phone, and of all phones."""
    world.store.run(
        "INSERT INTO signed_texts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
        signed.appid,
        signed.openid,
        signed.phone_id,
        signed.at,
        signed.text,
        signed.given_text,
        signed.signature,
        signed.override,
    )
    world.store.run(
        "DELETE FROM signed_texts WHERE phone_id = ?1 AND number NOT IN"
        " (SELECT number FROM signed_texts WHERE phone_id = ?1 ORDER BY number DESC LIMIT ?2)",
        signed.phone_id,
        KEPT_BY_PHONE,
    )
    world.store.keep_latest_numbers("signed_texts", KEPT)


def find(world: World, signature: str) -> SignedText | None:
    """Find the confirmation with this signature, or ``None``."""
    row = world.store.row("SELECT * FROM signed_texts WHERE signature = ?", signature)
    return None if row is None else _signed_text(row)


def of_user(world: World, appid: str, openid: str) -> list[SignedText]:
    """A user's latest confirmations on all phones, newest first."""
    rows = world.store.rows(
        "SELECT * FROM signed_texts WHERE appid = ? AND openid = ? ORDER BY number DESC", appid, openid
    )
    return [_signed_text(row) for row in rows]


def _signed_text(row: Row) -> SignedText:
    return SignedText(**{field.name: row[field.name] for field in fields(SignedText)})
