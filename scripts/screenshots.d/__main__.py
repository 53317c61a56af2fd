"""`scripts/screenshots`: the pictures of README.md and docs/, made from the running program."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import animation
import click
import recording
import story
from errors import PictureError
from picture import RECORDING, check, check_folder
from playwright.sync_api import Error as BrowserError
from stage import Stage

from wxemu.client.child import ChildError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
KEPT = PROJECT / "docs/pictures"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the pictures go. [default: docs/pictures; with --check a temporary folder]",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Leave docs/pictures alone, and see whether it is as it should be."
)
def screenshots(output: Path | None, *, is_check: bool) -> None:
    """Make the pictures of README.md and docs/: the phone page, the console, and `wxemu demo` in a terminal.

    An emulator of their own, of which ids repeat and the clock stands still, and a headless Chromium play the story.
    A picture of another size than stated, or too heavy for a README, ends it with exit code 1.

    \b
    Examples:
      scripts/screenshots
      scripts/screenshots --check
    """
    with tempfile.TemporaryDirectory(prefix="screenshots-") as scratch:
        folder = output or (Path(scratch) if is_check else KEPT)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, content in _make_all():
                (folder / name).write_bytes(check(name, content))
                click.echo(f"{folder / name}: {len(content) / 1000:.0f} KB")
            if is_check:
                check_folder(KEPT)
        except (PictureError, ChildError, BrowserError) as error:
            raise click.ClickException(str(error)) from None


def _make_all() -> Iterator[tuple[str, bytes]]:
    with Stage(PROJECT) as stage:
        yield from story.play(stage)
    yield RECORDING, animation.svg(recording.record("wxemu", "demo", "--project", str(PROJECT)), "wxemu demo").encode()


if __name__ == "__main__":
    screenshots(prog_name="scripts/screenshots")
