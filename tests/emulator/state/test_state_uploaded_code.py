"""Uploaded code is part of the state: it is unpacked again wherever the state comes."""

import hashlib
import io
import zipfile

import pytest

from wxemu.scf import api_functions
from wxemu.scf.catalogue import Catalogue
from wxemu.scf.configuration import Configuration

PYTHON = Configuration(runtime="Python3.11")


def zip_of(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", text)
    return content.getvalue()


@pytest.fixture
def catalogue(world, tmp_path):
    return Catalogue(world, directory=None, packages=tmp_path / "packages")


def test_it_runs_where_the_state_was_imported(catalogue, state, elsewhere, tmp_path):
    catalogue.create("env-demo", "ask", PYTHON, code=zip_of("pass\n"))
    elsewhere.replace(state.document())
    there = Catalogue(elsewhere._world, directory=None, packages=tmp_path / "elsewhere" / "packages")
    folder = there.find("env-demo", "ask").spec.directory
    assert (folder / "index.py").read_text() == "pass\n"
    assert folder.is_relative_to(tmp_path / "elsewhere")


def test_replaced_and_deleted_code_goes_from_the_disk_unless_an_instance_runs_it(world, tmp_path):
    running = []
    catalogue = Catalogue(world, directory=None, packages=tmp_path / "packages", running_folders=lambda: running)
    catalogue.create("env-demo", "one", PYTHON, code=zip_of("first"))
    running.append(catalogue.find("env-demo", "one").spec.directory)
    catalogue.update_code("env-demo", "one", Configuration(), code=zip_of("second"))
    second = catalogue.find("env-demo", "one").spec.directory
    assert running[0].is_dir()
    running.clear()
    catalogue.delete("env-demo", "one")
    assert list((tmp_path / "packages").iterdir()) == []
    assert not second.exists()


def test_what_a_killed_emulator_left_half_unpacked_goes_at_the_next_start(world, tmp_path):
    left = tmp_path / "packages" / ".passing-left"
    left.mkdir(parents=True)
    former = tmp_path / "packages" / ("0" * 64)
    former.mkdir()
    Catalogue(world, directory=None, packages=tmp_path / "packages")
    assert not left.exists()
    assert not former.exists()


def test_it_is_kept_once_for_all_that_run_it_and_as_long_as_one_does(catalogue, world):
    former, newer = zip_of("former"), zip_of("newer")
    ids = [hashlib.sha256(code).hexdigest() for code in (former, newer)]
    catalogue.create("env-demo", "one", PYTHON, code=former)
    catalogue.create("env-demo", "two", PYTHON, code=former)
    catalogue.create("env-other", "one", PYTHON, code=former)
    catalogue.update_code("env-demo", "one", Configuration(), code=newer)
    assert [api_functions.find_code(world, package) for package in ids] == [former, newer]
    catalogue.delete("env-demo", "two")
    assert api_functions.find_code(world, ids[0]) == former
    catalogue.delete("env-other", "one")
    assert api_functions.find_code(world, ids[0]) is None
    catalogue.update_configuration("env-demo", "one", Configuration(description="d"))
    assert api_functions.find_code(world, ids[1]) == newer
