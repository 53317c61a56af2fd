"""``wxemu``: start an emulator, and work with a running one."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli.functions import env, invoke, logs
from emulator.cli.phone import phone
from emulator.cli.running import clock, state
from emulator.cli.starting import demo, start


class _Tidy(click.Group):
    """Errors of ours as one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _expected() as error:
            raise click.ClickException(str(error)) from None


def _expected() -> tuple[type[Exception], ...]:
    # Imported only when something failed: starting is what must be quick.
    from emulator.demo import DemoError  # noqa: PLC0415
    from emulator.project import ProjectError  # noqa: PLC0415
    from emulator.remote import RemoteError  # noqa: PLC0415
    from emulator.server import PortTakenError  # noqa: PLC0415
    from emulator.world.seed import SeedError  # noqa: PLC0415
    from emulator.world.store import StoreError  # noqa: PLC0415

    return (DemoError, ProjectError, RemoteError, PortTakenError, SeedError, StoreError)


@click.group(cls=_Tidy, context_settings={"auto_envvar_prefix": "WXEMU", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wxcloud-emulator")
def main() -> None:
    """WeChat login and SOTER confirmation on CloudBase, on this machine.

    \b
    Start an emulator for the project in this folder, and play with a phone:
      wxemu start
      wxemu phone new --profile android
      wxemu phone startSoterAuthentication PHONE --challenge order-1
      wxemu invoke checkSession --data '{}'
      wxemu logs --follow

    \b
    Or watch the whole story once:
      wxemu demo

    Every option can be given by an environment variable as well: --port of start is WXEMU_START_PORT.
    """


for command in (start, demo, invoke, logs, env, phone, clock, state):
    main.add_command(command)
