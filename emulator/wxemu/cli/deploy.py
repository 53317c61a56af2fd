"""``wxemu deploy``: package the functions, send them with Tencent's CLI, and ask each for an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from wxemu.cli.options import json_option, project_option, say, show
from wxemu.cli.package import output_option
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from pathlib import Path

    from wxemu.deploy.deployment import Deployment


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@project_option
@output_option
@click.option("--env", help="The CloudBase environment. [default: envId in cloudbaserc.yaml]")
@click.option("--no-collection", is_flag=True, help="Leave the collection of the functions' store as it is.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@json_option
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
    """Deploy the functions, or those that are named.

    That is `wxemu package` of just these, `tcb fn deploy` (@cloudbase/cli), and one invocation each.

    What instances share lies in the collection `wxcloud` of the environment's database, unless WX_STORE says otherwise.
    It is made with the account that tcb is signed in to, and closed to clients (ADMINONLY).

    Secrets come from .env (see .env.example) or from the environment; they are shown nowhere. The invocation has an
    empty event: a function that answers it, if only with an errCode, has been loaded and runs.

    \b
    Examples:
      wxemu deploy --dry-run
      wxemu deploy --env my-env-1a2b3c
      wxemu deploy login checkSession
    """
    from wxemu.deploy.deployment import make_plan, send  # noqa: PLC0415

    folder = output or project / "dist"
    plan = make_plan(project, folder, names, env=env, is_dry=dry_run, no_collection=no_collection, tell=_tell)
    if dry_run:
        show(plan.document(), is_json=True) if is_json else say(plan.format_text())
        return
    deployed = send(plan, tell=_tell, relay=lambda line: say(f"tcb: {line}", err=True))
    show(deployed.document(), is_json=True) if is_json else _show(deployed)


def _show(deployed: Deployment) -> None:
    for sent in deployed.shipments:
        say(sent.format_text())
        answer = json.dumps(deployed.answers[sent.spec.name], ensure_ascii=False)
        say(Message("  answers    {answer}", "  应答       {answer}", answer=answer))
    if deployed.collection is not None:
        say(deployed.collection.format_text())
    count = len(deployed.shipments)
    say(Message("{count} deployed, and each answers.", "已部署 {count} 个，每个都有应答。", count=count))


def _tell(step: Message) -> None:
    say(Message("deploy: {step}", "部署：{step}", step=step), err=True)
