"""Wrong uses of the command and of its files: each is answered by one sentence that says what to do next.

All of them stand in wrong_uses.yaml with their answers in both languages. They run by the command's own main in this
process; those that ask an emulator ask the same one.
"""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import yaml
from click.testing import CliRunner

from wxemu.cli import main
from wxemu.core.messages import LANGUAGES
from wxemu.core.store import SCHEMA_VERSION

HAN: Final = re.compile(r"[\u4e00-\u9fff]")
MOST_USUAL: Final = 40


@dataclass(frozen=True)
class Wrong:
    """A wrong use.

    :param use: what it is, in words.
    :param english: the answer, without the word Error.
    :param files: what lies in the folder, by paths.
    """

    use: str
    arguments: str
    english: str
    chinese: str
    code: int = 1
    files: dict[str, str] = field(default_factory=dict)


USES: Final = [
    Wrong(**entry) for entry in yaml.safe_load(Path(__file__).with_name("wrong_uses.yaml").read_text("utf-8"))
]


@pytest.fixture(scope="module")
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WXEMU_URL", raising=False)
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff")
    for name, version in (("newer", SCHEMA_VERSION + 1), ("older", 1)):
        (tmp_path / name).mkdir()
        with closing(sqlite3.connect(tmp_path / name / "world.sqlite")) as database:
            database.execute(f"PRAGMA user_version = {version}")
    return tmp_path


@pytest.fixture
def answer(folder, emulator, taken_port, monkeypatch):
    """What a wrong use is answered on standard error, and its exit code."""
    monkeypatch.setattr(
        shutil, "which", lambda name, *_: None if name in ("tcb", "no-such-command") else sys.executable
    )

    def ask(use, language):
        for path, text in use.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        arguments = use.arguments.format(url=emulator.url, port=taken_port).split()
        done = CliRunner().invoke(main, arguments, prog_name="wxemu", env={"WXEMU_LANG": language})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        said = done.stderr.replace(str(folder), "FOLDER").replace(emulator.url, "URL")
        return done.exit_code, said.replace(str(taken_port), "PORT")

    return ask


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wrong", USES, ids=[wrong.use for wrong in USES])
def test_a_wrong_use_is_answered_by_one_sentence_that_says_what_to_do(wrong, language, answer):
    sentence = {"en": f"Error: {wrong.english}", "zh": f"错误：{wrong.chinese}"}[language]

    assert answer(wrong, language) == (wrong.code, f"{sentence}\n")


def test_every_answer_is_one_line_in_its_language():
    assert [wrong.use for wrong in USES if "\n" in wrong.english + wrong.chinese or wrong.code == 0] == []
    assert [wrong.use for wrong in USES if not HAN.search(wrong.chinese) or HAN.search(wrong.english)] == []
    assert len(USES) >= MOST_USUAL
