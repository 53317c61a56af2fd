"""``wxemu health``: is an emulator ready?"""

from __future__ import annotations

import click

from wxemu.cli.options import connect, json_option, show, url_option
from wxemu.control.operations.health import READY


@click.command()
@url_option
@json_option
def health(url: str, *, is_json: bool) -> None:
    """Ask whether an emulator is seeded and able to serve.

    Exit code 0 if it is, else 1. No token is needed.

    \b
    Examples:
      wxemu health
      docker run --health-cmd 'wxemu health' ...
    """
    show(connect(url).call(READY), is_json=is_json)
