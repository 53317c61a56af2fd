"""Why an invocation did not come to be, which is the emulator's matter; what becomes of a function is no error.

UninvokedError
├── RuntimeClosedError   the runtime has been closed
└── InterpreterError     the Python that is to run the function does not work
"""

from __future__ import annotations


class UninvokedError(RuntimeError):
    """The function was not invoked."""


class RuntimeClosedError(UninvokedError):
    """The runtime has been closed before, or while the caller waited."""


class InterpreterError(UninvokedError):
    """The Python that is to run the function does not start, or starts no instances."""
