"""When there is no package: one sentence says why, and what was there before stays."""

from __future__ import annotations

import pytest

SECRET = "0123456789abcdef0123456789abcdef"


def test_two_files_of_one_path_are_refused(project):
    project.write("functions/hello/greeting/__init__.py", "")

    assert project.refused().startswith("hello: expected one greeting/__init__.py, found two: ")


def test_a_file_that_its_python_does_not_understand_is_refused(project):
    project.write("functions/hello/index.py", "def main(event, context:\n")
    refusal = project.refused()

    assert "cannot compile it: " in refusal
    assert "index.py" in refusal
    assert "SyntaxError" in refusal


def test_a_module_that_is_not_in_the_package_is_named(project):
    project.write("functions/hello/index.py", "import flask\n")

    assert project.refused().endswith(
        "cannot import index.py from its package: ModuleNotFoundError: No module named 'flask'"
    )


def test_an_import_error_that_quotes_a_variable_is_told_by_its_kind(project):
    project.declare(defaults='{envVariables: {WX_SECRET: "{{env.WX_SECRET}}"}}')
    project.write("functions/hello/index.py", "import os\nraise ValueError(os.environ['WX_SECRET'])\n")

    assert project.refused(WX_SECRET=SECRET).endswith("cannot import index.py from its package: ValueError")


def test_a_function_that_ends_its_process_is_refused(project):
    project.write("functions/hello/index.py", "import os\nos._exit(3)\n")

    assert project.refused().endswith("cannot import index.py from its package: it ended the process")


def test_a_function_is_imported_with_its_variables(project):
    project.declare(defaults='{envVariables: {GREETING: "{{env.GREETING}}"}}')
    project.write("functions/hello/index.py", "import os\nassert os.environ['GREETING'] == 'hi'\n")

    assert project.package(GREETING="hi").isCompiled


def test_a_folder_with_builds_of_the_distributions_is_taken(project):
    names = ("wxemu-0.2.0-py3-none-any.whl", "wxemu-0.2.0.tar.gz", "wxemu-miniprogram-0.2.0.tgz")
    builds = [project.write(f"dist/{name}", "a build") for name in names]

    assert project.package().folder.is_dir()
    assert all(build.is_file() for build in builds)


@pytest.mark.parametrize("name", ["file", "folder/file"])
def test_a_folder_with_other_files_is_not_touched(project, name, tmp_path):
    other = tmp_path / "other" / name
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    refusal = project.refused("--output", str(tmp_path / "other"))

    assert "expected an empty folder or one of earlier packages, found other files in it; " in refusal
    assert [path for path in (tmp_path / "other").rglob("*") if path.is_file()] == [other]


def test_the_project_is_not_its_own_output(project):
    assert "expected another folder than the project's own" in project.refused("--output", str(project.directory))
    assert (project.directory / "functions/hello/index.py").is_file()


def test_a_project_that_cannot_be_read_is_told(project):
    project.write("cloudbaserc.yaml", "envId: env-small\nfunctions: hello\n")

    assert "expected functions to be a list" in project.refused()


def test_what_was_there_stays_when_packaging_fails_and_goes_when_it_does_not(project):
    first = project.package()
    before = first.zip.read_bytes()
    project.write("functions/hello/index.py", "import flask\n")
    project.refused()
    assert first.zip.read_bytes() == before
    assert sorted(path.name for path in project.output.iterdir()) == [".packages", "cloudbaserc.json", "functions"]

    project.write("functions/other/index.py", "def main(event, context):\n    return 1\n")
    project.write("cloudbaserc.yaml", "envId: e\nfunctions: [{name: other, runtime: Python3.6}]\n")
    project.package()
    assert sorted(path.name for path in (project.output / "functions").iterdir()) == ["other", "other.zip"]
