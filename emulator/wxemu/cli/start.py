"""``wxemu start`` and ``wxemu demo``."""

from __future__ import annotations

import gc
import importlib.util
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wxemu.cli.access_options import access_options, read_access_options
from wxemu.cli.interception_options import interception_options, listen_to_intercept
from wxemu.cli.options import json_option, project_options, say, show
from wxemu.cli.state_options import read_state_options, state_options
from wxemu.cli.wrong_use import CommandError, UsageError
from wxemu.core.log_lines import log_to_standard_error
from wxemu.core.messages import Message, spoken

if TYPE_CHECKING:
    from wxemu.client.remote import Remote
    from wxemu.scf.project import CliOptions

_STATE_FOLDER = ".wxemu"
_NO_DECLARATION = Message("no cloudbaserc.yaml", "没有 cloudbaserc.yaml")


def _require_seeded_keys(_context: click.Context, _option: click.Parameter, seed: str | None) -> str | None:
    if seed is not None and importlib.util.find_spec("Crypto") is None:
        raise UsageError(
            Message(
                "--random-seed needs pycryptodome, which is not here; run: pip install 'wxemu[seed]'",
                "--random-seed 需要 pycryptodome，但没有安装；请运行：pip install 'wxemu[seed]'",
            )
        )
    return seed


