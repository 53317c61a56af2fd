"""What is wrong with a seed or with a document of the state.

SeedError         not a seed, or not an entry of one; the text gives the place, what is expected and what is there
└── TakenError    an id of the entry is in use
StateError        values that are not a state; the text says where they are wrong, and shows none of them
"""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message, MessageError


class SeedError(MessageError):
    """Not a seed, or not an entry of one."""


class TakenError(SeedError):
    """The id is in use."""


NO_TEXT: Final = Message(
    "expected UTF-8 text, found something else; save it as UTF-8", "应为 UTF-8 文本，实际是别的内容；请用 UTF-8 保存"
)


class StateError(MessageError):
    """Not a state, or not one of this version."""
