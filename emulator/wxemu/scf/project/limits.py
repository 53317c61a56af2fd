"""SCF's limits on what a function is called and configured to be, for folders and for Tencent Cloud's API alike."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTION_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,59}", re.ASCII)
VARIABLE_NAME: Final = re.compile(r"(?!SCF_|QCLOUD_|TENCENTCLOUD_)[a-zA-Z][a-zA-Z0-9_]{1,63}")  # [doc] 583/32748
MOST_VARIABLE_BYTES: Final = 4096
"""Of a function's variables, names and values together [doc 583/32748]."""
PRESENT_RUNTIME: Final = "Python{}.{}".format(*sys.version_info)
"""The Python of the emulator, which functions may name even where SCF does not have it."""
# Other languages are kept and listed as the platform does, and fail when they are invoked.
_RUNTIME: Final = re.compile(
    r"Python(?:2\.7|3\.(?:6|7|9|10|11))|(?:Nodejs|Php|Java|Go)[\d.]+|CustomRuntime|CustomImage", re.ASCII
)


def is_scf_runtime(runtime: str) -> bool:
    """Whether SCF has a runtime of this name."""
    return _RUNTIME.fullmatch(runtime) is not None


def is_runtime(runtime: str) -> bool:
    """Whether a function may have this runtime here."""
    return runtime == PRESENT_RUNTIME or is_scf_runtime(runtime)


def variables_bytes(variables: Mapping[str, str]) -> int:
    """Return how much of its limit an environment takes."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
