"""`scripts/deploy`: package the functions, send them with Tencent's CLI, and ask each for an answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import deployment_folder
from collection import ACL, NAME, close_collection
from declaration import Declaration
from errors import DeployError, PackagingError
from shipment import select_shipments
from tcb import Tcb, find_command
from tencent_cloud import TencentCloud

from wxemu.scf.project import CliOptions, ProjectError, load_project, template_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collection import Collection
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
@click.option("--no-collection", is_flag=True, help="Leave the collection of the functions' store as it is.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def deploy(
    names: tuple[str, ...],
    project: Path,
    output: Path | None,
    env: str | None,
    *,
    no_collection: bool,
    dry_run: bool,
    is_json: bool,
) -> None:
    """Deploy the functions, or those that are named: scripts/package, `tcb fn deploy`, and one invocation each.

    What instances share lies in the collection `wxcloud` of the environment's database, unless WX_STORE says otherwise.
    It is made with the account that tcb is signed in to, and closed to clients (ADMINONLY).

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
        options = CliOptions(env or "")
        variables = _check_project(project, options, names, is_dry=dry_run)
        made = deployment_folder.make_packages(project, output or project / "dist", tell, options)
        sent = select_shipments(made, names, env=env)
        collection_env = None if no_collection else next((one.env for one in sent if one.needs_collection), None)
        if dry_run:
            _show_dry_run(sent, collection_env, is_json=is_json)
            return
        tcb = Tcb.find(made.folder, variables, env=env, tell=_relay_line)
        collection, answers = _send(sent, tcb, collection_env)
    except (PackagingError, ProjectError) as error:
        raise click.ClickException(str(error)) from None
    _show(sent, collection, answers, is_json=is_json)


def _check_project(project: Path, options: CliOptions, names: Sequence[str], *, is_dry: bool) -> Mapping[str, str]:
    """The variables for the templates, once nothing is in the way of a deployment; a dry run shows what is missing."""
    declared = load_project(project, os.environ, options).functions
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


def _send(
    shipments: Sequence[Shipment], tcb: Tcb, collection_env: str | None
) -> tuple[Collection | None, Mapping[str, object]]:
    """Deploy each, make their collection, then ask each; what they answered."""
    for shipment in shipments:
        tell(f"deploying {shipment.spec.name}")
        tcb.deploy(shipment.spec.name)
    collection = None
    if collection_env is not None:  # after tcb, which has renewed its login
        tell(f"making the collection {NAME}, closed to clients")
        collection = close_collection(TencentCloud.signed_in, collection_env)
    return collection, {shipment.spec.name: tcb.invoke(shipment.spec.name, {}) for shipment in shipments}


def _show(
    sent: Sequence[Shipment], collection: Collection | None, answers: Mapping[str, object], *, is_json: bool
) -> None:
    if is_json:
        functions = [{**shipment.document(), "answer": answers[shipment.spec.name]} for shipment in sent]
        _print_json(dryRun=False, functions=functions, collection=collection and collection.document())
        return
    for shipment in sent:
        click.echo(shipment.format_text())
        click.echo(f"  answers    {json.dumps(answers[shipment.spec.name], ensure_ascii=False)}")
    if collection is not None:
        click.echo(collection.format_text())
    click.echo(f"{len(sent)} deployed, and each answers.")


def _show_dry_run(sent: Sequence[Shipment], collection_env: str | None, *, is_json: bool) -> None:
    if is_json:
        functions = [{**shipment.document(), "answer": None} for shipment in sent]
        collection = collection_env and {"name": NAME, "envId": collection_env, "acl": ACL, "made": None}
        _print_json(dryRun=True, functions=functions, collection=collection)
        return
    for shipment in sent:
        click.echo(shipment.format_text())
    if collection_env is not None:
        click.echo(f"collection {NAME} -> {collection_env}\n  to be made or kept, and closed to clients ({ACL})")
    click.echo("Nothing was sent: a dry run.")


def _print_json(**members: object) -> None:
    click.echo(json.dumps(members, ensure_ascii=False))


def tell(step: str) -> None:
    """Show what is going on, apart from the result."""
    click.echo(f"deploy: {step}", err=True)


def _relay_line(line: str) -> None:
    click.echo(f"tcb: {line}", err=True)


if __name__ == "__main__":
    deploy(prog_name="scripts/deploy")
