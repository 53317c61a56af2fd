"""Good functions answer right beside bad ones: a short form of scripts/soak --bad-functions."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "scripts/soak.d"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the bad ones make use of Linux"),
]


def test_good_functions_answer_right_beside_bad_ones():
    done = subprocess.run(
        [sys.executable, str(SOAK), "--bad-functions", "8", "--rounds", "1", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    figures = json.loads(done.stdout)
    assert (figures["good_calls"], figures["wrong"]) == (8, 0)
    assert figures["bad_calls"] > 0
