"""The collection of the functions' store: made before its first use, so that clients never reach what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, spoken
from wxemu.deploy.errors import DeployError
from wxemu.deploy.tencent_cloud import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.deploy.tencent_cloud import TencentCloud

NAME: Final = "wxcloud"
"""As the functions' `wxcloud.store.cloudbase` has it."""
ACL: Final = "ADMINONLY"
BY_HAND: Final = Message(
    "make the collection {name} in the environment's console, with the permission {acl} (nobody but administrators"
    " reads or writes), and deploy with --no-collection",
    "请在云开发控制台创建集合 {name}，权限设为 {acl}（仅管理端可读写），然后用 --no-collection 部署",
    name=NAME,
    acl=ACL,
)


@dataclass(frozen=True)
class Collection:
    """What became of it; `kept` says why it was not made: it is there already."""

    env: str
    kept: str = ""

    def format_text(self) -> str:
        """It for a reader."""
        made = Message("made", "已创建") if not self.kept else Message("kept ({why})", "保留（{why}）", why=self.kept)
        head = Message("collection {name} -> {env}", "集合 {name} -> {env}", name=NAME, env=self.env)
        closed = Message("{made}, closed to clients ({acl})", "{made}，不对客户端开放（{acl}）", made=made, acl=ACL)
        return f"{spoken(head)}\n  {spoken(closed)}"

    def document(self) -> Mapping[str, object]:
        """It for `--json`."""
        return {"name": NAME, "envId": self.env, "acl": ACL, "made": not self.kept}


def close_collection(sign_in: Callable[[], TencentCloud], env: str) -> Collection:
    """Make the collection if it is not there, and close it to clients; what is in it stays.

    That it is there is not read from an error's code, which is not documented: whatever CreateTable says, the
    collection is in order when its ACL can be set.

    :raises DeployError: it could not be closed.
    """
    try:
        cloud, kept = sign_in(), ""
        try:
            permission = {"EnvId": env, "AclTag": ACL}
            cloud.ask("CreateTable", EnvId=env, TableName=NAME, PermissionInfo=permission, **_find_instance(cloud, env))
        except RefusedError as refused:
            kept = str(refused)
        try:
            cloud.ask("ModifyDatabaseACL", EnvId=env, CollectionName=NAME, AclTag=ACL)
        except RefusedError as refused:
            reasons = tuple(filter(None, (kept, str(refused))))
            raise DeployError(Message("{reasons}", "{reasons}", reasons=reasons)) from None
    except DeployError as error:
        raise DeployError(
            Message(
                "the functions are deployed, but not their collection: {why}; {by_hand}",
                "云函数已部署，但集合没有：{why}；{by_hand}",
                why=error,
                by_hand=BY_HAND,
            )
        ) from None
    return Collection(env, kept)


def _find_instance(cloud: TencentCloud, env: str) -> Mapping[str, str]:
    """The environment's database, by which the CLI's own library makes collections [src]."""
    for found in cloud.ask("DescribeEnvs", EnvId=env).get("EnvList") or ():
        for database in found.get("Databases") or ():
            return {"Tag": database["InstanceId"]}
    return {}
