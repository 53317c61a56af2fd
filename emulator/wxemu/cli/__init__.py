"""``wxemu``: start an emulator, and work with a running one."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.cli.language import chosen_language, localized
from wxemu.core.messages import Message, MessageError, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    "conformance": "conformance:conformance",
}
"""By name: module and function. Each is imported when it is asked for; `wxemu start` waits for its own alone."""


class _Commands(click.Group):
    """Commands that are imported when they are asked for, and the one place where a language is chosen.

    Whatever is wrong is told here: in one sentence of that language, without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        module, _, function = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"wxemu.cli.{module}"), function)
        return localized(command)

    def main(self, args: Sequence[str] | None = None, **asked: Any) -> Any:  # type: ignore[override] # click's overloads
        arguments = sys.argv[1:] if args is None else list(args)
        is_standalone = asked.pop("standalone_mode", True)
        with chosen_language(arguments):
            command = partial(click.Group.main, localized(self), arguments, standalone_mode=False, **asked)
            if is_standalone:
                sys.exit(_exit_code(command))
            return command()


def _exit_code(command: Callable[[], Any]) -> int:
    """Run a command, and tell what is wrong."""
    try:
        code = command()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _tell(Message("interrupted", "已中断"))
    except MessageError as error:
        return _tell(error.message, getattr(error, "exit_code", 1))
    except click.ClickException as error:
        from wxemu.cli import wrong_use  # noqa: PLC0415 - as below

        return _tell(wrong_use.describe(error), error.exit_code)
    return code if isinstance(code, int) else 0


def _tell(message: Message, code: int = 1) -> int:
    from wxemu.core.text import show_unseen  # noqa: PLC0415 - starting is what must be quick

    click.echo(show_unseen(spoken(Message("Error: {message}", "错误：{message}", message=message))), err=True)
    return code


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
