"""What is wrong with a seed or with a document of the state.

SeedError         not a seed, or not an entry of one; the text gives the place, what is expected and what is there
└── TakenError    an id of the entry is in use
StateError        values that are not a state; the text says where they are wrong, and shows none of them
"""

from __future__ import annotations


class SeedError(Exception):
    """Not a seed, or not an entry of one."""


class TakenError(SeedError):
    """The id is in use."""


class StateError(Exception):
    """Not a state, or not one of this version."""
