"""What was made, for a reader and for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.core.columns import in_columns
from wxemu.deploy.package import ZIP_FILE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wxemu.deploy.folder import DeploymentFolder
    from wxemu.deploy.package import Package

_HEADER = ("function", "runtime", "files", "unpacked", "zip", "import")


def format_text(made: DeploymentFolder) -> str:
    """A table, and what there is to say about it."""
    table = in_columns(_HEADER, map(_make_row, made.packages), right=_HEADER[2:])
    return "\n".join([table, *_list_remarks(made.packages), f"They are in {made.folder}."])


def format_json(made: DeploymentFolder) -> str:
    """The same on one line."""
    return json.dumps({"folder": str(made.folder), "functions": [package.document() for package in made.packages]})


def format_megabytes(size: int) -> str:
    """Bytes as MB, of 1024 * 1024."""
    return f"{size / 1024 / 1024:.2f} MB"


def _make_row(package: Package) -> tuple[str, ...]:
    took = "-" if package.import_ms is None else f"{package.import_ms:.0f} ms"
    sizes = (format_megabytes(package.unpacked_size), format_megabytes(package.zip_size))
    return (package.name, package.runtime, str(package.file_count), *sizes, took)


def _list_remarks(packages: Sequence[Package]) -> Iterator[str]:
    for runtime in sorted({package.runtime for package in packages if package.import_ms is None}):
        yield f"No {runtime.lower()} runs here, so that the package is not compiled: its cold starts take longer."
    for package in packages:
        if package.zip_size > ZIP_FILE_LIMIT:
            yield (
                f"{package.name}.zip is over {format_megabytes(ZIP_FILE_LIMIT)}, too large to go within a request"
                " (`tcb fn deploy --deployMode zip`): deploy it through COS, as the CLI does by default."
            )
