"""A mistake in a saved file is told before a call meets it."""

import logging
import re

import pytest

from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.scf.deployment import Deployment
from wxemu.scf.feed import Line
from wxemu.scf.inspection import Inspection
from wxemu.scf.invocation_records import Choice

GOOD = "def main(event, context):\n    return 1\n"
PROJECT = """
envId: env-demo
functions:
  - {name: ask, runtime: Python3.11}
  - {name: tell, runtime: Nodejs18.15}
"""


@pytest.fixture
def project(tmp_path):
    for folder in ("ask", "tell", "_shared"):
        (tmp_path / "functions" / folder).mkdir(parents=True)
        (tmp_path / "functions" / folder / "index.py").write_text(GOOD)
    (tmp_path / "cloudbaserc.yaml").write_text(PROJECT)
    return tmp_path


@pytest.fixture
def deployment(world, project, tmp_path_factory):
    storage = tmp_path_factory.mktemp("storage")
    deployment = Deployment(
        world,
        directory=project,
        base_url="http://127.0.0.1:0",
        storage=storage,
        issue_wx_api_token=issue_wx_api_token,
    )
    yield deployment
    deployment.close()


@pytest.fixture
def told(deployment, project, caplog):
    """Look once more; what the log and the followers are told, which must be the same."""
    inspection, listener = Inspection(deployment, project), deployment.feed.listener(Choice())
    inspection.look()

    def look():
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            inspection.look()
        heard = [(line.function, line.text) for line in listener.take()]
        assert [text for _, text in heard] == caplog.messages
        return heard

    return look


def test_at_the_start_what_is_broken_beside_a_handler_is_told_but_not_what_is_in_its_dependencies(
    deployment, project, caplog
):
    (project / "functions/ask/index.py").write_text("def main(:\n")
    (project / "functions/ask/installed").mkdir()
    (project / "functions/ask/installed/template.py").write_text("{{ name }} = (\n")
    Inspection(deployment, project).look()
    assert caplog.messages == ["functions/ask/index.py:1: SyntaxError: invalid syntax"]


def test_a_syntax_error_in_a_saved_file_is_told_once_with_its_line(told, project):
    (project / "functions/ask/index.py").write_text(f"{GOOD}def another(:\n")
    assert told() == [("ask", "functions/ask/index.py:3: SyntaxError: invalid syntax")]
    assert told() == []
    (project / "functions/ask/index.py").write_text("x = [\n")
    assert told() == [("ask", "functions/ask/index.py:1: SyntaxError: '[' was never closed")]


def test_a_new_file_counts_and_so_does_the_shared_folder(told, project):
    (project / "functions/ask/inner").mkdir()
    (project / "functions/ask/inner/new.py").write_text("return 1\n")
    (project / "functions/_shared/index.py").write_text("  x = 1\n")
    assert sorted(told(), key=str) == [
        ("ask", "functions/ask/inner/new.py:1: SyntaxError: 'return' outside function"),
        (None, "functions/_shared/index.py:1: IndentationError: unexpected indent"),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"x = '\\d'\n", None),  # of which Python only warns
        (b"x = 1\n" + b"(" * 200 + b")" * 200, None),  # which only a machine would write
        (b"x = 1 \0\n", r"1: (Syntax|Value)Error: source code string cannot contain null bytes"),
        (b"x = '\xff'\n", r"1: SyntaxError: \(unicode error\) 'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_odd_files_do_no_harm(told, project, content, fault):
    (project / "functions/ask/odd.py").write_bytes(content)
    found = [text.removeprefix("functions/ask/odd.py:") for _, text in told()]
    assert [bool(re.match(fault or "none", text)) for text in found] == ([] if fault is None else [True])


@pytest.mark.parametrize("name", ["tell/index.py", "ask/notes.txt", "ask/__pycache__/index.py"])
def test_files_that_are_no_python_of_a_function_are_not_looked_at(told, project, name):
    file = project / "functions" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("def main(:\n")
    assert told() == []


def test_a_broken_link_and_a_removed_file_are_no_faults(told, project):
    (project / "functions/ask/gone.py").symlink_to("nowhere.py")
    (project / "functions/ask/index.py").unlink()
    assert told() == []


def test_a_broken_cloudbaserc_is_told_once_and_so_is_the_next_break(told, project):
    file = project / "cloudbaserc.yaml"
    file.write_text("envId: [\n")
    ((function, text),) = told()
    assert function is None
    assert text.startswith(f"{file}:2: expected YAML, found ")
    assert told() == []
    file.write_text(PROJECT)
    assert told() == []
    file.write_text("envId: [\n")
    assert len(told()) == 1


def test_a_function_that_is_declared_wrong_is_told_once(told, project):
    (project / "functions/ask/config.json").write_text('{\n"permissions": {\n"openapi": 7}}\n')
    ((function, text),) = told()
    assert function == "ask"
    assert text.startswith(f"{project / 'functions/ask/config.json'}:3: expected permissions.openapi to be a list")
    assert told() == []


def test_of_a_listener_that_takes_nothing_the_oldest_lines_go(deployment, monkeypatch):
    monkeypatch.setattr("wxemu.scf.feed.MOST_WAITING", 2)
    listener = deployment.feed.listener(Choice())
    for number in range(3):
        deployment.feed.publish(Line(text=str(number)))
    assert [line.text for line in listener.take()] == ["1", "2"]
