"""``wxemu``: start an emulator, and work with a running one."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

_COMMANDS: Final = {
    "init": "init:init",
    "start": "start:start",
    "demo": "start:demo",
    "exec": "exec:execute",
    "invoke": "functions:invoke",
    "logs": "functions:logs",
    "requests": "requests:requests",
    "explain": "requests:explain",
    "package": "package:package",
    "deploy": "deploy:deploy",
    "env": "environment:env",
    "phone": "phone:phone",
    "clock": "clock:clock",
    "fault": "faults:fault",
    "quotas": "faults:quotas",
    "state": "state:state",
    "app": "apps:app",
    "user": "apps:user",
    "health": "health:health",
    "doctor": "doctor:doctor",
}
"""By name: module and function. Each is imported when it is asked for; `wxemu start` waits for its own alone."""


class _Commands(click.Group):
    """Commands that are imported when they are asked for; errors of ours as one sentence, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        module, _, function = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"wxemu.cli.{module}"), function)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
            raise  # before the clause below imports half of wxemu, only to find that it does not apply
        except _expected() as error:
            from wxemu.core.text import show_unseen  # noqa: PLC0415

            raise click.ClickException(show_unseen(str(error))) from None


def _expected() -> tuple[type[Exception], ...]:
    # Imported only when something failed: starting is what must be quick.
    from wxemu.client.child import ChildError  # noqa: PLC0415
    from wxemu.client.environment import NoInterceptionError  # noqa: PLC0415
    from wxemu.client.new_project import NewProjectError  # noqa: PLC0415
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.core.apps import PublishedSecretError  # noqa: PLC0415
    from wxemu.core.store import StoreError  # noqa: PLC0415
    from wxemu.deploy.errors import PackagingError  # noqa: PLC0415
    from wxemu.ending import EndedError  # noqa: PLC0415
    from wxemu.scf.project import ProjectError  # noqa: PLC0415
    from wxemu.server import NoAddressError, PortTakenError  # noqa: PLC0415
    from wxemu.state.errors import SeedError, StateError  # noqa: PLC0415

    return (
        ChildError,
        EndedError,
        NewProjectError,
        NoInterceptionError,
        PackagingError,
        ProjectError,
        PublishedSecretError,
        RemoteError,
        NoAddressError,
        PortTakenError,
        SeedError,
        StateError,
        StoreError,
    )


@click.group(cls=_Commands, context_settings={"auto_envvar_prefix": "WXEMU", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wxemu")
def main() -> None:
    """WeChat login and SOTER confirmation on CloudBase, on this machine.

    \b
    Make a project, and test it:
      wxemu init shop && cd shop
      wxemu exec -- pytest

    \b
    Start an emulator for the project in this folder, and play with a phone:
      wxemu start
      wxemu phone new --profile android
      wxemu phone startSoterAuthentication PHONE --challenge order-1
      wxemu invoke checkSession --data '{}'
      wxemu logs --follow

    \b
    Lead code of yours here that says https://api.weixin.qq.com, and see why it failed:
      wxemu exec -- pytest
      wxemu requests --failed
      wxemu explain RID

    \b
    Or watch the whole story once:
      wxemu demo

    Every option can be given by an environment variable as well: --port of start is WXEMU_START_PORT.
    """