@click.command()
@project_options
@click.option(
    "--packages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of `wxemu package`: run the packages in it, each on a bare Python of its runtime.",
)
@click.option(
    "--miniprogram",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with app.json that /phone runs. [default: miniprogramRoot of PROJECT/project.config.json, or"
    " PROJECT/miniprogram, or the sample]",
)
@click.option("--bare", is_flag=True, help="Run each function on a Python that has nothing but what its code brings.")
@click.option("--no-timers", is_flag=True, help="Let no declared timer fire by itself.")
@click.option("--port", type=click.IntRange(0, 65535), default=8686, show_default=True, help="0 picks a free one.")
@click.option("--state", help=f"Folder of the state, or :memory: to keep none. [default: PROJECT/{_STATE_FOLDER}]")
@click.option(
    "--seed",
    "seed_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML file with apps, users and phones. [default: one demo app]",
)
@click.option(
    "--random-seed",
    callback=_require_seeded_keys,
    help="Make ids and keys the same in every run that begins with the same state.",
)
@access_options
@interception_options
@state_options
@click.option("--until-eof", is_flag=True, help="Stop as well when standard input ends: with whoever started it.")
@click.option("-q", "--quiet", "is_quiet", is_flag=True, help="Do not print the logs of functions.")
@json_option
def start(
    project: Path,
    env_id: str,
    mode: str,
    packages: Path | None,
    miniprogram: Path | None,
    port: int,
    state: str | None,
    seed_file: Path | None,
    random_seed: str | None,
    host: str,
    public_url: str | None,
    allow_host: tuple[str, ...],
    control_token: str | None,
    intercept_port: int | None,
    pass_through: tuple[str, ...],
    import_file: Path | None,
    export_file: str | None,
    *,
    bare: bool,
    no_timers: bool,
    no_intercept: bool,
    until_eof: bool,
    is_quiet: bool,
    is_json: bool,
) -> None:
    """Start an emulator, and serve until Ctrl-C or SIGTERM.

    It prints where it is, and what functions log as they run, unless --quiet or --json is given.

    \b
    Examples:
      wxemu start                                  this folder's functions, the demo app, port 8686
      wxemu start --miniprogram app                your mini program on the phones of /phone
      wxemu start --port 0 --state :memory: --json  what a test wants: a line of JSON once it is ready
      wxemu start --seed tests/seed.yaml           your own apps, users and phones
      wxemu start --packages dist                  what `wxemu package` made, as it will be deployed
      wxemu start --import team.json --export-on-exit  begin with a state, and keep what has become of it
      wxemu start --host 0.0.0.0                   for other machines, with a control token that it prints
      wxemu start --pass-through api.example.com   a host that clients of its proxy may reach as well
    """
    gc.disable()  # until the server's begin: what is imported stays, and a tenth of a start went into looking at it
    from wxemu import server  # noqa: PLC0415 - `wxemu --help` need not load it
    from wxemu.plan import Plan  # noqa: PLC0415
    from wxemu.scf.project import CliOptions  # noqa: PLC0415

    log_to_standard_error()
    imported, export_to = read_state_options(import_file, export_file, seed_file)
    seed_document = None if seed_file is None else _read_seed(seed_file)
    folder = project / _STATE_FOLDER if state is None else Path(state)
    access, new_token = read_access_options(host, public_url, allow_host, control_token)
    options = CliOptions(env_id, mode)
    with (
        server.listen(port, host) as listening,
        listen_to_intercept(intercept_port, port, host, is_off=no_intercept) as intercepting,
    ):
        plan = Plan(
            listening=listening,
            project=_checked_project(project, options, packages),
            options=options,
            packaged=None if packages is None else packages.resolve(),
            is_bare=bare,
            has_timers=not no_timers,
            state=None if state == ":memory:" else folder.resolve(),
            seed=seed_document,
            random_seed=random_seed,
            is_json=is_json,
            prints_logs=not (is_json or is_quiet),
            is_until_eof=until_eof,
            access=access,
            public_url=public_url,
            new_token=new_token,
            intercepting=intercepting,
            pass_through=pass_through,
            imported=imported,
            export_to=export_to,
            mini_program=_checked_mini_program(project, miniprogram),
        )
        server.check_state(plan)
        server.serve(plan)


def _read_seed(file: Path) -> dict[str, Any]:
    from wxemu.state import seed  # noqa: PLC0415
    from wxemu.state.errors import NO_TEXT, SeedError  # noqa: PLC0415

    try:
        text = file.read_text(encoding="utf-8")
    except ValueError:
        raise SeedError(Message("{file}: {problem}", "{file}：{problem}", file=file, problem=NO_TEXT)) from None
    return seed.read(text, name=str(file))


def _checked_project(folder: Path, options: CliOptions, packages: Path | None) -> Path | None:
    """The folder if it declares functions; a broken declaration is told now, a missing one is only remarked."""
    import os  # noqa: PLC0415

    from wxemu.scf.project import NOTHING, describe_lack, find_declaration, load_project  # noqa: PLC0415

    folder = folder.resolve()
    if find_declaration(folder) is None:
        found, remedy = describe_lack(folder)
        lack = Message(
            "{folder} has {lies}, so there are no functions to call; {remedy}",
            "{folder} 中{lies}，因此没有可调用的云函数；{remedy}",
            folder=folder,
            lies=_NO_DECLARATION if found == NOTHING else Message("{found}", "只有{found}", found=found),
            remedy=remedy,
        )
        logging.getLogger(__name__).warning("%s", spoken(lack))
        return None
    load_project(folder, os.environ, options, packaged=packages)
    return folder


def _checked_mini_program(project: Path, named: Path | None) -> Path | None:
    from wxemu.phone import mini_program  # noqa: PLC0415

    if named is not None and not mini_program.is_mini_program(named):
        raise UsageError(
            Message(
                "{folder} has no app.json, so it is no mini program; name its folder with --miniprogram",
                "{folder} 中没有 app.json，不是小程序；请用 --miniprogram 指定小程序的文件夹",
                folder=named,
            )
        )
    found = mini_program.find(project) if named is None else named
    return None if found is None else found.resolve()


@click.command()
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with cloudbaserc.yaml. [default: the functions that come with wxemu]",
)
@click.option("--keep", is_flag=True, help="Leave the emulator running afterwards, until Ctrl-C.")
@json_option
def demo(project: Path | None, *, keep: bool, is_json: bool) -> None:
    """Play the whole story, and show every request and answer.

    On an emulator of its own: login, issueChallenge, fingerprint, verifySignature; then what must be refused: the same
    confirmation again, a tampered text, another user's openid, a foreign key; then the session: valid, replaced by a
    login elsewhere, renewed. Exit code 0 only if every answer was the expected one.

    \b
    Examples:
      wxemu demo
      wxemu demo --json | python -m json.tool
    """
    from contextlib import nullcontext, suppress  # noqa: PLC0415

    from wxemu.client.child import Child  # noqa: PLC0415
    from wxemu.client.demo import make_project, play, render_step  # noqa: PLC0415
    from wxemu.client.remote import Remote  # noqa: PLC0415

    with nullcontext(project) if project else make_project() as folder, Child(folder) as emulator:
        remote, steps = Remote(emulator.url), []
        _require_functions(remote, folder)
        for number, step in enumerate(play(remote), start=1):
            steps.append(step)
            if not is_json:
                click.echo(render_step(number, step))
        is_ok = all(step.ok for step in steps)
        if is_json:
            show({"ok": is_ok, "steps": [step.document() for step in steps]}, is_json=True)
        else:
            expected = sum(step.ok for step in steps)
            say(
                Message(
                    "{expected} of {count} answers were the expected ones.",
                    "{count} 个应答中有 {expected} 个符合预期。",
                    expected=expected,
                    count=len(steps),
                )
            )
        if keep:
            say(
                Message(
                    "The emulator stays at {url} until Ctrl-C.",
                    "模拟器继续在 {url} 运行，直到 Ctrl-C。",
                    url=emulator.url,
                ),
                err=True,
            )
            with suppress(KeyboardInterrupt):
                emulator.wait()
    sys.exit(0 if is_ok else 1)


def _require_functions(remote: Remote, project: Path) -> None:
    from wxemu.client.shipped import FUNCTIONS  # noqa: PLC0415
    from wxemu.control.operations.functions import LIST  # noqa: PLC0415

    declared = {function["name"] for function in remote.call(LIST)["functions"]}
    if absent := [name for name in FUNCTIONS if name not in declared]:
        raise CommandError(
            Message(
                "the story calls {names}, which {folder} does not declare; name the folder that does with --project",
                "演示会调用 {names}，但 {folder} 没有声明；请用 --project 指定声明了它们的文件夹",
                names=absent,
                folder=project.resolve(),
            )
        )
