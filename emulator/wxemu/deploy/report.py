"""What was made, for a reader and for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.core.columns import in_columns
from wxemu.core.messages import Message, spoken
from wxemu.deploy.package import ZIP_FILE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wxemu.deploy.folder import DeploymentFolder
    from wxemu.deploy.package import Package

_HEADER = (
    Message("function", "云函数"),
    Message("runtime", "运行环境"),
    Message("files", "文件数"),
    Message("unpacked", "解压后"),
    Message("zip", "压缩后"),
    Message("import", "导入"),
)


def format_text(made: DeploymentFolder) -> str:
    """A table, and what there is to say about it."""
    header = tuple(map(spoken, _HEADER))
    table = in_columns(header, map(_make_row, made.packages), right=header[2:])
    place = Message("They are in {folder}.", "它们在 {folder} 中。", folder=made.folder)
    return "\n".join([table, *map(spoken, _list_remarks(made.packages)), spoken(place)])


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


def _list_remarks(packages: Sequence[Package]) -> Iterator[Message]:
    for runtime in sorted({package.runtime for package in packages if package.import_ms is None}):
        yield Message(
            "No {python} runs here, so that the package is not compiled: its cold starts take longer.",
            "本机没有可用的 {python}，因此包没有编译：冷启动会更慢。",
            python=runtime.lower(),
        )
    for package in packages:
        if package.zip_size > ZIP_FILE_LIMIT:
            yield Message(
                "{name}.zip is over {limit}, too large to go within a request"
                " (`tcb fn deploy --deployMode zip`): deploy it through COS, as the CLI does by default.",
                "{name}.zip 超过 {limit}，无法放进一个请求（`tcb fn deploy --deployMode zip`）："
                "请通过 COS 部署，CLI 默认如此。",
                name=package.name,
                limit=format_megabytes(ZIP_FILE_LIMIT),
            )
