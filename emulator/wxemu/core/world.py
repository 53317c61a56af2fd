"""The emulated world: its state, its clock, its randomness, its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wxemu.core import settings as platform_settings
from wxemu.core.clock import Clock
from wxemu.core.health import Health
from wxemu.core.keys import KeyPool
from wxemu.core.messages import Message
from wxemu.core.randomness import Randomness
from wxemu.core.secret_values import SecretValues
from wxemu.core.store import Store
from wxemu.core.store_errors import StoreError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from wxemu.core.settings import Settings

DATABASE_NAME: Final = "world.sqlite"
_HAS_BEGUN: Final = "is_planted"  # the name that states of earlier versions keep


class World:
    """All that the rules need. Truth lives in the store, so any number of processes may open the same one.

    :param state: the folder that holds the state (made if missing), or ``None`` for a state that ends with the process.
    :param random_seed: makes ids and keys the same in every run.
    :param health: of the emulator that the world belongs to.
    :param is_exposed: whether other machines reach it, so that it takes no secret that stands in the docs.
    :raises StoreError: the folder holds something else.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        random_seed: str | None = None,
        health: Health | None = None,
        is_exposed: bool = False,
    ) -> None:
        self.is_exposed = is_exposed
        if state is not None:
            _make_folder(state)
        self.store = Store(None if state is None else state / DATABASE_NAME)
        self.clock = Clock(self.store)
        self.randomness = Randomness(self.store, random_seed)
        self.health = Health() if health is None else health
        self.keys = KeyPool(self.store, self.health, random_seed)
        self.secret_values = SecretValues(self.store)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return platform_settings.load(self.store)

    @property
    def has_begun(self) -> bool:
        """Whether it has what it begins with, a seed or nothing; false while a seed is being loaded."""
        return self.store.note(_HAS_BEGUN) is True

    def mark_begun(self, *, is_begun: bool = True) -> None:
        """Let it begin with what it holds now."""
        self.store.keep_note(_HAS_BEGUN, value=is_begun)

    def check(self) -> None:
        """Make sure that the state can be read and written.

        :raises StoreError, sqlite3.Error: it cannot.
        """
        self.store.probe()
        self.clock.now()
        platform_settings.load(self.store)

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction of the store: nobody else reads or writes during it, and it is kept whole or not at all."""
        return self.store.transaction()

    def close(self) -> None:
        """Stop the background work and close the store."""
        self.keys.close()
        self.store.close()


def _make_folder(state: Path) -> None:
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            Message(
                "the state cannot be kept in {folder}: {reason}; name another folder with --state",
                "状态无法保存在 {folder}：{reason}；请用 --state 指定另一个文件夹",
                folder=state,
                reason=error,
            )
        ) from None
