"""The SCF Python runtime: a function's child processes, what they are told, and what becomes of an invocation."""

from emulator.runtime import log
from emulator.runtime.context import PLATFORM, instance_environment
from emulator.runtime.debugging import Awaited, Debugging
from emulator.runtime.errors import DebuggerError, InterpreterError, RuntimeClosedError, UninvokedError
from emulator.runtime.identity import Identity, wx_event
from emulator.runtime.invocation import Failure, Invocation, JSONValue
from emulator.runtime.pool import InstanceState
from emulator.runtime.runtime import EnvironLeak, Runtime
from emulator.runtime.timer import timer_event

__all__ = [
    "PLATFORM",
    "Awaited",
    "DebuggerError",
    "Debugging",
    "EnvironLeak",
    "Failure",
    "Identity",
    "InstanceState",
    "InterpreterError",
    "Invocation",
    "JSONValue",
    "Runtime",
    "RuntimeClosedError",
    "UninvokedError",
    "instance_environment",
    "log",
    "timer_event",
    "wx_event",
]
