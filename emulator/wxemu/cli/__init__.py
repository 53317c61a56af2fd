"""``wxemu``: start an emulator, and work with a running one."""

from __future__ import annotations

from typing import Any

import click

from wxemu.cli.apps import app, user
from wxemu.cli.clock import clock
from wxemu.cli.doctor import doctor
from wxemu.cli.environment import env
from wxemu.cli.exec import execute
from wxemu.cli.faults import fault, quotas
from wxemu.cli.functions import invoke, logs
from wxemu.cli.health import health
from wxemu.cli.phone import phone
from wxemu.cli.requests import explain, requests
from wxemu.cli.start import demo, start
from wxemu.cli.state import state


class _Tidy(click.Group):
    """Errors of ours as one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _expected() as error:
            raise click.ClickException(str(error)) from None


def _expected() -> tuple[type[Exception], ...]:
    # Imported only when something failed: starting is what must be quick.
    from wxemu.client.child import ChildError  # noqa: PLC0415
    from wxemu.client.environment import NoInterceptionError  # noqa: PLC0415
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.core.store import StoreError  # noqa: PLC0415
    from wxemu.intercept.authority import AuthorityError  # noqa: PLC0415
    from wxemu.scf.project import ProjectError  # noqa: PLC0415
    from wxemu.server import NoAddressError, PortTakenError  # noqa: PLC0415
    from wxemu.state.seed_form import SeedError  # noqa: PLC0415
    from wxemu.state.tables import StateError  # noqa: PLC0415

    return (
        ChildError,
        NoInterceptionError,
        AuthorityError,
        ProjectError,
        RemoteError,
        NoAddressError,
        PortTakenError,
        SeedError,
        StateError,
        StoreError,
    )


@click.group(cls=_Tidy, context_settings={"auto_envvar_prefix": "WXEMU", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wxemu")
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
    Lead code of yours here that says https://api.weixin.qq.com, and see why it failed:
      wxemu exec -- pytest
      wxemu requests --failed
      wxemu explain RID

    \b
    Or watch the whole story once:
      wxemu demo

    Every option can be given by an environment variable as well: --port of start is WXEMU_START_PORT.
    """


OF_CALLS = (invoke, logs, requests, explain)
for command in (start, demo, execute, *OF_CALLS, env, phone, clock, fault, quotas, state, app, user, health, doctor):
    main.add_command(command)
