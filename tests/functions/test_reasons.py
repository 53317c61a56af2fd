"""Each reason of verifySignature is told wherever somebody may meet it: in wxemu explain, on the phone, in the docs."""

import json
from pathlib import Path

import pytest

from wxcloud.soter import REASONS
from wxemu.explain import refusals

PROJECT = Path(__file__).parents[2]
PHONE = PROJECT / "emulator/wxemu/phone"


def test_wxemu_explains_each_by_its_name():
    assert set(refusals.REASONS) == set(REASONS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_phone_page_has_words_for_each(language):
    texts = json.loads((PHONE / f"texts/{language}.json").read_text(encoding="utf-8"))
    assert set(texts["notes"]["reasons"]) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_the_sample_mini_program_has_words_for_each_in_both_languages(reason):
    texts = (PHONE / "miniprogram/pages/index/texts.js").read_text(encoding="utf-8")
    assert texts.count(f"\n  {reason}: '") == 2


@pytest.mark.parametrize("reason", REASONS)
def test_the_page_on_production_says_what_each_means(reason):
    assert f"\n| `{reason}` | " in (PROJECT / "docs/production.md").read_text(encoding="utf-8")
