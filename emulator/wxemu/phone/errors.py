"""What a simulated phone cannot do.

PhoneError
├── UnknownPhoneError    no phone has this id
├── InvalidPhoneError    the phone cannot be made, or cannot be put in this state
└── MiniProgramError     the mini program's folder cannot be read
"""

from __future__ import annotations


class PhoneError(Exception):
    """The simulator cannot do what it was asked for. (A failure that a mini program sees is another matter.)"""


class UnknownPhoneError(PhoneError):
    """No phone has this id."""


class InvalidPhoneError(PhoneError):
    """The phone cannot be made, or cannot be put in this state."""


class MiniProgramError(PhoneError):
    """The mini program's folder cannot be read."""
