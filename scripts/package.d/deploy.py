"""`scripts/deploy`: package the functions, send them with Tencent's CLI, and ask each for an answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import deployment_folder
from declaration import Declaration
from errors import DeployError, PackagingError
from shipment import select_shipments
from tcb import Tcb, find_command

from wxemu.scf.project import ProjectError, load_project, template_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shipment import Shipment

PROJECT = Path(__file__).resolve().parents[2]


@click.command(context_settings={"auto_envvar_prefix": "DEPLOY", "help_option_names": ["-h", "--help"]})
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROJECT,
    help="The folder with cloudbaserc.yaml. [default: this one]",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the packages go. [default: dist in the project]",
)
@click.option("--env", help="The CloudBase environment. [default: envId in cloudbaserc.yaml]")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def deploy(
    names: tuple[str, ...], project: Path, output: Path | None, env: str | None, *, dry_run: bool, is_json: bool
) -> None:
    """Deploy the functions, or those that are named: scripts/package, `tcb fn deploy`, and one invocation each.

    Secrets come from .env (see .env.example) or from the environment; they are shown nowhere. The invocation has an
    empty event: a function that answers it, if only with an errCode, has been loaded and runs.

    Every option can be given by an environment variable as well: --env is DEPLOY_ENV.

    \b
    Examples:
      scripts/deploy --dry-run
      scripts/deploy --env my-env-1a2b3c
      scripts/deploy login checkSession
    """
    try:
        variables = _check_project(project, names, is_dry=dry_run)
        made = deployment_folder.make_packages(project, output or project / "dist", tell)
        sent = select_shipments(made, names, env=env)
        answers = {} if dry_run else _send(sent, Tcb.find(made.folder, variables, env=env, tell=_relay_line))
    except (PackagingError, ProjectError) as error:
        raise click.ClickException(str(error)) from None
    _show(sent, answers, dry_run=dry_run, is_json=is_json)


def _check_project(project: Path, names: Sequence[str], *, is_dry: bool) -> Mapping[str, str]:
    """The variables for the templates, once nothing is in the way of a deployment; a dry run shows what is missing."""
    declared = load_project(project, os.environ).functions
    unknown = [name for name in names if name not in declared]
    if unknown:
        raise DeployError(f"expected functions of cloudbaserc ({', '.join(declared)}), found {', '.join(unknown)}")
    variables = template_variables(project, os.environ)
    missing = sorted(name for name in Declaration.read(project).variables if not variables.get(name))
    if is_dry:
        return variables
    if missing:
        raise DeployError(f"{project / '.env'} lacks {', '.join(missing)}; copy .env.example to .env and fill it in")
    find_command()
    return variables


def _send(shipments: Sequence[Shipment], tcb: Tcb) -> Mapping[str, object]:
    """Deploy each, then ask each; what they answered."""
    for shipment in shipments:
        tell(f"deploying {shipment.spec.name}")
        tcb.deploy(shipment.spec.name)
    return {shipment.spec.name: tcb.invoke(shipment.spec.name, {}) for shipment in shipments}


def _show(sent: Sequence[Shipment], answers: Mapping[str, object], *, dry_run: bool, is_json: bool) -> None:
    if is_json:
        functions = [{**shipment.document(), "answer": answers.get(shipment.spec.name)} for shipment in sent]
        click.echo(json.dumps({"dryRun": dry_run, "functions": functions}, ensure_ascii=False))
        return
    for shipment in sent:
        click.echo(shipment.format_text())
        if not dry_run:
            click.echo(f"  answers    {json.dumps(answers[shipment.spec.name], ensure_ascii=False)}")
    click.echo("Nothing was sent: a dry run." if dry_run else f"{len(sent)} deployed, and each answers.")


def tell(step: str) -> None:
    """Show what is going on, apart from the result."""
    click.echo(f"deploy: {step}", err=True)


def _relay_line(line: str) -> None:
    click.echo(f"tcb: {line}", err=True)


if __name__ == "__main__":
    deploy(prog_name="scripts/deploy")
