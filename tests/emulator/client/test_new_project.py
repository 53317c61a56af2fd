"""`wxemu init`: a project that is ready, and nothing overwritten."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import wxemu
from wxemu.cli import main
from wxemu.client.new_project import NewProjectError, make_project
from wxemu.scf.project import find_project, load_project

PROJECT = Path(__file__).parents[3]
MADE_OF_OURS = ("functions/login/index.py", "functions/verifySignature/index.py", "config.json", ".env.example")


def test_its_functions_can_be_deployed_as_they_are_declared(tmp_path):
    make_project(tmp_path / "shop")
    declared = load_project(tmp_path / "shop", {})
    declared.require_sound()

    assert set(declared.functions) == {"login", "issueChallenge", "verifySignature", "checkSession", "greet"}
    assert declared.remarks == ()
    assert {spec.shared for spec in declared.functions.values()} == {None}
    for spec in declared.functions.values():
        assert "wxcloud>=" in (spec.directory / "requirements.txt").read_text()


def test_what_this_repository_has_is_the_same_there(tmp_path):
    make_project(tmp_path)

    for path in MADE_OF_OURS:
        assert (tmp_path / path).read_bytes() == (PROJECT / path).read_bytes()
    page = "pages/index/index.js"
    assert (tmp_path / "miniprogram" / page).read_bytes() == (PROJECT / "examples/miniprogram" / page).read_bytes()


def test_it_has_its_name_and_the_versions_that_made_it(tmp_path):
    make_project(tmp_path / "shop")
    template = PROJECT / "emulator/wxemu/client/new_project/template"

    assert (tmp_path / "shop/README.md").read_text().startswith("# shop\n")
    assert f"wxemu>={wxemu.__version__}\n" in (tmp_path / "shop/requirements.txt").read_text()
    assert not [
        file for file in (tmp_path / "shop").rglob("*") if file.is_file() and re.search("@[A-Z]+@", file.read_text())
    ]
    own = "functions/greet/index.py"
    assert (tmp_path / "shop" / own).read_bytes() == (template / own).read_bytes()


def test_each_project_has_a_key_of_its_own_that_only_its_owner_reads(tmp_path):
    for name in ("one", "two"):
        make_project(tmp_path / name, is_minimal=True)
    one, two = ((tmp_path / name / ".env").read_text().rpartition("WX_STORE_KEY=")[2] for name in ("one", "two"))

    assert one != two
    assert "Copy to .env" not in (tmp_path / "one/.env").read_text()
    assert len(one) == len(two) == len("k1:") + 44 + 1
    assert stat.S_IMODE((tmp_path / "one/.env").stat().st_mode) == 0o600


def test_a_minimal_project_has_one_function_and_its_test(tmp_path):
    files = make_project(tmp_path, is_minimal=True)

    assert set(load_project(tmp_path, {}).functions) == {"greet"}
    assert "tests/test_greet.py" in files
    assert not [path for path in files if path.startswith("miniprogram/") or path.endswith(".js")]


@pytest.mark.parametrize("taken", ["README.md", "functions/login/index.py", ".env", "functions", "tests"])
def test_what_is_in_the_way_is_named_and_nothing_is_written(tmp_path, taken):
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_text("mine")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(NewProjectError, match=taken):
        make_project(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / taken).read_text() == "mine"


def test_a_link_in_the_way_is_not_followed(tmp_path):
    (tmp_path / "cloudbaserc.yaml").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NewProjectError, match=r"cloudbaserc\.yaml in "):
        make_project(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_files_that_are_not_in_the_way_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    make_project(tmp_path, is_minimal=True)

    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("cloudbaserc.json", "", True),
        ("cloudbase.config.js", "module.exports = {}", True),
        ("package.json", '{"cloudbase": {"envId": "e"}}', True),
        ("package.json", '{"dependencies": {"@cloudbase/node-sdk": "3"}}', False),
        ("package.json", "no JSON", False),
    ],
)
def test_a_project_is_found_from_any_folder_below_it(tmp_path, name, text, is_found):
    below = tmp_path / "functions/greet"
    below.mkdir(parents=True)
    (tmp_path / name).write_text(text)

    assert find_project(below) == (tmp_path if is_found else below)


@pytest.fixture
def told_by_init(tmp_path, monkeypatch):
    """The lines that follow the list of files; a pytest can be run, or not."""

    def tell(*arguments, has_pytest):
        (tmp_path / "bin").mkdir()
        if has_pytest:
            (tmp_path / "bin/pytest").touch(mode=0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setenv("WXEMU_LANG", "en")
        monkeypatch.chdir(tmp_path)
        lines = CliRunner().invoke(main, ["init", *arguments], catch_exceptions=False).output.splitlines()
        return [line for line in lines if not line.startswith("  ")]

    return tell


def test_what_is_next_is_to_test_it(told_by_init):
    made, places, following = told_by_init("shop", has_pytest=True)

    assert made.endswith("/shop.")
    assert places.startswith("README.md in it says")
    assert following == "Next: cd shop && wxemu exec -- pytest"


def test_where_no_pytest_is_installed_that_comes_first(told_by_init, tmp_path):
    *_, lack, following = told_by_init(has_pytest=False)

    assert lack == "There is no pytest here yet; requirements.txt has it."
    assert following == "Next: pip install -r requirements.txt && wxemu exec -- pytest"
    assert "pytest" in (tmp_path / "requirements.txt").read_text().splitlines()


def test_a_minimal_project_has_no_readme_so_that_its_places_are_told(told_by_init, tmp_path):
    _, places, _ = told_by_init("--minimal", has_pytest=True)

    assert not (tmp_path / "README.md").exists()
    for place in ("functions/greet", "tests", "cloudbaserc.yaml", "config.json", ".env"):
        assert place in places
        assert (tmp_path / place).exists()
