"""`scripts/bench`: what the emulator does a second, beside a bare Flask "ping" on the same server."""

from __future__ import annotations

import platform
import shutil

import click
import emulator_bench
import peers as peers_of_ours
import server_choice
import stores as stores_of_functions
from errors import BenchError


@click.command()
@click.option("--quick", is_flag=True, help="One round: whether it runs, rather than how fast.")
@click.option("--servers", is_flag=True, help="Compare WSGI servers instead; installs two into a temporary folder.")
@click.option("--stores", is_flag=True, help="Measure what the functions' stores cost instead; needs no wrk.")
@click.option("--peers", is_flag=True, help="Compare with its peers instead; installs them once into the user's cache.")
@click.option("--markdown", is_flag=True, help="The table as it stands in docs/benchmarks.md.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def bench(*, quick: bool, servers: bool, stores: bool, peers: bool, markdown: bool, is_json: bool) -> None:
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
    """
    _check_machine(needs_wrk=not stores)
    if servers:
        measure = server_choice.measure
    elif peers:
        measure = peers_of_ours.measure
    elif stores:
        measure = stores_of_functions.measure
    else:
        measure = emulator_bench.measure
    try:
        table = measure(is_quick=quick, tell=_tell)
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
