"""The configuration of a function, within SCF's limits, whose error codes it raises."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wxemu.scf.api_functions import FunctionError
from wxemu.scf.project import FUNCTION_NAME, MOST_VARIABLE_BYTES, VARIABLE_NAME, is_runtime, variables_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.api_functions import CloudFunction

TIMEOUT_SECONDS: Final = range(1, 901)
MEMORY_MEGABYTES: Final = range(64, 3073)
MOST_DESCRIPTION_CHARACTERS: Final = 1000
_HANDLER: Final = re.compile(r"[\w-]+(?:/[\w-]+)*\.\w+", re.ASCII)
_RESERVED: Final = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a request sets of a function; ``None`` leaves it as it is."""

    runtime: str | None = None
    handler: str | None = None
    timeout_seconds: int | None = None
    memory_megabytes: int | None = None
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    description: str | None = None
    is_http: bool | None = None

    def apply_to(self, function: CloudFunction) -> CloudFunction:
        """Return ``function`` with this configuration.

        :raises FunctionError: InvalidParameterValue and its kin: the platform would not take it.
        """
        fields = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self)}
        configured = dataclasses.replace(function, **{name: set_ for name, set_ in fields.items() if set_ is not None})
        _check(configured)
        return configured


def _check(function: CloudFunction) -> None:
    if not FUNCTION_NAME.fullmatch(function.name):
        raise _invalid_error("FunctionName", "a letter, then up to 59 letters, digits, _ or -", function.name)
    if not is_runtime(function.runtime):
        raise _invalid_error("Runtime", "a runtime that SCF has, as Python3.11", function.runtime)
    if not _HANDLER.fullmatch(function.handler):
        raise _invalid_error("Handler", "file.function, as index.main", function.handler)
    if function.timeout_seconds not in TIMEOUT_SECONDS:
        raise FunctionError("LimitExceeded.Timeout", f"Timeout: expected 1 to 900, got {function.timeout_seconds}.")
    if function.memory_megabytes not in MEMORY_MEGABYTES:
        raise _invalid_error("MemorySize", "64 to 3072", function.memory_megabytes)
    if len(function.description) > MOST_DESCRIPTION_CHARACTERS:
        raise _invalid_error(
            "Description", f"up to {MOST_DESCRIPTION_CHARACTERS} characters", len(function.description)
        )
    _check_environment(function.environment)


def _check_environment(environment: Mapping[str, str]) -> None:
    for name in environment:
        if name.startswith(_RESERVED):
            message = f"Environment: a name may not begin with {', '.join(_RESERVED)}; found {name!r}."
            raise FunctionError("InvalidParameterValue.EnvironmentSystemProtect", message)
        if not VARIABLE_NAME.fullmatch(name):
            raise _invalid_error("Environment", "names of 2 to 64 letters, digits and _, a letter first", name)
    if any("\0" in value for value in environment.values()):
        raise _invalid_error("Environment", "values without NUL", "one with NUL")
    size = variables_bytes(environment)
    if size > MOST_VARIABLE_BYTES:
        message = f"Environment: expected up to {MOST_VARIABLE_BYTES} bytes of names and values, got {size}."
        raise FunctionError("InvalidParameterValue.EnvironmentExceededLimit", message)


def _invalid_error(parameter: str, expected: str, found: object) -> FunctionError:
    return FunctionError(f"InvalidParameterValue.{parameter}", f"{parameter}: expected {expected}, got {found!r}.")
