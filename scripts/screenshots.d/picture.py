"""Which pictures there are, and what each has to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from errors import PictureError
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_BYTES: Final = {".png": 200_000, ".svg": 100_000}
"""A README is looked at on a telephone's connection, too."""


@dataclass(frozen=True)
class Picture:
    """One screenshot.

    :param width: of the browser's window, in CSS pixels, as ``height`` is.
    :param scale: pixels of the picture for one of these.
    :param browser: further options of Playwright's browser context.
    """

    name: str
    width: int
    height: int
    scale: int = 2
    browser: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, in its own pixels."""
        return self.width * self.scale, self.height * self.scale


PHONE = Picture("phone.png", 1240, 870)
OVERVIEW = Picture("overview.png", 1280, 776)
OVERVIEW_DARK = Picture("overview-dark.png", 1280, 776, browser={"color_scheme": "dark"})
EXPLAINED = Picture("explained.png", 1280, 720)
FUNCTIONS = Picture("functions.png", 1280, 1220, scale=1)
PHONE_CHINESE = Picture("phone-chinese.png", 390, 844, browser={"locale": "zh-CN"})
RECORDING: Final = "demo.svg"
PICTURES: Final = (PHONE, OVERVIEW, OVERVIEW_DARK, EXPLAINED, FUNCTIONS, PHONE_CHINESE)


def shrink(png: bytes) -> bytes:
    """The same screenshot with a palette: nobody sees a difference, and it weighs a third."""
    packed = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def check(name: str, content: bytes) -> bytes:
    """The content of a picture, which is as it has to be.

    :raises PictureError: it is not.
    """
    suffix = name[name.rindex(".") :]
    if len(content) > MOST_BYTES[suffix]:
        raise PictureError(f"{name}: expected {MOST_BYTES[suffix]} bytes at the most, got {len(content)}; show less")
    for picture in PICTURES:
        if picture.name == name and (found := _size(content)) != picture.size:
            raise PictureError(f"{name}: expected {picture.size} pixels, got {found}; run scripts/screenshots")
    return content


def check_folder(folder: Path) -> None:
    """That a folder holds every picture, and nothing else.

    :raises PictureError: it does not.
    """
    expected = {*(picture.name for picture in PICTURES), RECORDING}
    found = {path.name for path in folder.iterdir()}
    if found != expected:
        missing, other = sorted(expected - found), sorted(found - expected)
        raise PictureError(f"{folder}: expected all pictures and no more, lacks {missing}, has {other} as well")
    for name in sorted(expected):
        check(name, (folder / name).read_bytes())


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png)) as image:
        return image.size
