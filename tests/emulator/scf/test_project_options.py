"""What the CLI is told beside the files: the environment's id, and the mode whose variables count."""

import pytest

from wxemu.scf.project import CliOptions, ProjectError, load_project

ONE_FUNCTION = "envId: env-demo\nfunctions:\n  - name: login\n    runtime: Python3.11\n"
IDS = "    envVariables: {IDS: '{{tcb.envId}} {{env.ENV_ID}} {{env.envId}}'}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "functions" / "login").mkdir(parents=True)
    return tmp_path


def write(folder, text):
    (folder / "cloudbaserc.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("declared", "options", "env_id", "filled"),
    [
        ("env-demo", CliOptions(), "env-demo", "env-demo env-shell "),
        ("env-demo", CliOptions("env-2"), "env-2", "env-2 env-2 env-2"),
        ("{{env.NONE}}", CliOptions("env-2"), "env-2", "env-2 env-2 env-2"),
        ("{{env.TCB}}", CliOptions(mode="test"), "env-test", "{{env.TCB}} env-shell "),
    ],
)
def test_the_environment_and_the_mode_can_be_told_as_the_cli_is(folder, declared, options, env_id, filled):
    (folder / ".env.test").write_text("TCB=env-test\nENV_ID=of-the-file\n")
    write(folder, ONE_FUNCTION.replace("env-demo", f"'{declared}'") + IDS)
    project = load_project(folder, {"ENV_ID": "env-shell"}, options)
    assert (project.env_id, project.functions["login"].environment["IDS"]) == (env_id, filled)


def test_where_no_id_is_named_another_one_is_of_no_use_to_the_cli(folder):
    write(folder, ONE_FUNCTION.replace("envId: env-demo", "version: '2.0'"))
    with pytest.raises(ProjectError, match="name one: envId"):
        load_project(folder, {}, CliOptions("env-2"))


def test_an_id_that_is_told_is_not_missed_in_the_file(folder):
    write(folder, ONE_FUNCTION.replace("env-demo", "'{{env.NONE}}'"))
    assert load_project(folder, {}, CliOptions("env-2")).unset == ()


def test_the_file_of_a_mode_makes_the_project_too(folder):
    write(folder, ONE_FUNCTION)
    assert folder / ".env.test" in load_project(folder, {}, CliOptions(mode="test")).files
