"""Temporary folders of emulators that were killed go at the next start, and never those of living ones."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from wxemu.core import temporary

HOLD = """
import signal
from wxemu.core import temporary
with temporary.folder() as folder:
    print(folder, flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(tmp_path):
    holders = [
        subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    folders = [tmp_path / holder.stdout.readline().strip() for holder in holders]
    os.kill(holders[0].pid, signal.SIGKILL)
    holders[0].communicate()
    with temporary.folder() as own:
        assert [folder.is_dir() for folder in (*folders, own)] == [False, True, True]
    holders[1].kill()
    holders[1].communicate()
    assert not own.exists()


def test_what_is_not_such_a_folder_stays(tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (tmp_path / f"{temporary.PREFIX}link").symlink_to(other)
    (tmp_path / f"{temporary.PREFIX}file").touch()
    (tmp_path / "wxemu-other").mkdir()
    temporary.remove_abandoned(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "elsewhere",
        f"{temporary.PREFIX}link",
        f"{temporary.PREFIX}file",
        "wxemu-other",
    }


def test_a_folder_that_another_removes_before_it_is_held_is_made_again(monkeypatch):
    make = tempfile.mkdtemp
    made = []

    def make_and_lose_the_first(*arguments, **options):
        made.append(make(*arguments, **options))
        if len(made) == 1:
            temporary.remove_abandoned(Path(tempfile.gettempdir()))
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose_the_first)

    with temporary.folder() as own:
        assert (str(own), own.is_dir()) == (made[1], True)
