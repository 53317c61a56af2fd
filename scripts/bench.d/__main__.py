"""`scripts/bench`: what the emulator does a second, beside a bare Flask "ping" on the same server."""

from __future__ import annotations

import platform
import shutil
from functools import partial
from typing import TYPE_CHECKING

import click
import emulator_bench
import peers as peers_of_ours
import server_choice
import sizes
import stores as stores_of_functions
from errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from report import Table


@click.command()
@click.option("--quick", is_flag=True, help="One round: whether it runs, rather than how fast.")
@click.option("--servers", is_flag=True, help="Compare WSGI servers instead; installs two into a temporary folder.")
@click.option("--stores", is_flag=True, help="Measure what the functions' stores cost instead; needs no wrk.")
@click.option("--peers", is_flag=True, help="Compare with its peers instead; installs them once into the user's cache.")
@click.option("--users", type=click.IntRange(1), help="Compare a state with so many users with a new one instead.")
@click.option("--journal", type=click.Choice(["full", "empty"]), help="The same for a full journal.")
@click.option("--minutes", type=click.FloatRange(0.1), help="Measure instead what grows under load for so long.")
@click.option("--markdown", is_flag=True, help="The table as it stands in docs/benchmarks.md.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def bench(
    *,
    quick: bool,
    servers: bool,
    stores: bool,
    peers: bool,
    users: int | None,
    journal: str | None,
    minutes: float | None,
    markdown: bool,
    is_json: bool,
) -> None:
    """Measure the emulator on loopback with wrk, beside a bare Flask "ping" on the same server.

    Both are measured in turns, so that their ratio holds where the machine's speed drifts. An answer that is not the
    expected one ends the run with exit code 1. Takes about two minutes; leave the machine alone meanwhile.

    \b
    Examples:
      scripts/bench
      scripts/bench --quick --json
      scripts/bench --servers
      scripts/bench --stores
      scripts/bench --peers
      scripts/bench --users 100000 --journal full
      scripts/bench --minutes 10
    """
    _check_machine(needs_wrk=not stores)
    measure: Callable[..., Table]
    if minutes is not None:
        measure = partial(sizes.measure_growth, minutes=minutes)
    elif users is not None or journal is not None:
        much = partial(sizes.measure, users=users or 1, is_journal_full=journal == "full")
        measure = partial(much, is_quick=quick)
    elif servers:
        measure = partial(server_choice.measure, is_quick=quick)
    elif peers:
        measure = partial(peers_of_ours.measure, is_quick=quick)
    elif stores:
        measure = partial(stores_of_functions.measure, is_quick=quick)
    else:
        measure = partial(emulator_bench.measure, is_quick=quick)
    try:
        table = measure(tell=_tell)
    except BenchError as error:
        raise click.ClickException(str(error)) from None
    click.echo(table.as_json() if is_json else table.as_markdown() if markdown else table.as_text())


def _check_machine(*, needs_wrk: bool) -> None:
    if platform.system() != "Linux":
        raise click.ClickException("Linux is needed: memory is read in /proc")
    if needs_wrk and shutil.which("wrk") is None:
        raise click.ClickException("the wrk command is needed, it makes the load (on Debian: apt install wrk)")


def _tell(step: str) -> None:
    click.echo(f"bench: {step}", err=True)


if __name__ == "__main__":
    bench(prog_name="scripts/bench")
