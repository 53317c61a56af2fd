"""`scripts/package`: the functions as they are deployed, each with all that it needs."""

from __future__ import annotations

from pathlib import Path

import click
import deployment_folder
import report
from errors import PackagingError

from wxemu.scf.project import ProjectError

PROJECT = Path(__file__).resolve().parents[2]


@click.command(context_settings={"auto_envvar_prefix": "PACKAGE", "help_option_names": ["-h", "--help"]})
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
@click.option("--lock", "is_lock", is_flag=True, help="Write the locks of the dependencies anew instead.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def package(project: Path, output: Path | None, *, is_lock: bool, is_json: bool) -> None:
    """Package every function: NAME/ and NAME.zip in dist/functions.

    In a package are the function, what the functions share (_shared), config.json, and what its requirements.txt leads
    to of the lock of its runtime: pure Python, or compiled for SCF; no tests, and nothing of the project's .venv. The
    same sources give the same bytes.

    Every option can be given by an environment variable as well: --output is PACKAGE_OUTPUT.

    \b
    Examples:
      scripts/package
      scripts/package --json
      scripts/package --lock
    """
    try:
        if is_lock:
            for lock in deployment_folder.lock_dependencies(project, tell):
                click.echo(lock.path)
        else:
            made = deployment_folder.make_packages(project, output or project / "dist", tell)
            click.echo(report.format_json(made) if is_json else report.format_text(made))
    except (PackagingError, ProjectError) as error:
        raise click.ClickException(str(error)) from None


def tell(step: str) -> None:
    """Show what is going on, apart from the result."""
    click.echo(f"package: {step}", err=True)


if __name__ == "__main__":
    package(prog_name="scripts/package")
