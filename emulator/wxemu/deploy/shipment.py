"""What is sent for one function, for whoever wants to see it first: variables by their names, their values nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxemu.core.messages import Message, spoken
from wxemu.deploy.report import format_megabytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.deploy.folder import DeploymentFolder
    from wxemu.deploy.package import Package
    from wxemu.scf.project import FunctionSpec


@dataclass(frozen=True)
class Shipment:
    """One function on its way to the environment `env`."""

    env: str
    spec: FunctionSpec
    package: Package

    @property
    def empty_variables(self) -> list[str]:
        """The names of those that would arrive empty."""
        return [name for name, value in self.spec.environment.items() if not value]

    @property
    def needs_collection(self) -> bool:
        """Whether it keeps what instances share in the environment's own database: unless WX_STORE says otherwise."""
        is_ours = (self.package.folder / "wxcloud").is_dir()
        return is_ours and self.spec.environment.get("WX_STORE", "") in ("", "cloudbase")

    def format_text(self) -> str:
        """It for a reader."""
        spec, package = self.spec, self.package
        states = {True: spoken(Message("empty", "空")), False: spoken(Message("hidden", "已隐藏"))}
        variables = ", ".join(f"{name} ({states[name in self.empty_variables]})" for name in spec.environment)
        shown = Message(
            "{name} -> {env}\n"
            "  runtime    {runtime}, handler {handler}\n"
            "  limits     {seconds} s, {megabytes} MB of memory\n"
            "  variables  {variables}\n"
            "  code       {folder}: {count} files, {size} zipped",
            "{name} -> {env}\n"
            "  运行环境   {runtime}，handler {handler}\n"
            "  限制       {seconds} 秒，内存 {megabytes} MB\n"
            "  环境变量   {variables}\n"
            "  代码       {folder}：{count} 个文件，压缩后 {size}",
            name=spec.name,
            env=self.env,
            runtime=spec.runtime,
            handler=spec.handler,
            seconds=spec.timeout_seconds,
            megabytes=spec.memory_megabytes,
            variables=variables or Message("none", "无"),
            folder=package.folder,
            count=package.file_count,
            size=format_megabytes(package.zip_size),
        )
        return spoken(shown)

    def document(self) -> Mapping[str, Any]:
        """It for `--json`."""
        return {
            "name": self.spec.name,
            "envId": self.env,
            "runtime": self.spec.runtime,
            "handler": self.spec.handler,
            "timeout": self.spec.timeout_seconds,
            "memorySize": self.spec.memory_megabytes,
            "variables": list(self.spec.environment),
            "emptyVariables": self.empty_variables,
            "folder": str(self.package.folder),
            "zipSize": self.package.zip_size,
        }


def select_shipments(made: DeploymentFolder, names: Sequence[str], *, env: str | None) -> list[Shipment]:
    """What is sent for these functions, or for all if none is named."""
    return [
        Shipment(env or made.project.env_id, made.project.functions[package.name], package)
        for package in made.packages
        if not names or package.name in names
    ]
