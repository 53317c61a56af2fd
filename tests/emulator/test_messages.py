"""Our own messages: each in English and in Chinese, with the same values, wherever it stands."""

import ast
import re
import unicodedata
from functools import cache
from pathlib import Path
from string import Formatter

import click
import pytest
from click.testing import CliRunner

import wxemu
from wxemu.cli import main
from wxemu.cli.language import chinese, localized, paragraphs, phrases
from wxemu.core import messages
from wxemu.core.messages import LANGUAGES, Message, join
from wxemu.explain import MISTAKES

ROOT = Path(wxemu.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")
LISTS = ("Options:", "选项：")
ONLY_VALUES = re.compile(r"(\{\w+\}|wxemu|\W)+")
"""Which are the same in each language, or messages themselves."""


@cache
def calls_of(name):
    """Each call of a class in the sources, by where it stands."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if f"{name}(" in source and path.name != "messages.py":
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    found[f"{path.relative_to(ROOT)}:{node.lineno}"] = node
    return found


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
    assert [place for place, call in calls_of("Message").items() if not is_whole(call)] == []


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
        for place, call in calls_of("Takes").items()
        for keyword in call.keywords
        if keyword.arg == "expected"
    }
    assert [place for place, value in said.items() if ast.unparse(value).partition("(")[0] != "Message"] == []
    assert said


def test_the_messages_are_found():
    assert len(calls_of("Message")) > 3 * len(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_no_mistake_lacks_chinese(name):
    english, chinese = (MISTAKES[name].document(language) for language in LANGUAGES)
    assert {key for key, text in chinese.items() if HAN.search(text)} == {"happened", "tried", "advice"}
    assert english["name"] == chinese["name"] == name


@cache
def sources():
    """The syntax tree of each module, by its path."""
    paths = [path for path in sorted(ROOT.rglob("*.py")) if "miniprogram" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def errors_for_people():
    """The names of MessageError and of all errors below it."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found: set[str] = {"MessageError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def is_bare(value):
    """Whether an argument is a text of one language, written there or put together there."""
    match value:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call(func=ast.Name(id="str")) | ast.Call(func=ast.Attribute(attr="join" | "format")):
            return True
    return False


def bare_words(call, names):
    """Whether a call makes one of these errors, or one of click's own, of a bare text."""
    made = ast.unparse(call.func)
    if made in ("click.UsageError", "click.ClickException", "click.BadParameter", "self.fail"):
        return True
    return made in names and any(map(is_bare, [*call.args, *(keyword.value for keyword in call.keywords)]))


def calls():
    for path, tree in sources().items():
        if path != "core/messages.py":
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield path, node


def test_no_error_that_people_read_is_made_of_a_bare_text():
    names = errors_for_people()

    assert {"ProjectError", "DeployError", "AuthorityError", "StoreError", "RemoteError", "UsageError"} < names
    assert [f"{path}:{node.lineno}" for path, node in calls() if bare_words(node, names)] == []


@pytest.mark.parametrize(
    "made",
    [
        'StoreError("no state")',
        'StoreError(f"no {name}")',
        "StoreError(str(error))",
        'StoreError("; ".join(parts))',
        'RefusedError(400, "no" + name)',
        'click.UsageError(spoken("no"))',
    ],
)
def test_one_of_a_bare_text_would_be_found(made):
    assert bare_words(ast.parse(made).body[0].value, errors_for_people())


def is_said_in_one_language(call):
    """Whether a command prints, or the log tells, words that stand there."""
    if ast.unparse(call.func) not in ("say", "click.echo", "_log.warning", "_log.error") or not call.args:
        return False
    match call.args[0]:
        case ast.Constant(value=str(text)):
            return bool(WORDS.search(text))
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.Constant) and WORDS.search(str(part.value)) for part in parts)
    return False


def test_no_command_and_no_warning_speaks_in_one_language_only():
    assert [f"{path}:{node.lineno}" for path, node in calls() if is_said_in_one_language(node)] == []
    assert is_said_in_one_language(ast.parse('say(f"{count} deployed, and each answers")', mode="eval").body)


def all_commands(command=main, name="wxemu"):
    """Every command and group, by what one types."""
    context = click.Context(command)
    yield name, command
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            yield from all_commands(command.get_command(context, part), f"{name} {part}")


