"""A package is unpacked wholly and inside its folder, or not at all."""

import io
import stat
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.scf import packages
from wxemu.scf.api_functions import FunctionError
from wxemu.scf.packages import Packages


@pytest.fixture
def kept(tmp_path):
    return Packages(tmp_path / "packages")


def entry(name, *, mode=stat.S_IFREG | 0o644):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def zip_of(*entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return content.getvalue()


def refusal(kept, content):
    with pytest.raises(FunctionError) as refused:
        kept.add(content)
    assert refused.value.code == "InvalidParameterValue.ZipFile"
    return refused.value.message


def test_files_and_folders_are_unpacked(kept):
    package = kept.add(zip_of(("index.py", "pass\n"), ("sub/deep/file.txt", "中"), ("empty/", "")))
    folder = kept.folder(package)
    assert (folder / "index.py").read_text() == "pass\n"
    assert (folder / "sub/deep/file.txt").read_text(encoding="utf-8") == "中"
    assert (folder / "empty").is_dir()


def test_the_same_package_is_unpacked_once(kept):
    content = zip_of(("index.py", "pass\n"))
    package = kept.add(content)
    before = (kept.folder(package) / "index.py").stat().st_ino
    assert kept.add(content) == package
    assert (kept.folder(package) / "index.py").stat().st_ino == before


def test_a_package_that_came_twice_at_one_time_is_there_once(kept, monkeypatch):
    content = zip_of(("index.py", "pass\n"))
    unpack = packages._unpack

    def meanwhile(content, folder):
        monkeypatch.setattr(packages, "_unpack", unpack)
        kept.add(content)
        unpack(content, folder)

    monkeypatch.setattr(packages, "_unpack", meanwhile)
    assert (kept.folder(kept.add(content)) / "index.py").is_file()


def test_a_folder_that_cannot_be_put_in_place_is_a_fault(kept, tmp_path):
    content = zip_of(("index.py", "pass\n"))
    package = kept.add(content)
    other = Packages(tmp_path / "other")
    other.folder(package).parent.mkdir()
    other.folder(package).write_text("a file stands in the way")
    with pytest.raises(NotADirectoryError):
        other.add(content)


def test_packages_that_nothing_uses_are_removed_and_what_comes_now_is_kept(kept):
    former, newer = (kept.add(zip_of(("index.py", text))) for text in ("former", "newer"))
    with kept.coming(zip_of(("index.py", "coming"))) as coming:
        kept.keep({newer}.__contains__)
        assert [kept.folder(package).is_dir() for package in (former, newer, coming)] == [False, True, True]
    kept.keep({newer}.__contains__)
    assert not kept.folder(coming).exists()


@pytest.mark.parametrize(
    "name",
    ["../out", "sub/../../out", "/absolute", "back\\slash", "..", "sub/..", "x" * 256],
    ids=lambda name: name[:20],
)
def test_a_path_out_of_the_folder_is_refused(kept, tmp_path, name):
    assert "leads out of its folder" in refusal(kept, zip_of(("index.py", ""), (name, "evil")))
    assert not list((tmp_path / "packages").iterdir())


def test_a_path_that_is_longer_than_the_machine_takes_is_refused(kept, tmp_path):
    assert "longer than this machine takes" in refusal(kept, zip_of(("x/" * 3000 + "index.py", "")))
    assert not list((tmp_path / "packages").iterdir())


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_what_is_neither_file_nor_folder_nor_link_is_refused(kept, kind):
    assert "something else" in refusal(kept, zip_of((entry("odd", mode=kind | 0o777), "/etc/passwd")))


def link(name, target):
    return (entry(name, mode=stat.S_IFLNK | 0o777), target)


@pytest.mark.parametrize(("mode", "kept_mode"), [(0o755, 0o755), (0o644, 0o644), (0o4711, 0o755), (0o600, 0o644)])
def test_a_file_keeps_its_rights_and_everybody_can_read_it(kept, mode, kept_mode):
    package = kept.add(zip_of((entry("tool", mode=stat.S_IFREG | mode), "text")))
    assert stat.S_IMODE((kept.folder(package) / "tool").stat().st_mode) == kept_mode


@pytest.mark.parametrize("target", ["real.txt", "sub/real.txt", "sub/../real.txt", "nowhere.txt", "name"])
def test_a_link_that_stays_inside_is_kept_even_if_it_leads_nowhere(kept, target):
    package = kept.add(zip_of(link("name", target), ("real.txt", "real"), ("sub/real.txt", "deep")))
    assert (kept.folder(package) / "name").readlink().as_posix() == target


LEAVING = {
    "to a place of the machine": [link("name", "/etc/passwd")],
    "to the platform's own place": [link("name", "/var/user/index.py")],
    "above the folder": [link("name", "../other")],
    "above the folder from below": [link("sub/name", "../../other")],
    "over another link": [link("p/q/up", ".."), link("name", "p/q/up/../..")],
    "over a link that comes later": [link("name", "later/sub/../../x"), ("sub/file", ""), link("later", ".")],
    "the folder above": [link("name", "..")],
}


@pytest.mark.parametrize("entries", LEAVING.values(), ids=LEAVING)
def test_a_link_that_leaves_the_package_is_refused(kept, tmp_path, entries):
    assert "a link in it leads out" in refusal(kept, zip_of(("index.py", ""), *entries))
    assert not list((tmp_path / "packages").iterdir())


@pytest.mark.parametrize("below", [("name/file", "evil"), link("name/link", "evil"), ("name/sub/", "")], ids=str)
def test_nothing_is_written_through_a_link(kept, tmp_path, below):
    assert "one path" in refusal(kept, zip_of(link("name", "../.."), below))
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("target", ["x" * 4096, b"\xff\xfe", "a\0b"], ids=["long", "no text", "a zero byte"])
def test_a_link_that_no_machine_takes_is_refused(kept, target):
    refusal(kept, zip_of(link("name", target)))


def test_an_encrypted_package_is_refused(kept):
    content = bytearray(zip_of(("index.py", "pass\n")))
    content[content.index(b"PK\x01\x02") + 8] |= 0x1
    assert "encrypted" in refusal(kept, bytes(content))


def test_a_package_that_unpacks_to_too_much_is_refused(kept, monkeypatch):
    monkeypatch.setattr(packages, "LARGEST_UNPACKED", 100)
    kept.add(zip_of(("a", "x" * 50), ("b", "x" * 50)))
    assert "more than" in refusal(kept, zip_of(("a", "x" * 50), ("b", "x" * 51)))


def test_a_package_of_too_many_entries_is_refused(kept, monkeypatch):
    monkeypatch.setattr(packages, "MOST_ENTRIES", 2)
    assert "more than" in refusal(kept, zip_of(("a", ""), ("b", ""), ("c", "")))


def test_an_entry_gives_no_more_than_it_declares(kept):
    content = bytearray(zip_of(("index.py", "x" * 1000)))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    refusal(kept, bytes(content))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a", "a/")], ids=str)
def test_entries_in_each_others_way_are_refused(kept, names):
    assert "one path" in refusal(kept, zip_of(*((name, "") for name in names)))


def test_a_broken_file_in_a_package_is_refused(kept):
    content = zip_of(("index.py", "some text")).replace(b"some text", b"same text")
    assert "cannot be unpacked" in refusal(kept, content)


@given(st.binary())
def test_any_bytes_that_are_no_zip_are_refused(kept, content):
    refusal(kept, content)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=8))
def test_a_damaged_package_is_refused_or_unpacked_inside_its_folder(kept, tmp_path, place, damage):
    content = bytearray(zip_of(("index.py", "pass\n"), ("sub/file", "text")))
    at = place % len(content)
    content[at : at + len(damage)] = damage
    with suppress(FunctionError):
        kept.add(bytes(content))
    assert [path.name for path in tmp_path.iterdir()] == ["packages"]
