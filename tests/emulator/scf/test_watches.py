"""Watches over paths: whatever a save may be, it shows before the call that made it has returned."""

import mmap
import os
import sys

import pytest

from wxemu.scf.stamps import stamps_of
from wxemu.scf.watches import MOST_WATCHES, UnwatchableError, Watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel tells of changes this way")


@pytest.fixture
def folder(tmp_path):
    """A folder of files, beside others."""
    folder = tmp_path / "project" / "code"
    (folder / "inner").mkdir(parents=True)
    (folder / "index.py").write_text("first")
    (folder / "inner" / "module.py").write_text("first")
    (tmp_path / "other").write_text("other")
    return folder


@pytest.fixture
def watch(folder):
    """A watch over all that is in the folder."""
    return begin(folder)


def begin(folder, *more):
    try:
        return Watch([str(folder), *map(str, folder.rglob("*")), *map(str, more)])
    except UnwatchableError:
        pytest.skip("the file system of temporary files is not watched")


def write_in_place(folder):
    with (folder / "index.py").open("r+") as file:
        file.write("F")


def write_through_a_mapping(folder):
    with (folder / "index.py").open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[0] = ord("F")


SAVES = {
    "written anew": lambda folder: (folder / "index.py").write_text("second"),
    "written in place": write_in_place,
    "written through a mapping": write_through_a_mapping,
    "cut off": lambda folder: os.truncate(folder / "index.py", 1),
    "replaced": lambda folder: (folder.parents[1] / "other").replace(folder / "index.py"),
    "touched": lambda folder: os.utime(folder / "index.py"),
    "touched in an inner folder": lambda folder: os.utime(folder / "inner" / "module.py"),
    "given other rights": lambda folder: (folder / "index.py").chmod(0o600),
    "removed": lambda folder: (folder / "inner" / "module.py").unlink(),
    "new": lambda folder: (folder / "inner" / "new.py").write_text("new"),
    "linked": lambda folder: (folder / "new.py").symlink_to(folder.parents[1] / "other"),
    "a new folder": lambda folder: (folder / "new").mkdir(),
    "renamed": lambda folder: (folder / "index.py").rename(folder / "main.py"),
    "moved away": lambda folder: (folder / "inner").rename(folder.parents[1] / "inner"),
    "moved with its folder": lambda folder: folder.rename(folder.with_name("former")),
    "moved with one above": lambda folder: folder.parent.rename(folder.parents[1] / "former"),
}


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_every_save_shows_at_once(watch, folder, save):
    assert watch.is_quiet()
    save(folder)
    assert not watch.is_quiet()


def test_a_save_through_another_name_of_the_file_shows(folder, tmp_path):
    watch = begin(folder)
    os.link(folder / "index.py", tmp_path / "second name")
    assert not watch.is_quiet()
    watch = begin(folder)
    (tmp_path / "second name").write_text("second")
    assert not watch.is_quiet()


def test_a_folder_put_in_the_place_of_one_above_shows(folder, watch, tmp_path):
    (tmp_path / "next" / "code").mkdir(parents=True)
    (tmp_path / "project").rename(tmp_path / "former")
    (tmp_path / "next").rename(tmp_path / "project")
    assert not watch.is_quiet()


def test_a_file_that_was_not_there_shows_when_it_comes(folder):
    watch = begin(folder, folder / "config.json")
    (folder / "config.json").write_text("{}")
    assert not watch.is_quiet()


def test_what_is_read_and_what_is_beside_it_change_nothing(folder, watch, tmp_path):
    (folder / "index.py").read_text()
    list(folder.iterdir())
    (tmp_path / "other").write_text("changed")
    assert watch.is_quiet()


def test_a_link_is_not_watched_since_what_it_names_may_change_unseen(folder, tmp_path):
    (folder / "link.py").symlink_to(tmp_path / "other")
    with pytest.raises(UnwatchableError):
        Watch([str(folder), str(folder / "link.py")])


def test_what_the_kernel_does_not_keep_itself_is_not_watched():
    with pytest.raises(UnwatchableError):
        Watch(["/proc/self/status"])


def test_there_are_only_so_many_watches_at_one_time(folder):
    begin(folder)
    watches = []
    with pytest.raises(UnwatchableError):
        watches.extend(Watch([str(folder)]) for _ in range(MOST_WATCHES + 1))
    watches.clear()
    assert Watch([str(folder)]).is_quiet()


@pytest.mark.parametrize("name", sorted(SAVES.keys() - {"given other rights", "a new folder"}))
def test_a_folder_looked_at_over_and_over_shows_every_save(folder, name):
    for place in (folder, folder / "inner"):
        os.utime(place, (1, 1))
    before, *later = [stamps_of(str(folder)) for _ in range(4)]
    assert all(stamps is before for stamps in later)
    SAVES[name](folder)
    assert stamps_of(str(folder)) != before


def test_links_that_lead_elsewhere_are_looked_at(folder, tmp_path):
    (folder / "link.py").symlink_to(tmp_path / "other")
    os.utime(folder, (1, 1))
    before = [stamps_of(str(folder)) for _ in range(3)][-1]
    (tmp_path / "other").write_text("longer than before")
    assert stamps_of(str(folder)) != before
