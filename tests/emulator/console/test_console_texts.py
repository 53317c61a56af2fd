"""The console's words: the same in both languages, and none that a page lacks or nobody shows."""

import re
from pathlib import Path
from string import Formatter

import pytest

import wxemu.console
from wxemu.console.routes import ACTIONS
from wxemu.console.texts import Texts, load_texts
from wxemu.core.messages import LANGUAGES

CONSOLE = Path(wxemu.console.__file__).parent
SOURCES = "".join(
    path.read_text(encoding="utf-8") for pattern in ("*.py", "templates/*.html") for path in CONSOLE.glob(pattern)
)


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_a_file_of_words_for_each_language():
    assert {path.stem for path in (CONSOLE / "texts").glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_places(language):
    assert {key: places(text) for key, text in load_texts(language).items()} == {
        key: places(text) for key, text in load_texts("en").items()
    }


def test_every_word_that_a_page_names_is_there():
    named = re.findall(r'\bt\("([a-z_.]+[a-z_])"[,)]', SOURCES)
    assert set(named) - set(load_texts("en")) == set()


def test_every_action_says_what_it_did():
    said = {f"done{re.sub('/<[^>]+>', '', path)}" for path in ACTIONS} - {"done/requests/replay"}  # which shows both
    assert said <= set(load_texts("en"))


def test_no_word_is_there_that_nobody_shows():
    composed = (
        *("nav.", "theme.", "face.", "party.", "effect.", "done/", "request.request", "request.response", "sender."),
        *("profile.", "mode.", "key.", "override.", "period.", "state.sure_"),
    )
    assert [key for key in load_texts("en") if f'"{key}"' not in SOURCES and not key.startswith(composed)] == []


def test_a_word_that_is_missing_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        Texts("en")("nobody.wrote.this")


def test_values_stand_where_the_words_have_places():
    assert Texts("en")("copy.what", text="{x}") == "Copy {x}"
