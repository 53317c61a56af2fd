"""What is in a package, what is not, and that it is the same each time."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import zipfile

import pytest

HEADER = 16
UNCHECKED_HASH = 0b01


def test_a_package_is_the_function_what_is_shared_and_the_permissions(project, files_in):
    package = project.package()

    assert package.folder == project.output / "functions/hello"
    assert files_in(package.folder) == {"index.py", "greeting/__init__.py", "config.json"}


def test_a_function_s_own_config_json_is_the_one_it_keeps(project):
    project.write("functions/hello/config.json", '{"own": true}')

    assert json.loads((project.package().folder / "config.json").read_text()) == {"own": True}


def test_a_project_without_permissions_has_packages_without(project, files_in):
    (project.directory / "config.json").unlink()

    assert files_in(project.package().folder) == {"index.py", "greeting/__init__.py"}


@pytest.mark.parametrize(
    "path",
    [
        "hello/.env",
        "hello/.venv/lib/module.py",
        "hello/tests/test_hello.py",
        "hello/__pycache__/index.cpython-27.pyc",
        "hello/stale.pyc",
        "hello/index.pyi",
        "hello/requirements.txt",
        "hello/requirements-dev.txt",
        "_shared/greeting/py.typed",
        "_shared/greeting/tests/test_greeting.py",
    ],
)
def test_what_nothing_needs_at_run_time_stays_out(project, files_in, path):
    project.write(f"functions/{path}", "# nothing")
    package = project.package()

    assert files_in(package.folder) == {"index.py", "greeting/__init__.py", "config.json"}
    assert not any(folder.name in {"tests", ".venv"} for folder in package.folder.rglob("*"))


def test_of_a_shared_folder_that_pip_installs_only_the_modules_are_packaged(project, files_in):
    for path in ("pyproject.toml", "README.md", "LICENSE", "greeting.egg-info/SOURCES.txt", "build/lib/greeting.py"):
        project.write(f"functions/_shared/{path}", "# for pip")
    project.write("functions/hello/LICENSE", "of the function")

    assert files_in(project.package().folder) == {"index.py", "greeting/__init__.py", "config.json", "LICENSE"}


@pytest.mark.parametrize(
    "glob", ["notes", "notes/", "notes/**/*", "**/*.md", "./notes/a.md", "notes/?.md", "**/a.md", "notes/**"]
)
@pytest.mark.parametrize("place", ["defaults", "own", "config"])
def test_what_cloudbaserc_ignores_stays_out(project, files_in, glob, place):
    project.write("functions/hello/notes/a.md", "a")
    project.write("functions/hello/kept.txt", "kept")
    ignore = f'ignore: ["{glob}"]'
    declared = {"defaults": f"{{{ignore}}}", "own": ignore, "config": f"config: {{{ignore}}}"}
    project.declare(**{"own" if place == "config" else place: declared[place]})

    assert files_in(project.package().folder) == {"index.py", "kept.txt", "greeting/__init__.py", "config.json"}


@pytest.mark.parametrize("glob", ["*.md", "a.md", "note", "note?/b.md", "otes/a.md", "notes/*/a.md", "notes/a?md/*"])
def test_what_a_glob_does_not_match_is_kept(project, files_in, glob):
    project.write("functions/hello/notes/a.md", "a")
    project.declare(own=f'ignore: ["{glob}"]')

    assert "notes/a.md" in files_in(project.package().folder)


def test_a_dot_in_a_glob_is_a_dot(project, files_in):
    project.write("functions/hello/a-md", "a")
    project.declare(own='ignore: ["a.md"]')

    assert "a-md" in files_in(project.package().folder)


def test_every_module_is_compiled_for_good_and_knows_no_place_of_this_machine(project):
    folder = project.package().folder
    compiled = sorted(folder.rglob("*.pyc"))

    assert {file.parent.relative_to(folder).as_posix() for file in compiled} == {"__pycache__", "greeting/__pycache__"}
    for file in compiled:
        content = file.read_bytes()
        assert int.from_bytes(content[4:8], "little") == UNCHECKED_HASH
        assert marshal.loads(content[HEADER:]).co_filename.startswith("/var/user/")
        assert str(project.directory).encode() not in content


def test_the_same_sources_give_the_same_bytes(project, tmp_path):
    first = project.package()
    for file in project.directory.joinpath("functions").rglob("*.py"):
        file.chmod(0o600)
        os.utime(file, (1, 1))
    second = project.package("--output", str(tmp_path / "elsewhere"))

    assert first.folder != second.folder
    assert first.zip.read_bytes() == second.zip.read_bytes()
    assert first.sha256 == second.sha256


def test_another_source_gives_other_bytes(project):
    first = project.package()
    project.write("functions/hello/index.py", "def main(event, context):\n    return 2\n")

    assert project.package().sha256 != first.sha256


def test_the_zip_file_is_the_folder_sorted_without_times_and_modes(project):
    package = project.package()
    with zipfile.ZipFile(package.zip) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]

        assert names == sorted(path.relative_to(package.folder).as_posix() for path in package.folder.rglob("*.*"))
        assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {
            ((1980, 1, 1, 0, 0, 0), 0o100644)
        }
        assert archive.testzip() is None
        for name in names:
            assert archive.read(name) == (package.folder / name).read_bytes()


def test_the_figures_are_those_of_the_files(project):
    package = project.package()
    sizes = [file.stat().st_size for file in package.folder.rglob("*") if file.is_file()]

    assert (package.files, package.unpackedSize) == (len(sizes), sum(sizes))
    assert package.zipSize == package.zip.stat().st_size
    assert package.isCompiled
    assert package.importMs > 0


def test_the_table_names_each_function_with_its_figures(project):
    done = project.run("package")
    header, row, place = done.stdout.splitlines()

    assert header.split() == ["function", "runtime", "files", "unpacked", "zip", "import"]
    assert row.split()[0] == "hello"
    assert row.endswith(" ms")
    assert place == f"They are in {project.output}."
    assert done.stderr.startswith("package: packaging hello for Python3.")


def test_without_a_python_of_the_runtime_nothing_is_compiled_and_that_is_said(project):
    project.declare(runtime="Python3.6")
    package = project.package()

    assert not package.isCompiled
    assert package.importMs is None
    assert list(package.folder.rglob("*.pyc")) == []
    assert "No python3.6 runs here, so that the package is not compiled" in project.run("package").stdout


@pytest.mark.parametrize(("megabytes", "is_told"), [(1, False), (2, True)])
def test_a_package_over_the_limit_of_a_request_is_explained(project, megabytes, is_told):
    project.directory.joinpath("functions/hello/data.bin").write_bytes(os.urandom(megabytes * 1024 * 1024))
    told = "hello.zip is over 1.50 MB, too large to go within a request"

    assert (told in project.run("package").stdout) is is_told


def test_the_declaration_beside_the_packages_is_the_project_s_with_nothing_filled_in(project):
    project.write(".env", "WX_SECRET=0123456789abcdef0123456789abcdef\n")
    project.write("functions/elsewhere/index.py", "def main(event, context):\n    return 2\n")
    project.declare(
        defaults='{timeout: 7, ignore: ["*.md"], envVariables: {WX_SECRET: "{{env.WX_SECRET}}"}}',
        own='config: {dir: "functions/elsewhere", ignore: ["*.txt"], timeout: 8}',
    )
    project.package()
    text = (project.output / "cloudbaserc.json").read_text(encoding="utf-8")

    assert json.loads(text) == {
        "envId": "env-small",
        "functionRoot": "functions",
        "functionDefaultConfig": {"timeout": 7, "envVariables": {"WX_SECRET": "{{env.WX_SECRET}}"}},
        "functions": [
            {"name": "hello", "runtime": json.loads(text)["functions"][0]["runtime"], "config": {"timeout": 8}}
        ],
    }
    for file in project.output.rglob("*"):
        assert not file.is_file() or b"0123456789abcdef0123456789abcdef" not in file.read_bytes()


def test_the_project_is_found_from_any_folder_below_it(project):
    below = project.directory / "functions/hello"
    command = [sys.executable, "-P", "-m", "wxemu", "package", "--json"]
    done = subprocess.run(command, cwd=below, env=project.environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["folder"] == str(project.output.resolve())


def test_without_a_project_there_is_nothing_to_package(tmp_path):
    command = [sys.executable, "-P", "-m", "wxemu", "package"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "found none; go to the project's folder, or name it with --project" in done.stderr
