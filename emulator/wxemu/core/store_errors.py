"""Why a store cannot be used.

StoreError
│   The state cannot be used; the text says what to do.
├── DamagedStoreError    a value in it is not what we have written
└── RemovedStoreError    its file was removed while we had it open
"""

from __future__ import annotations

from wxemu.core.messages import Message, MessageError


class StoreError(MessageError):
    """The state folder cannot be used."""


class DamagedStoreError(StoreError):
    """A value in the state is not what we have written."""

    def __init__(self, damage: Message) -> None:
        super().__init__(
            Message(
                "the state is damaged: {damage}; start the emulator with another one: --state names its folder",
                "状态已损坏：{damage}；请用另一个状态启动模拟器：--state 指定它的文件夹",
                damage=damage,
            )
        )


class RemovedStoreError(StoreError):
    """The state's file was removed, or another one has taken its place."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                "the state's folder was removed, so that nothing is kept; bring it back, or start another emulator",
                "状态的文件夹已被删除，什么都不会保存；请把它放回原处，或另外启动一个模拟器",
            )
        )
