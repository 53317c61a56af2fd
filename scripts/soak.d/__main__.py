"""`scripts/soak`: an emulator is killed under load again and again; nothing that it had acknowledged may be lost."""

from __future__ import annotations

import json
import platform
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from bad_functions import run as run_bad_functions
from errors import SoakError
from rounds import soak as run

if TYPE_CHECKING:
    from rounds import Figures

FEW, MANY = 3, 100
CALLS = 10


@click.command()
@click.option("--rounds", type=click.IntRange(0, 10_000), help=f"Kills of the emulator. [default: {FEW}]")
@click.option("--long", "is_long", is_flag=True, help=f"{MANY} kills, and 10 of each child. Takes ten minutes.")
@click.option(
    "--child-kills", type=click.IntRange(0, 100), help="Kills of the proxy and of the fork server. [default: 1]"
)
@click.option(
    "--bad-functions",
    type=click.IntRange(0, 100),
    is_flag=False,
    flag_value=40,
    default=0,
    help=f"Instead: so many good functions beside as many bad ones, {CALLS} calls of each. [with no number: 40]",
)
@click.option("--seed", default=1, show_default=True, help="Of the moments at which it is killed.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def soak(
    *, rounds: int | None, is_long: bool, child_kills: int | None, bad_functions: int, seed: int, is_json: bool
) -> None:
    """Kill an emulator with SIGKILL under load, start it again on its state, and look for all that it acknowledged.

    Six clients add users, log in, get phones with keys, visit as web users, buy tokens and deploy functions through
    the public faces. Then its proxy and its fork server are killed one by one. Exit code 1 if anything was lost, or
    a child was not back within two seconds.

    With --bad-functions some functions loop, leak, fork, flood the log, trace, kill, stop and delete what they can,
    beside others that work. Exit code 1 if one of these answered wrong, or their median is 3 times that of calm.

    \b
    Examples:
      scripts/soak
      scripts/soak --long
      scripts/soak --rounds 20 --child-kills 0 --json
      scripts/soak --bad-functions
    """
    if platform.system() != "Linux":
        raise click.ClickException("Linux is needed: processes are found in /proc")
    if bad_functions:
        harmed = run_bad_functions(rounds or CALLS, bad_functions)
        click.echo(json.dumps(harmed.document()) if is_json else harmed.text())
        raise SystemExit(0 if harmed.is_ok else 1)
    kills = (MANY if is_long else FEW) if rounds is None else rounds
    of_children = (10 if is_long else 1) if child_kills is None else child_kills
    with tempfile.TemporaryDirectory(prefix="wxemu-soak-") as folder:
        try:
            figures = run(Path(folder), rounds=kills, child_kills=of_children, seed=seed, tell=_tell)
        except SoakError as error:
            raise click.ClickException(str(error)) from None
    click.echo(json.dumps(figures.document()) if is_json else _text(figures))
    raise SystemExit(0 if figures.is_ok else 1)


def _text(figures: Figures) -> str:
    told = figures.document()
    kinds = ", ".join(f"{number} {kind}s" for kind, number in told["acknowledged"].items())
    acknowledged = f"acknowledged {told['acknowledgedInAll']} ({kinds})"
    lines = [f"{told['kills']} kills under load; {acknowledged}; lost {len(told['lost'])}"]
    for name, title in (("startMs", "start"), ("proxyBackMs", "proxy back"), ("forkServerBackMs", "fork server back")):
        if (spread := told[name]) is not None:
            lines.append(f"{title}: median {spread['median']} ms, most {spread['most']} ms, {spread['times']} times")
    lines += [f"not said: {number} kills of the {child}" for child, number in told["silent"].items()]
    return "\n".join([*lines, *(f"lost: {' '.join(proof)}" for proof in told["lost"])])


def _tell(step: str) -> None:
    click.echo(f"soak: {step}", err=True)


if __name__ == "__main__":
    soak(prog_name="scripts/soak")
