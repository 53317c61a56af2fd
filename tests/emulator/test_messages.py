"""Our own messages: each in English and in Chinese, with the same values, wherever it stands."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import wxemu
from wxemu.core import messages
from wxemu.core.messages import LANGUAGES, Message, join
from wxemu.explain import MISTAKES

ROOT = Path(wxemu.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
ONLY_VALUES = re.compile(r"(\{\w+\}|wxemu|\W)+")
"""Which are the same in each language, or messages themselves."""


def calls_of(name):
    """Each call of a class in the sources, by where it stands."""
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if f"{name}(" in source and path.name != "messages.py":
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


CALLS = dict(calls_of("Message"))


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def is_whole(call):
    """Whether both languages are there, as whole texts (no f-string, which nobody can translate), with their values."""
    if not all(isinstance(argument, ast.Constant) for argument in call.args):
        return False
    en, zh = (argument.value for argument in call.args)
    given = {keyword.arg for keyword in call.keywords}
    is_written = ONLY_VALUES.fullmatch(en) or (HAN.search(zh) and not HAN.search(en.replace("中", "")))
    return is_written and (not given or (places(en) == places(zh) and given in (places(en), {None})))


def test_every_message_is_written_in_both_languages_with_the_values_that_it_is_given():
    assert [place for place, call in CALLS.items() if not is_whole(call)] == []


@pytest.mark.parametrize(
    "written",
    [
        'Message("no file", "no file")',
        'Message("no {name}", "没有", name=1)',
        'Message("no {name}", "没有 {name}", other=1)',
        'Message(f"no {name}", "没有")',
        'Message("没有", "没有")',
    ],
)
def test_one_that_is_not_would_be_found(written):
    assert not is_whole(ast.parse(written).body[0].value)


def test_what_an_input_expects_is_said_in_a_message():  # no type checker looks into Annotated
    said = {
        place: keyword.value
        for place, call in calls_of("Takes")
        for keyword in call.keywords
        if keyword.arg == "expected"
    }
    assert [place for place, value in said.items() if ast.unparse(value).partition("(")[0] != "Message"] == []
    assert said


def test_the_messages_are_found():
    assert len(CALLS) > 3 * len(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_no_mistake_lacks_chinese(name):
    english, chinese = (MISTAKES[name].document(language) for language in LANGUAGES)
    assert {key for key, text in chinese.items() if HAN.search(text)} == {"happened", "tried", "advice"}
    assert english["name"] == chinese["name"] == name


class TestMessage:
    def test_it_is_english_as_a_text(self):
        assert str(Message("no {name}", "没有 {name}", name="x")) == "no x"

    def test_values_that_are_messages_speak_the_same_language(self):
        inner = Message("a file", "一个文件")
        message = Message("got {what}: {parts}", "得到 {what}：{parts}", what=inner, parts=(inner, inner))
        assert message.in_language("en") == "got a file: a file; a file"
        assert message.in_language("zh") == "得到 一个文件：一个文件；一个文件"

    def test_braces_of_a_text_without_values_and_of_values_stay(self):
        assert str(Message("{} and {x", "{}")) == "{} and {x"
        assert str(Message("got {value}", "得到 {value}", value="{x}")) == "got {x}"

    def test_two_sentences_are_parted_as_each_language_does(self):
        both = Message("One.", "一。") + Message("Two.", "二。")
        assert [both.in_language(language) for language in LANGUAGES] == ["One. Two.", "一。二。"]
        assert join(["One.", "Two."], "en") == "One. Two."

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_error_without_a_message_says_what_it_says(self, language):
        assert messages.of_error(ValueError("plain"), language) == "plain"
        assert messages.of_error(ValueError(1, 2), language) == "(1, 2)"

    def test_an_error_with_one_says_it_in_the_language(self):
        error = ValueError(Message("no", "不行"))
        assert (str(error), messages.of_error(error, "zh")) == ("no", "不行")


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "WXEMU_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "WXEMU_LANG": ""}, "zh"),
    ],
)
def test_the_environment_chooses_a_language_as_other_programs_are_told(monkeypatch, variables, language):
    for name in messages.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert messages.of_environment() == language
