"""What a project declares of how its functions are reached, what starts them, and their layers."""

import pytest

from wxemu.scf.project import Trigger, load_project

TIMER = "{name: warm, type: timer, config: '0 */5 * * * * *'}"


@pytest.fixture
def load(tmp_path):
    """Read a project of one function with these keys."""

    def read(keys, *files):
        for file in ("functions/web/index.py", *files):
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        function = f"{{name: web, runtime: Python3.11, {keys}}}"
        (tmp_path / "cloudbaserc.yaml").write_text(f"envId: env-demo\nfunctions:\n  - {function}\n")
        return load_project(tmp_path, {})

    return read


@pytest.mark.parametrize("keys", ["type: HTTP", "Type: http", "config: {type: HTTP}"])
def test_an_http_function_is_told_by_its_type_in_any_case(load, keys):
    assert load(keys).functions["web"].is_http


@pytest.mark.parametrize("keys", ["type: Event", "type: ''", "timeout: 3"])
def test_any_other_function_is_one_for_events(load, keys):
    assert not load(keys, "functions/web/x").functions["web"].is_http


def test_another_type_breaks_the_function(load):
    assert "functions.0.type of the function web to be Event or HTTP, found 'Web'" in str(
        load("type: Web").functions["web"].problem
    )


def test_a_bootstrap_that_nothing_starts_is_remarked(load):
    (remark,) = map(str, load("timeout: 3", "functions/web/scf_bootstrap").remarks)
    assert "scf_bootstrap of web, which is no HTTP function" in remark
    assert load("type: HTTP", "functions/web/scf_bootstrap").remarks == ()


@pytest.mark.parametrize(("text", "path"), [("/api", "/api"), ("/a/b.c-d_e/", "/a/b.c-d_e"), ("/", "/"), ("''", None)])
def test_a_path_is_where_http_access_has_the_function(load, text, path):
    assert load(f"path: {text}").functions["web"].path == path


@pytest.mark.parametrize("text", ["api", "/a*", "/a//b"])
def test_a_path_that_the_platform_refuses_breaks_the_function(load, text):
    assert "path of the function web to be a path" in str(load(f"path: '{text}'").functions["web"].problem)


def test_timers_are_those_of_the_last_of_each_name(load):
    project = load(f"triggers: [{TIMER}, {{name: warm, type: timer, config: '0 0 * * * * *'}}]")
    assert project.functions["web"].triggers == (Trigger("warm", "timer", "0 0 * * * * *"),)
    assert project.remarks == ()


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        ("{name: warm, type: timer, config: '* * *'}", "the config of warm: expected seven fields"),
        ("{name: warm, type: timer}", "warm is to have a cron expression as its config"),
        ("{name: warm, type: cos, config: '0 0 * * * * *'}", "warm is to have the type timer, there is no other"),
        ("{name: 1st, type: timer, config: '0 0 * * * * *'}", "its name is to be a letter"),
        ("daily", "expected name, type and config"),
    ],
)
def test_a_trigger_that_never_fires_is_remarked_and_breaks_nothing(load, trigger, told):
    project = load(f"triggers: [{TIMER}, {trigger}]")
    assert [one.name for one in project.functions["web"].triggers] == ["warm"]
    assert project.functions["web"].problem is None
    (remark,) = map(str, project.remarks)
    assert f"the function web: a trigger never fires: {told}" in remark


def test_layers_are_the_project_s_folders_of_their_names(load, tmp_path):
    project = load(
        "layers: [{name: deps, version: 1}, {name: more, version: 2}]", "layers/deps/a.py", "layers/more/b.py"
    )
    assert project.functions["web"].layers == (tmp_path / "layers/deps", tmp_path / "layers/more")
    assert project.remarks == ()


@pytest.mark.parametrize("name", ["absent", "../functions/web", "''"])
def test_a_layer_without_a_folder_is_remarked(load, name):
    project = load(f"layers: [{{name: {name}, version: 1}}]", "layers/deps/a.py")
    assert project.functions["web"].layers == ()
    (remark,) = map(str, project.remarks)
    assert "gets nothing of its layer" in remark
    assert "put its files into" in remark
