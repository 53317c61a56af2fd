"""The parts of ``scripts/screenshots``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

SCREENSHOTS = Path(__file__).parents[2] / "scripts/screenshots.d"
PARTS = [path.stem for path in SCREENSHOTS.glob("*.py") if path.stem != "__main__"]


@pytest.fixture
def part(monkeypatch):
    """One of them by its name. They are modules of a program, so only a test makes them importable."""
    for name in PARTS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(SCREENSHOTS)
    yield importlib.import_module
    for name in PARTS:
        sys.modules.pop(name, None)