def english_phrases():
    for _, command in all_commands():
        texts = [command.help, *(param.help for param in localized(command).params if isinstance(param, click.Option))]
        yield from (phrase for text in texts for paragraph in paragraphs(text) for phrase in phrases(paragraph))


def test_every_phrase_of_help_has_its_chinese_and_nothing_else_has():
    assert set(english_phrases()) == set(chinese())
    assert [
        english for english, text in chinese().items() if not HAN.search(text) and re.search("[a-z] [a-z]", english)
    ] == []


@pytest.mark.parametrize("name", [name.removeprefix("wxemu").strip() for name, _ in all_commands()])
def test_help_is_in_chinese_with_the_same_options_and_examples(name, monkeypatch):
    monkeypatch.setenv("WXEMU_LANG", "en")
    shown = {
        language: CliRunner().invoke(main, [*name.split(), "--help", "--lang", language], prog_name="wxemu").output
        for language in LANGUAGES
    }
    monkeypatch.setenv("WXEMU_LANG", "en")

    assert shown["zh"].startswith("用法：wxemu")
    assert shown["en"].startswith("Usage: wxemu")
    assert not HAN.search(shown["en"].replace("中", ""))
    options, examples = r"(?m)^  (?:-\w, )?(--[a-z-]+)", r"(?m)^    wxemu .*?(?=  |$)"
    listed = [
        re.findall(options, text.partition(heading)[2]) for text, heading in zip(shown.values(), LISTS, strict=True)
    ]
    assert listed[0] == listed[1]
    assert re.findall(examples, shown["en"]) == re.findall(examples, shown["zh"])
    assert max(map(columns, shown["zh"].splitlines())) <= max(map(len, [*shown["en"].splitlines(), " " * 80]))


def columns(line):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@pytest.mark.parametrize(
    ("variables", "options", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], "en"),
        ({"LANG": "en_US.UTF-8"}, ["--lang=zh"], "zh"),
        ({"LANG": "en_US.UTF-8"}, ["--lang", "de"], "en"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_option_chooses_before_the_environment_wherever_it_stands(
    monkeypatch, variables, options, language, is_first
):
    for name in messages.VARIABLES:
        monkeypatch.setenv(name, variables.get(name, ""))  # which the option may change
    arguments = [*options, "health", "--nothing"] if is_first else ["health", "--nothing", *options]

    said = CliRunner().invoke(main, arguments).stderr

    assert bool(HAN.search(said)) == (language == "zh")


def test_what_follows_two_dashes_is_not_ours(monkeypatch):
    monkeypatch.setenv("WXEMU_LANG", "en")
    said = CliRunner().invoke(main, ["exec", "--", "no-such-command", "--lang", "zh"]).stderr

    assert (
        said == "Error: there is no command 'no-such-command' here that can be run; correct its name, or install it\n"
    )


class TestMessage:
    def test_it_is_english_as_a_text(self):
        assert str(Message("no {name}", "没有 {name}", name="x")) == "no x"

    def test_values_that_are_messages_speak_the_same_language(self):
        inner = Message("a file", "一个文件")
        message = Message("got {what}: {parts}", "得到 {what}：{parts}", what=inner, parts=(inner, inner))
        assert message.in_language("en") == "got a file: a file; a file"
        assert message.in_language("zh") == "得到 一个文件：一个文件；一个文件"

    def test_a_list_is_enumerated_as_each_language_does(self):
        message = Message("got {names}", "得到 {names}", names=["a", Message("b", "乙")])
        assert message.in_all() == ("got a, b", "得到 a、乙")

    def test_the_reason_of_the_machine_is_told_in_the_language(self):
        message = Message("no: {reason}", "不行：{reason}", reason=FileNotFoundError(2, "No such file or directory"))
        assert message.in_all() == ("no: No such file or directory", "不行：没有那个文件或文件夹")

    def test_messages_that_say_the_same_are_equal(self):
        assert Message("no {a}", "没有 {a}", a=1) == Message("no 1", "没有 1")
        assert len({Message("no", "没有"), Message("no", "没有"), Message("no", "无")}) == len(LANGUAGES)

    def test_advice_is_what_follows_the_last_semicolon(self):
        told = messages.part(Message("a; b; do it", "甲；乙；请做"))
        assert [part.in_all() for part in told] == [("a; b", "甲；乙"), ("do it", "请做")]
        assert [str(part) for part in messages.part(Message("a", "甲"))] == ["a", ""]

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
