"""What interception refuses.

InterceptionError
├── AuthorityError   the CA in the state folder cannot be used; told when the emulator starts
└── RefusedError     a request that goes nowhere; told to the client that sent it
"""

from __future__ import annotations


class InterceptionError(Exception):
    """Root of what interception refuses; its text is made for the user."""


class AuthorityError(InterceptionError):
    """The CA's files are broken, do not belong together, or are not ours."""


class RefusedError(InterceptionError):
    """A request is not carried on.

    :param status: the HTTP status that tells the client.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
