"""The openapis that a project's functions ask for, in their config.json or in the project's."""

import pytest

from wxemu.scf.project import load_project

ONE_FUNCTION = "envId: env-demo\nfunctions:\n  - name: login\n    runtime: Python3.11\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "functions" / "login").mkdir(parents=True)
    return tmp_path


def load(folder, declared=ONE_FUNCTION):
    (folder / "cloudbaserc.yaml").write_text(declared, "utf-8")
    return load_project(folder, {})


def write(folder, text, name):
    (folder / name).write_text(text, "utf-8")


def test_openapi_permissions_come_from_the_root_unless_the_function_has_its_own(folder):
    (folder / "functions" / "other").mkdir()
    write(folder, '{"permissions": {"openapi": ["soter.verifySignature"]}}', "config.json")
    write(folder, '{"permissions": {"openapi": []}}', "functions/other/config.json")
    write(folder, '{"triggers": []}', "functions/login/config.json")
    functions = load(folder, ONE_FUNCTION + "  - {name: other, runtime: Python3.11}\n").functions
    assert functions["login"].openapi_permissions == {"soter.verifySignature"}
    assert functions["other"].openapi_permissions == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        '[{"user": "u", "pass": "p"}]',
        '{"a": 1} // mine',
        "",
        '\ufeff{"a": 1}',
        "{",
        "7",
        '{"permissions": 1}',
        '{"permissions": ["admin"]}',
        '{"permissions": {"admin": true}}',
        "[" * 100_000,
    ],
    ids=range(10),
)
@pytest.mark.parametrize("place", ["config.json", "functions/login/config.json"])
def test_a_config_json_of_another_form_is_the_project_s_own(folder, text, place):
    write(folder, '{"permissions": {"openapi": ["soter.verifySignature"]}}', "config.json")
    write(folder, text, place)
    project = load(folder)
    assert (project.functions["login"].problem, project.remarks) == (None, ())
    expected = set() if place == "config.json" else {"soter.verifySignature"}
    assert project.functions["login"].openapi_permissions == expected


@pytest.mark.parametrize("names", ['"soter.verifySignature"', "[1]", "{}"])
def test_openapis_that_are_no_list_of_names_break_the_function_that_asks_for_them(folder, names):
    (folder / "functions" / "other").mkdir()
    write(folder, f'{{"permissions": {{"openapi": {names}}}}}', "functions/login/config.json")
    functions = load(folder, ONE_FUNCTION + "  - {name: other, runtime: Python3.11}\n").functions
    assert functions["other"].problem is None
    assert "permissions.openapi to be a list of openapi names" in str(functions["login"].problem)


@pytest.mark.parametrize("text", ['{"permissions": {"openapi": [}}', '{"permissions": {"openapi": 1}}'])
def test_permissions_of_all_functions_that_cannot_be_read_are_remarked(folder, text):
    write(folder, text, "config.json")
    project = load(folder)
    (remark,) = map(str, project.remarks)
    assert str(folder / "config.json") in remark
    assert project.functions["login"].problem is None
