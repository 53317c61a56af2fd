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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wxcloud.settings import Settings
    from wxcloud.store.cloudbase import Documents

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

    def insert(self, table: str, row_id: str, value: str, *, expires_at: float) -> bool:
        """Put the row there; False when one is there already."""

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """Mark the row as used. True for one caller only: False when it is used, expired or not there."""

    def advance(self, table: str, row_id: str, number: int) -> bool:
        """Raise the row's number; False when it is there and not smaller than `number`."""

    def acquire(self, table: str, row_id: str, *, owner: str, now: float, until: float) -> bool:
        """Hold the lock of this name until a time; False while somebody else holds it."""

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """Give the lock back, if `owner` still holds it."""


def open_store(settings: Settings, documents: Documents) -> Store:
    """The store that WX_STORE names; nothing is opened or asked yet.

    `documents` is how the environment's document database is reached, for `cloudbase`.
    Raises InvalidSetting, or StoreFailure when the library that the store needs is not packaged.
    """
    kind, address = settings.store
    if kind == "cloudbase":
        from wxcloud.store.cloudbase import CloudBaseStore  # noqa: PLC0415 - only the store that is used is imported

        return CloudBaseStore(documents)
    if kind == "redis":
        from wxcloud.store.redis import RedisStore  # noqa: PLC0415 - 60 ms of a cold start

        return RedisStore(address, timeouts=settings.timeouts)
    from wxcloud.store.sqlite import SQLiteStore  # noqa: PLC0415 - 3 ms of a cold start

    return SQLiteStore(address)


def new_name() -> str:
    """A name for one request, that no other request has."""
    return secrets.token_hex(16)
