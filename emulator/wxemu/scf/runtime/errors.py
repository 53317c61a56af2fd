"""Why an invocation did not come to be, which is the emulator's matter; what becomes of a function is no error.

UninvokedError
├── RuntimeClosedError   the runtime has been closed
├── InterpreterError     the Python that is to run the function does not work
└── DebuggerError        there is no debugger to wait for, or its port is taken
"""

from __future__ import annotations


class UninvokedError(RuntimeError):
    """The function was not invoked."""


class RuntimeClosedError(UninvokedError):
    """The runtime has been closed before, or while the caller waited."""


class InterpreterError(UninvokedError):
    """The Python that is to run the function does not start, or starts no instances."""


class DebuggerError(UninvokedError):
    """There is no debugger to wait for, or its port is taken; the text says what to do."""
