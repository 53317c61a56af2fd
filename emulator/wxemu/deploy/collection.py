"""The collection of the functions' store: made before its first use, so that clients never reach what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.deploy.errors import DeployError
from wxemu.deploy.tencent_cloud import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.deploy.tencent_cloud import TencentCloud

NAME: Final = "wxcloud"
"""As the functions' `wxcloud.store.cloudbase` has it."""
ACL: Final = "ADMINONLY"
BY_HAND: Final = (
    f"make the collection {NAME} in the environment's console, with the permission {ACL} (nobody but administrators"
    " reads or writes), and deploy with --no-collection"
)


@dataclass(frozen=True)
class Collection:
    """What became of it; `kept` says why it was not made: it is there already."""

    env: str
    kept: str = ""

    def format_text(self) -> str:
        """It for a reader."""
        made = f"kept ({self.kept})" if self.kept else "made"
        return f"collection {NAME} -> {self.env}\n  {made}, closed to clients ({ACL})"

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
            raise DeployError("; ".join(filter(None, (kept, str(refused))))) from None
    except DeployError as error:
        raise DeployError(f"the functions are deployed, but not their collection: {error}; {BY_HAND}") from None
    return Collection(env, kept)


def _find_instance(cloud: TencentCloud, env: str) -> Mapping[str, str]:
    """The environment's database, by which the CLI's own library makes collections [src]."""
    for found in cloud.ask("DescribeEnvs", EnvId=env).get("EnvList") or ():
        for database in found.get("Databases") or ():
            return {"Tag": database["InstanceId"]}
    return {}
