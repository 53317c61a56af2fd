"""Which pictures README.md and docs/ may have, and how a terminal becomes one of them."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from documentation import GUIDE, PROJECT, text_of
from PIL import Image

KEPT = PROJECT / "docs/pictures"


@pytest.fixture
def picture(part):
    return part("picture")


@pytest.fixture
def picture_error(part):
    return part("errors").PictureError


@pytest.fixture
def drawn(part):
    """The rows of a terminal's picture, and the whole of it."""

    def draw(*texts):
        burst = part("recording").Burst
        text = part("animation").svg([burst(at, text) for at, text in enumerate(texts, start=1)], "say")
        rows = ET.fromstring(text).iter("{http://www.w3.org/2000/svg}text")
        return ["".join(row.itertext()) for row in rows], text

    return draw


def png(width, height):
    made = BytesIO()
    Image.effect_noise((width, height), 90).save(made, "PNG")
    return made.getvalue()


def test_the_pictures_that_are_kept_are_as_stated(picture):
    picture.check_folder(KEPT)


def test_every_picture_that_is_kept_is_shown():
    shown = set(re.findall(r"pictures/([\w-]+\.\w+)", text_of(*GUIDE)))

    assert shown == {path.name for path in KEPT.iterdir()}


def test_every_picture_that_is_shown_is_told_in_words():
    images = re.findall(r"<img [^>]*>", text_of(*GUIDE))

    assert images
    assert [image for image in images if not re.search(r'alt="[^"]{20,}"', image)] == []


@pytest.mark.parametrize("change", ["lacks", "has"])
def test_a_folder_with_fewer_or_other_pictures_is_told(picture, picture_error, tmp_path, change):
    folder = shutil.copytree(KEPT, tmp_path / "pictures")
    if change == "lacks":
        (folder / "phone.png").unlink()
    else:
        (folder / "holiday.png").touch()

    with pytest.raises(picture_error, match=rf"{change} \['(phone|holiday)\.png'\]"):
        picture.check_folder(folder)


def test_a_picture_of_another_size_than_stated_is_refused(picture, picture_error):
    with pytest.raises(picture_error, match=r"phone\.png: expected \(\d+, \d+\) pixels, got \(10, 20\)"):
        picture.check("phone.png", png(10, 20))


@pytest.mark.parametrize("name", ["phone.png", "demo.svg"])
def test_a_picture_that_is_too_heavy_is_refused(picture, picture_error, name):
    with pytest.raises(picture_error, match="bytes at the most, got 200001"):
        picture.check(name, b" " * 200_001)


def test_a_palette_leaves_the_size_as_it_is_and_makes_it_lighter(picture):
    heavy = png(300, 200)
    light = picture.shrink(heavy)

    assert len(light) < len(heavy)
    with Image.open(BytesIO(light)) as image:
        assert image.size == (300, 200)


def test_a_terminal_shows_the_command_and_what_it_writes(drawn):
    rows, _ = drawn("\x1b[1mone\x1b[0m\r\n", "tw", "o <&>\r\n\r\n", "\x1b[32mgreen\x1b[0m: end\r\n")

    assert rows == ["$ say", "one", "two <&>", "green: end"]


def test_a_terminal_keeps_bold_and_colours(drawn):
    _, text = drawn("\x1b[31m\x1b[1mwrong\x1b[0m, plain\r\n")

    assert '<tspan class="b r">wrong</tspan>, plain' in text


@pytest.mark.parametrize(("letter", "fitting"), [("x", 107), ("确", 53)])
def test_a_row_ends_where_the_terminal_does(drawn, letter, fitting):
    rows, _ = drawn(f"{letter * 200}\r\n")

    assert rows[1] == letter * fitting + "…"


def test_a_terminal_fills_when_the_command_writes(drawn):
    _, text = drawn("one\r\n", "two\r\n")
    writing = text.partition("@keyframes write {")[2].partition("\n}")[0]
    seconds = float(re.search(r"write ([\d.]+)s", text)[1])
    filled = [(float(at) * seconds / 100, int(height)) for at, height in re.findall(r"([\d.]+)%.*?\((\d+)px", writing)]

    assert filled[:3] == [(0, 18), (pytest.approx(1, abs=0.01), 36), (pytest.approx(2, abs=0.01), 54)]


def test_a_recording_tells_what_was_written_and_when(part):
    bursts = part("recording").record("python", "-c", "print('确认')")

    assert "".join(burst.text for burst in bursts) == "确认\r\n"
    assert bursts[0].at > 0


def test_a_recording_of_a_command_that_fails_is_none(part, picture_error):
    with pytest.raises(picture_error, match="expected exit code 0, got 3"):
        part("recording").record("python", "-c", "raise SystemExit(3)")


def test_a_browser_that_is_missing_is_told(part, picture_error, monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(picture_error, match="apt install chromium"):
        part("stage").Stage(PROJECT)
