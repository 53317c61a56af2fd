"""A project saved while the emulator runs: it counts at the next call, and what is odd about it is told once."""

import logging

import pytest

from wxemu.scf import project
from wxemu.scf.catalogue import SET_HERE, Catalogue
from wxemu.scf.project import ProjectError

CONFIG = """
envId: env-demo
functions:
  - name: greet
    runtime: Python3.11
    envVariables:
      GREETING: "{{env.WXEMU_TEST_GREETING}}"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "project" / "functions" / "greet").mkdir(parents=True)
    (tmp_path / "project" / "functions" / "greet" / "index.py").write_text("def main(event, context): return 1\n")
    return tmp_path / "project"


@pytest.fixture
def save(folder):
    def write(text, name="cloudbaserc.yaml"):
        (folder / name).write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def catalogue(world, folder, tmp_path):
    return Catalogue(world, directory=folder, packages=tmp_path / "packages")


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.WARNING, "wxemu.scf.catalogue")
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_variable_that_nobody_sets_is_told_once(save, catalogue, told, folder):
    save(CONFIG)
    assert catalogue.specs()["greet"].environment == {"GREETING": ""}
    catalogue.specs()
    (line,) = told()
    assert line.startswith(f"{folder}: nothing is set for {{{{env.WXEMU_TEST_GREETING}}}} (GREETING), which renders")


def test_what_is_still_missing_is_not_told_again_and_what_is_newly_missing_is(save, catalogue, told):
    save(CONFIG)
    catalogue.specs()
    save(CONFIG + "    timeout: 5\n")
    assert catalogue.specs()["greet"].timeout_seconds == 5
    save(CONFIG + '      FAREWELL: "{{env.WXEMU_TEST_FAREWELL}}"\n')
    catalogue.specs()
    first, second = told()
    assert "FAREWELL" not in first
    assert "{{env.WXEMU_TEST_GREETING}} (GREETING), {{env.WXEMU_TEST_FAREWELL}} (FAREWELL)" in second


def test_a_variable_set_in_env_afterwards_is_there_at_the_next_call(save, catalogue, told):
    save(CONFIG)
    catalogue.specs()
    save("WXEMU_TEST_GREETING=hello\n", ".env")
    assert catalogue.specs()["greet"].environment == {"GREETING": "hello"}
    assert len(told()) == 1


@pytest.mark.parametrize("name", sorted(SET_HERE))
def test_what_the_emulator_sets_itself_need_not_be_set(save, catalogue, told, name):
    save(CONFIG.replace("GREETING:", f"{name}:"))
    catalogue.specs()
    assert told() == []


def test_a_broken_project_is_told_once_however_often_it_is_asked_for(save, catalogue, told, folder):
    save("envId: [")
    for _ in range(3):
        with pytest.raises(ProjectError) as refused:
            catalogue.specs()
    assert told() == [str(refused.value)]
    assert str(refused.value).startswith(f"{folder / 'cloudbaserc.yaml'}:")


def test_a_mended_project_counts_at_the_next_call_and_breaking_it_again_is_told_again(save, catalogue, told):
    save("envId: [")
    with pytest.raises(ProjectError):
        catalogue.specs()
    save(CONFIG.replace("{{env.WXEMU_TEST_GREETING}}", "hello"))
    assert set(catalogue.specs()) == {"greet"}
    save("envId: [")
    with pytest.raises(ProjectError):
        catalogue.specs()
    assert len(told()) == 2


def test_what_mends_a_project_may_be_a_folder(save, catalogue, folder):
    save(CONFIG + "  - {name: other, runtime: Python3.11}\n")
    assert [name for name, spec in catalogue.specs().items() if spec.problem] == ["other"]
    (folder / "functions" / "other").mkdir()
    assert [name for name, spec in catalogue.specs().items() if spec.problem] == []


@pytest.mark.parametrize("place", ["config.json", "functions/greet/config.json"])
def test_a_saved_config_json_counts_at_the_next_call(save, catalogue, place):
    save(CONFIG)
    assert catalogue.specs()["greet"].openapi_permissions == frozenset()
    save('{"permissions": {"openapi": ["soter.verifySignature"]}}', place)
    assert catalogue.specs()["greet"].openapi_permissions == {"soter.verifySignature"}


def test_a_change_while_the_project_is_read_is_not_missed(save, catalogue, folder, monkeypatch):
    load_project = project.load_project
    save(CONFIG)

    def load_and_change(*arguments, **named):
        found = load_project(*arguments, **named)
        monkeypatch.setattr(project, "load_project", load_project)
        save(CONFIG + "    timeout: 5\n")
        return found

    monkeypatch.setattr(project, "load_project", load_and_change)
    assert catalogue.specs()["greet"].timeout_seconds == 5
