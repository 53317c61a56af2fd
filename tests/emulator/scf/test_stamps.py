"""What a folder holds, asked over and over: any change shows at once, in a folder that has long been at rest too."""

import itertools
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wxemu.scf.stamps import Look, stamps_of


@pytest.fixture(params=["at rest", "just changed"])
def folder(request, tmp_path):
    """A folder of files, in another one, that was looked at before."""
    code = tmp_path / "code"
    (code / "inner").mkdir(parents=True)
    (code / "index.py").write_text("first")
    (code / "inner" / "module.py").write_text("first")
    (code / "missing.py").symlink_to(tmp_path / "later.py")
    if request.param == "at rest":
        for place in (code, code / "inner"):
            os.utime(place, (time.time() - 100, time.time() - 100))
    assert names(code) == ["index.py", "module.py"]
    return code


def names(folder):
    return [Path(path).name for path, _ in stamps_of(str(folder))]


def test_nothing_changed_is_the_same_again(folder):
    before = stamps_of(str(folder))
    assert stamps_of(str(folder)) == before


@pytest.mark.parametrize("file", ["index.py", "inner/module.py"])
def test_a_file_written_in_place_shows(folder, file):
    before = stamps_of(str(folder))
    (folder / file).write_text("second text")
    assert stamps_of(str(folder)) != before


def test_a_file_in_the_place_of_another_shows_though_it_has_its_time_and_size(folder, tmp_path):
    before = stamps_of(str(folder))
    found = (folder / "index.py").stat()
    (tmp_path / "other").write_text("other")
    os.utime(tmp_path / "other", ns=(found.st_atime_ns, found.st_mtime_ns))
    (tmp_path / "other").replace(folder / "index.py")
    assert stamps_of(str(folder)) != before


@pytest.mark.parametrize("place", [".", "inner", "new"])
def test_a_new_file_shows(folder, place):
    (folder / place).mkdir(exist_ok=True)
    (folder / place / "zzz.py").write_text("new")
    assert sorted(names(folder)) == ["index.py", "module.py", "zzz.py"]


def test_a_removed_file_shows(folder):
    (folder / "inner" / "module.py").unlink()
    assert names(folder) == ["index.py"]


def test_a_removed_folder_shows_and_so_does_its_return(folder, tmp_path):
    folder.rename(tmp_path / "aside")
    assert names(folder) == []
    (tmp_path / "aside").rename(folder)
    assert names(folder) == ["index.py", "module.py"]


def test_the_file_that_a_broken_link_names_shows_once_it_is_there(folder, tmp_path):
    (tmp_path / "later.py").write_text("here")
    assert "missing.py" in names(folder)


def test_a_second_change_within_one_tick_of_the_clock_shows(tmp_path):
    (tmp_path / "index.py").write_text("first")
    tick = tmp_path.stat().st_mtime_ns
    assert names(tmp_path) == ["index.py"]
    (tmp_path / "module.py").write_text("second")
    os.utime(tmp_path, ns=(tick, tick))  # as on a file system whose clock ticks slowly
    assert names(tmp_path) == ["index.py", "module.py"]


def test_what_python_has_compiled_is_left_out_and_links_to_folders_are(folder, tmp_path):
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "index.pyc").write_text("compiled")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.py").write_text("far")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "itself").symlink_to(folder / "itself")
    assert names(folder) == ["index.py", "module.py"]


@pytest.fixture
def slow_look():
    """A look that ends when it is let, and sees how many have begun; with what tells that it has begun."""
    begun, end, numbers = threading.Semaphore(0), threading.Semaphore(0), itertools.count(1)

    def see():
        number = next(numbers)
        begun.release()
        assert end.acquire(timeout=60)
        return number

    return Look(see), begun, end


def test_who_asks_while_a_look_lasts_gets_one_that_begins_later(slow_look):
    look, begun, end = slow_look
    with ThreadPoolExecutor() as callers:
        first = callers.submit(look)
        assert begun.acquire(timeout=60)
        later = [callers.submit(look) for _ in range(3)]
        end.release(4)
        assert first.result() == 1
        assert all(caller.result() > 1 for caller in later)


def test_a_look_that_failed_serves_nobody():
    sights = iter([ValueError("broken"), "mended"])

    def see():
        sight = next(sights)
        if isinstance(sight, Exception):
            raise sight
        return sight

    look = Look(see)
    with pytest.raises(ValueError, match="broken"):
        look()
    assert look() == "mended"
