"""A deployment: what is sent of a project, and what becomes of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxemu.core.messages import Message, spoken
from wxemu.deploy.collection import ACL, NAME, Collection, close_collection
from wxemu.deploy.declaration import Declaration
from wxemu.deploy.errors import DeployError
from wxemu.deploy.folder import make_packages
from wxemu.deploy.shipment import select_shipments
from wxemu.deploy.tcb import Tcb, find_command
from wxemu.deploy.tencent_cloud import TencentCloud
from wxemu.scf.project import CliOptions, load_project, template_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from wxemu.deploy.shipment import Shipment

    Tell = Callable[[Message], None]


@dataclass(frozen=True)
class Plan:
    """What is sent, and with what; `collection_env` is None where no collection is made."""

    folder: Path
    shipments: Sequence[Shipment]
    collection_env: str | None
    variables: Mapping[str, str]
    env: str | None

    def format_text(self) -> str:
        """It for a reader."""
        shown = [shipment.format_text() for shipment in self.shipments]
        if self.collection_env is not None:
            head = Message("collection {name} -> {env}", "集合 {name} -> {env}", name=NAME, env=self.collection_env)
            fate = Message(
                "to be made or kept, and closed to clients ({acl})", "将创建或保留，不对客户端开放（{acl}）", acl=ACL
            )
            shown.append(f"{spoken(head)}\n  {spoken(fate)}")
        return "\n".join([*shown, spoken(Message("Nothing was sent: a dry run.", "没有发送任何内容：这是试运行。"))])

    def document(self) -> dict[str, Any]:
        """It for `--json`."""
        collection = self.collection_env and {"name": NAME, "envId": self.collection_env, "acl": ACL, "made": None}
        functions = [{**shipment.document(), "answer": None} for shipment in self.shipments]
        return {"dryRun": True, "functions": functions, "collection": collection}


@dataclass(frozen=True)
class Deployment:
    """What was sent, and what each function answered to an empty event."""

    shipments: Sequence[Shipment]
    collection: Collection | None
    answers: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """It for `--json`."""
        functions = [{**sent.document(), "answer": self.answers[sent.spec.name]} for sent in self.shipments]
        return {"dryRun": False, "functions": functions, "collection": self.collection and self.collection.document()}


def make_plan(
    project: Path, folder: Path, names: Sequence[str], *, env: str | None, is_dry: bool, no_collection: bool, tell: Tell
) -> Plan:
    """Package a project, once nothing is in the way of its deployment; a dry run shows what is missing.

    :raises PackagingError: the functions cannot be packaged, or sent.
    :raises ProjectError: the project cannot be read.
    """
    options = CliOptions(env or "")
    variables = _check_project(project, options, names, is_dry=is_dry)
    made = make_packages(project, folder, tell, options, names)
    sent = select_shipments(made, names, env=env)
    collection_env = None if no_collection else next((one.env for one in sent if one.needs_collection), None)
    return Plan(made.folder, sent, collection_env, variables, env)


def _check_project(project: Path, options: CliOptions, names: Sequence[str], *, is_dry: bool) -> Mapping[str, str]:
    declared = load_project(project, os.environ, options).functions
    unknown = [name for name in names if name not in declared]
    if unknown:
        raise DeployError(
            Message(
                "cloudbaserc declares no function {unknown}; name one of {declared}",
                "cloudbaserc 没有声明云函数 {unknown}；请指定其中的云函数：{declared}",
                declared=list(declared),
                unknown=list(unknown),
            )
        )
    variables = template_variables(project, os.environ)
    missing = sorted(name for name in Declaration.read(project).variables if not variables.get(name))
    if is_dry:
        return variables
    if missing:
        file = project / ".env"
        # A copy would take away what the file has already, such as the WX_STORE_KEY of `wxemu init`.
        advice = (
            Message("fill it in", "请填写")
            if file.is_file()
            else Message("copy .env.example to .env and fill it in", "请把 .env.example 复制为 .env 并填写")
        )
        raise DeployError(
            Message(
                "{file} lacks {names}; {advice}",
                "{file} 缺少 {names}；{advice}",
                file=file,
                names=list(missing),
                advice=advice,
            )
        )
    find_command()
    return variables


def send(plan: Plan, *, tell: Tell, relay: Callable[[str], None]) -> Deployment:
    """Deploy each function, make their collection, then ask each.

    :param relay: hears what Tencent's CLI says.
    :raises DeployError: one was not deployed, or does not answer.
    """
    tcb = Tcb.find(plan.folder, plan.variables, env=plan.env, tell=relay)
    for shipment in plan.shipments:
        tell(Message("deploying {name}", "正在部署 {name}", name=shipment.spec.name))
        tcb.deploy(shipment.spec.name)
    collection = None
    if plan.collection_env is not None:  # after tcb, which has renewed its login
        tell(
            Message("making the collection {name}, closed to clients", "正在创建集合 {name}，不对客户端开放", name=NAME)
        )
        collection = close_collection(TencentCloud.signed_in, plan.collection_env)
    answers = {shipment.spec.name: tcb.invoke(shipment.spec.name, {}) for shipment in plan.shipments}
    return Deployment(plan.shipments, collection, answers)
