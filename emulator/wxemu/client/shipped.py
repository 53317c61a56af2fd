"""The project that comes along with wxemu: this repository's own functions, and how they are declared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FUNCTIONS: Final = ("login", "issueChallenge", "verifySignature", "checkSession")
_PACKAGED: Final = Path(__file__).with_name("demo_project")  # setup.py puts it into a wheel
_REPOSITORY: Final = Path(__file__).parents[3]


def shipped_project() -> Path:
    """Its folder, with cloudbaserc.yaml."""
    return _PACKAGED if _PACKAGED.is_dir() else _REPOSITORY
