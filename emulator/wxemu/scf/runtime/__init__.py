"""The SCF Python runtime: a function's child processes, what they receive, and what becomes of an invocation."""

from wxemu.scf.runtime import log
from wxemu.scf.runtime.debugging import Awaited, Debugging
from wxemu.scf.runtime.environment import PLATFORM, PROCESS, function_variables, instance_environment
from wxemu.scf.runtime.identity import TRIGGER_NAME, Identity, timer_event, wx_event
from wxemu.scf.runtime.invocation import (
    DebuggerError,
    Failure,
    InterpreterError,
    Invocation,
    JSONValue,
    RuntimeClosedError,
    UninvokedError,
    ret_msg,
)
from wxemu.scf.runtime.pool import InstanceState
from wxemu.scf.runtime.runtime import BOOTSTRAP_FILE, EnvironLeak, Runtime
from wxemu.scf.runtime.surroundings import NOTHING, Surroundings

__all__ = [
    "BOOTSTRAP_FILE",
    "NOTHING",
    "PLATFORM",
    "PROCESS",
    "TRIGGER_NAME",
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
    "Surroundings",
    "UninvokedError",
    "function_variables",
    "instance_environment",
    "log",
    "ret_msg",
    "timer_event",
    "wx_event",
]
