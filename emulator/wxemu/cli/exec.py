"""``wxemu exec``: a command whose clients of WeChat and Tencent Cloud find an emulator."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wxemu.cli.environment import invocation_options
from wxemu.cli.interception_options import PassThrough
from wxemu.cli.options import connect, is_named_url, nearest_project, read_token, say, url_option
from wxemu.cli.wrong_use import CommandError
from wxemu.core.messages import Message, as_it_is, spoken
from wxemu.core.text import show_in_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from wxemu.client.remote import Remote

    _Telling = Callable[[Remote], AbstractContextManager[None]]

_BY_SIGNAL = 128
_STEP_SECONDS = 1.0
_PYTEST = "pytest"
_TOKEN = "WXEMU_TOKEN"  # noqa: S105 - a name
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _NoCommandError(CommandError):
    exit_code = 127  # as of a shell, and so is the other


class _UnrunnableError(CommandError):
    exit_code = 126


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--fresh", is_flag=True, help="On an emulator of its own, though one runs.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with cloudbaserc.yaml, for an emulator of its own. [default: the nearest, from this one upwards]",
)
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML file with apps, users and phones, for an emulator of its own. [default: one demo app]",
)
@click.option(
    "--pass-through",
    type=PassThrough(),
    multiple=True,
    help="A real host that the command may reach, as for `wxemu start`. With an emulator of its own. Repeatable.",
)
@invocation_options
@url_option
def execute(
    command: tuple[str, ...],
    project: Path | None,
    seed: Path | None,
    pass_through: tuple[str, ...],
    openid: str | None,
    function: str | None,
    appid: str | None,
    url: str,
    *,
    fresh: bool,
) -> None:
    """Run a command whose clients find an emulator.

    They ask for api.weixin.qq.com as ever; COMMAND gets the variables of `wxemu env`.

    That is the running one, which stays. If none runs and none is named, if it runs another project, or with --fresh,
    --project, --seed or --pass-through, it is one of its own on free ports that ends with the command and keeps
    nothing. A line on standard error says which. The exit code is the command's; 127 if there is no such command.

    \b
    Examples:
      wxemu exec -- pytest
      wxemu exec --fresh --seed tests/seed.yaml -- npm test
      wxemu exec -- sh -c 'curl -s https://api.weixin.qq.com/healthz'
    """
    if shutil.which(command[0]) is None:
        raise _NoCommandError(
            Message(
                "there is no command {name} here that can be run; correct its name, or install it",
                "没有可以运行的命令 {name}；请改正名称，或安装它",
                name=repr(command[0]),
            )
        )
    options = [*(("--seed", str(seed)) if seed else ()), *(part for host in pass_through for part in _let_out(host))]
    is_own = fresh or project is not None or bool(options)
    with _emulator(url, project, options, is_own=is_own) as (remote, token, telling):
        from wxemu.client.environment import of_invocation, of_real_names  # noqa: PLC0415
        from wxemu.client.private_hosts import making  # noqa: PLC0415

        variables = of_invocation(remote, openid=openid, function=function, appid=appid)
        variables |= of_real_names(remote, os.environ, token.get(_TOKEN)) | token
        with making(remote, variables["TCB_ENV"]) as enter, telling(remote):
            code = _run(command, {**os.environ, **variables}, enter)
    if code != 0 and Path(command[0]).name == _PYTEST:
        _tell_if_foreign(command[0])
    sys.exit(code)


def _tell_if_foreign(pytest: str) -> None:
    """Tell, once it has failed, that a pytest does not know our fixtures; tests that need none are not disturbed."""
    from wxemu.client.pytest_found import find_foreign  # noqa: PLC0415

    if (foreign := find_foreign(pytest)) is not None:
        told = Message(
            "wxemu: {found}; {advice}", "wxemu：{found}；{advice}", found=foreign.found, advice=foreign.advice
        )
        say(told, err=True)


def _let_out(host: str) -> tuple[str, str]:
    return "--pass-through", host


@contextmanager
def _emulator(
    url: str, project: Path | None, options: Sequence[str], *, is_own: bool
) -> Iterator[tuple[Remote, dict[str, str], _Telling]]:
    """The one that runs, or one for as long as the block lasts; what its control plane asks for; who tells refusals."""
    from wxemu.client.child import Child  # noqa: PLC0415

    remote, other = (None, as_it_is("")) if is_own else _running(url, nearest_project())
    if remote is not None:
        token = read_token()
        yield remote, {} if token is None else {_TOKEN: token}, _telling_refusals
        return
    with Child(project, *options, meanwhile=_import_the_rest) as child:
        from wxemu.client.project_of import describe  # noqa: PLC0415
        from wxemu.client.remote import Remote  # noqa: PLC0415

        remote = Remote(child.url)
        own = Message(
            "wxemu: an emulator of its own, with {project}{other}",
            "wxemu：使用自己的模拟器，项目是{project}{other}",
            project=describe(child.project),
            other=other,
        )
        say(own, err=True)
        yield remote, {}, lambda _: nullcontext()  # it tells them itself, as they come


@contextmanager
def _telling_refusals(remote: Remote) -> Iterator[None]:
    """Tell which hosts were refused meanwhile: an emulator in another terminal tells it there, and once only."""
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.intercept.refusals import describe_refusal  # noqa: PLC0415

    before = _refusals(remote)
    yield
    with suppress(RemoteError):  # it has ended, and nothing was refused that would still matter
        for host, times in _refusals(remote).items():
            if times != before.get(host):
                say(f"wxemu: {spoken(describe_refusal(show_in_line(host)))}", err=True)


def _refusals(remote: Remote) -> Mapping[str, int]:
    """How often each host was refused."""
    from wxemu.control.operations.health import SHOW_PROXY  # noqa: PLC0415 - as below

    return {refused["host"]: refused["times"] for refused in remote.call(SHOW_PROXY)["refused"]}


def _import_the_rest() -> None:
    """Import what is needed once the emulator answers."""
    from wxemu.client import environment, private_hosts, project_of, remote  # noqa: F401, PLC0415


def _running(url: str, project: Path) -> tuple[Remote | None, Message]:
    """The running one, if it is the one that is meant; or what is to be said of another project's."""
    # An emulator of its own is started before anything else is imported.
    from wxemu.client.project_of import describe, is_another, project_of  # noqa: PLC0415
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.control.operations.health import READY  # noqa: PLC0415

    is_named = is_named_url()
    try:
        (remote := connect(url)).call(READY)
        theirs = project_of(remote)
    except RemoteError as error:
        if is_named:
            raise CommandError(
                Message(
                    "{error}; or run this on one of its own with --fresh",
                    "{error}；也可以加上 --fresh 使用自己的模拟器",
                    error=error,
                )
            ) from None
        return None, as_it_is("")
    other = as_it_is("")
    if is_another(theirs, project):
        if not is_named:
            passed_over = Message(
                "; the one at {url} has {theirs} (--url {url} uses it all the same)",
                "；{url} 的模拟器的项目是{theirs}（--url {url} 仍会使用它）",
                url=url,
                theirs=describe(theirs),
            )
            return None, passed_over
        other = Message(", not those of {project}", "，而不是 {project} 的", project=project)
    running = Message(
        "wxemu: the emulator at {url}, with {theirs}{other}",
        "wxemu：使用 {url} 的模拟器，项目是{theirs}{other}",
        url=url,
        theirs=describe(theirs),
        other=other,
    )
    say(running, err=True)
    return remote, as_it_is("")


def _run(command: Sequence[str], environment: Mapping[str, str], enter: Callable[[], None] | None) -> int:
    """Run a command, pass signals on to it, and return the exit code that a shell would give.

    :param enter: what its process does first.
    """
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def pass_on(number: int, _frame: Any = None) -> None:
        if process is None:
            early.append(number)
        elif number != signal.SIGINT or not _has_terminal():
            process.send_signal(number)

    for number in _PASSED_ON:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as of nohup, which the command is to inherit
            signal.signal(number, pass_on)
    try:
        process = subprocess.Popen(command, env=environment, preexec_fn=enter)  # noqa: S603, PLW1509 - no threads here
    except OSError as error:
        raise _UnrunnableError(
            Message("{name} cannot be run: {reason}", "{name} 无法运行：{reason}", name=command[0], reason=error)
        ) from None
    for came in early:
        pass_on(came)
    code = _waited(process)
    return code if code >= 0 else _BY_SIGNAL - code


def _waited(process: subprocess.Popen[bytes]) -> int:
    """Its return code. Waited for in steps, as a signal that comes just before a wait is heard only after it."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_STEP_SECONDS)


def _has_terminal() -> bool:
    """Whether the terminal itself sends Ctrl-C to the command, as to all of its foreground."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
