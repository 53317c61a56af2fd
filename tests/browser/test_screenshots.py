"""``scripts/screenshots`` makes every picture of README.md and docs/ anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

PROJECT = Path(__file__).parents[2]
RECORDING = PROJECT / "docs/pictures/demo.svg"
SIZES = {
    "phone.png": (2480, 1740),
    "overview.png": (2560, 1552),
    "overview-dark.png": (2560, 1552),
    "explained.png": (2560, 1440),
    "functions.png": (1280, 1220),
    "phone-chinese.png": (780, 1688),
}
WINDOW = {"width": 830, "height": 520}


def size(file):
    with Image.open(file) as image:
        return image.size


@pytest.mark.usefixtures("browser")
def test_the_pictures_are_made_in_their_stated_sizes(tmp_path):
    command = [sys.executable, PROJECT / "scripts/screenshots.d", "--check", "--output", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert {file.name: size(file) for file in tmp_path.glob("*.png")} == SIZES
    assert all(file.stat().st_size <= 200_000 for file in tmp_path.glob("*.png"))
    assert (tmp_path / "demo.svg").stat().st_size <= 100_000


def test_the_recording_stands_still_at_its_end_for_whoever_wants_no_motion(browser):
    page = browser.new_context(viewport=WINDOW, reduced_motion="reduce").new_page()
    page.goto(RECORDING.as_uri())

    assert page.evaluate("document.getAnimations().length") == 0
    expect(page.get_by_text("answers were the expected ones")).to_be_in_viewport()
    page.context.close()


def test_the_recording_begins_with_the_command_and_ends_with_its_last_words(browser):
    page = browser.new_context(viewport=WINDOW).new_page()
    page.goto(RECORDING.as_uri())
    command, last = page.get_by_text("$ wxemu demo"), page.get_by_text("answers were the expected ones")
    page.evaluate("document.getAnimations().forEach(motion => { motion.pause(); motion.currentTime = 0 })")
    expect(command).to_be_in_viewport()
    expect(last).not_to_be_in_viewport()
    page.evaluate(
        "document.getAnimations().forEach(motion => { motion.currentTime = motion.effect.getTiming().duration - 1 })"
    )
    expect(last).to_be_in_viewport()
    page.context.close()
