"""What the instances of a function share: sessions, challenges, counters and the lock on a token.

A store is one small interface with one atomic operation for each need. Which one is used, WX_STORE says (see
`Settings.store`); each is imported only when it is chosen.

Two rules hold for all of them:

- **Fail closed.** A store that cannot be asked, or whose reply is lost, raises StoreFailure. "False" is always a fact.
- **Nothing is repeated blindly.** Every write carries `by`, a random name of the one request that makes it. When a
  reply is lost, the row is read back, and `by` tells whether this very request made it.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Protocol

from wxcloud.errors import InvalidSetting

if TYPE_CHECKING:
    from wxcloud.database import Database
    from wxcloud.settings import Settings

CHALLENGES, COUNTERS, SESSIONS, TOKENS = TABLES = ("challenges", "counters", "sessions", "tokens")
KEEP_USED_SECONDS = 86_400.0
"""How long a row is kept after its end, so that a used or an expired challenge is told from an unknown one."""


@dataclass(frozen=True)
class Row:
    """One row. `expires_at` is a Unix time in seconds; `used_by` is empty until the row was consumed."""

    value: str = field(repr=False)
    expires_at: float
    used_by: str = ""


class Store(Protocol):
    """Rows by table and id. Times are the function's own wall clock, in Unix seconds.

    Every method raises StoreFailure when the store cannot be used in time; what it did is then not known.
    """

    def find(self, table: str, row_id: str) -> Row | None:
        """The row, expired or not; None when there is none."""

    def replace(self, table: str, row_id: str, value: str, *, expires_at: float) -> None:
        """Put the row in the place of the one that is there."""

    def insert(self, table: str, row_id: str, value: str, *, now: float, expires_at: float) -> bool:
        """Put the row there; False when one is there already. Rows that ended long before `now` may be taken away."""

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """Mark the row as used. True for one caller only: False when it is used, expired or not there."""

    def advance(self, table: str, row_id: str, number: int) -> bool:
        """Raise the row's number; False when it is there and not smaller than `number`."""

    def acquire(self, table: str, row_id: str, *, owner: str, now: float, until: float) -> bool:
        """Hold the lock of this name until a time; False while somebody else holds it."""

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """Give the lock back, if `owner` still holds it."""


class Stores:
    """The store that WX_STORE names, opened when it is first asked for.

    SQLite and Redis are one for the whole instance; the document database is asked with each invocation's own
    credentials.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._opened: Store | None = None

    def of(self, *, is_on_scf: bool, database: Callable[[], Database]) -> Store:
        """The store of one invocation; raises InvalidSetting, also when a library that it needs is not packaged."""
        kind, address = self._settings.store(is_on_scf=is_on_scf)
        if kind == "cloudbase":
            from wxcloud.store.cloudbase import CloudBaseStore  # noqa: PLC0415 - only the store that is used is imported

            return CloudBaseStore(database())
        with self._lock:
            if self._opened is None:
                self._opened = self._open(kind, address)
            return self._opened

    def _open(self, kind: str, address: str) -> Store:
        if kind == "sqlite":
            from wxcloud.store.sqlite import SQLiteStore  # noqa: PLC0415 - only the store that is used is imported

            return SQLiteStore(address)
        try:
            from wxcloud.store.redis import RedisStore  # noqa: PLC0415 - 60 ms of a cold start
        except ImportError:
            raise InvalidSetting(
                "WX_STORE names Redis: add the library redis to the function's requirements.txt"
            ) from None
        return RedisStore(address, timeouts=self._settings.timeouts)


def new_name() -> str:
    """A name for one request, that no other request has."""
    return secrets.token_hex(16)
