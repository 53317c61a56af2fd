"""Session keys, in the store that instances share: what `login` stores, `checkSession` finds wherever it runs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from wxcloud.errors import StoreFailure
from wxcloud.store import SESSIONS

if TYPE_CHECKING:
    from wxcloud.custody import Custody
    from wxcloud.store import Store

NEVER = 9e15


@dataclass(frozen=True)
class StoredSession:
    """A user's latest session; `updated_at` is the Unix time in seconds when it was stored.

    `is_stale`: WeChat has refused its session_key since (87009), so the user must log in again.
    """

    openid: str
    session_key: str = field(repr=False)
    updated_at: float
    is_stale: bool = False


class Sessions:
    """The latest session_key of each user of this appid. Every method raises StoreFailure or InvalidSetting."""

    def __init__(
        self, store: Callable[[], Store], custody: Callable[[], Custody], *, appid: str, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._custody = custody
        self._appid = appid
        self._clock = clock

    def keep(self, openid: str, session_key: str) -> None:
        """Store this session_key in place of the user's earlier one."""
        self._replace(StoredSession(openid, session_key, self._clock()))

    def find(self, openid: str) -> StoredSession | None:
        """The user's latest session, or None."""
        row_id = self._row_id(openid)
        row = self._store().find(SESSIONS, row_id)
        if row is None:
            return None
        text = self._custody().decrypt(row.value, row_id=row_id)
        try:
            stored = json.loads(text)
            return StoredSession(openid, stored["session_key"], float(stored["updated_at"]), bool(stored["is_stale"]))
        except (ValueError, KeyError, TypeError):
            raise StoreFailure("a stored session cannot be read: it is not one of ours") from None

    def mark_stale(self, session: StoredSession) -> None:
        """Remember that WeChat refuses this session_key, unless the user has logged in anew meanwhile."""
        latest = self.find(session.openid)
        if latest is not None and latest.session_key == session.session_key:
            self._replace(StoredSession(latest.openid, latest.session_key, latest.updated_at, is_stale=True))

    def _replace(self, session: StoredSession) -> None:
        row_id = self._row_id(session.openid)
        text = json.dumps(
            {"session_key": session.session_key, "updated_at": session.updated_at, "is_stale": session.is_stale}
        )
        self._store().replace(SESSIONS, row_id, self._custody().encrypt(text, row_id=row_id), expires_at=NEVER)

    def _row_id(self, openid: str) -> str:
        return hashlib.sha256(f"{self._appid}|{openid}".encode()).hexdigest()
