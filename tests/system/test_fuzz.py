"""A short form of ``scripts/fuzz``: hostile requests over real connections find no fault of the emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]


def test_hostile_requests_meet_no_fault_of_the_emulator():
    done = subprocess.run(
        [sys.executable, str(TOP / "scripts" / "fuzz.d"), "--cases", "240", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    figures = json.loads(done.stdout)
    assert figures["complaints"] == []
    assert min(figures["cases"].values()) >= 30
    assert done.returncode == 0
