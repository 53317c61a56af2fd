"""scripts/soak, in its short form."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # starts emulators, and kills them

TOP = Path(__file__).parents[2]
SOAK = [sys.executable, str(TOP / "scripts/soak.d")]


def test_nothing_that_was_acknowledged_is_lost_by_kills_and_killed_children_come_back():
    done = subprocess.run(
        [*SOAK, "--rounds", "2", "--child-kills", "1", "--json"], check=False, capture_output=True, text=True
    )

    told = json.loads(done.stdout)
    assert told["lost"] == []
    assert (told["kills"], told["proxyBackMs"]["times"], told["forkServerBackMs"]["times"]) == (2, 1, 1)
    assert told["acknowledgedInAll"] > 0
    assert "proxy" not in told["silent"]
    assert "round 2 of 2" in done.stderr


def test_what_is_lost_is_found(tmp_path):
    """The judge itself: a state that is thrown away between kill and start."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import rounds, shutil, pathlib\n"
        "start, folder = rounds._start, pathlib.Path(sys.argv[2])\n"
        "def forget(*given):\n"
        "    shutil.rmtree(folder / 'state', ignore_errors=True)\n"
        "    return start(*given)\n"
        "rounds._start = forget\n"
        "figures = rounds.soak(folder, rounds=1, child_kills=0, seed=2, tell=print)\n"
        "assert len(figures.lost) == figures.acknowledged.total() > 0 and not figures.is_ok\n"
    )

    done = subprocess.run([sys.executable, "-c", program, SOAK[1], str(tmp_path)], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
