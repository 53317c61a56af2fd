"""CloudBase's actions for the collections of its document database (tcb, version 2018-06-08): made, and closed.

Parameters and members [src: tencentcloud-sdk-python-tcb 3.1.195].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxemu.cloudbase.database import collections
from wxemu.tencentcloud.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.tencentcloud.call import Call
    from wxemu.tencentcloud.codec import Parameters


def create_table(call: Call) -> Mapping[str, Any]:
    """Make a collection.

    :raises ApiError: InvalidParameterValue; DatabaseError: it is there, or cannot have this name.
    """
    name, env = call.parameters.text("TableName"), call.env("EnvId")
    permission = call.parameters.nested("PermissionInfo")
    acl = collections.ACLS[0] if permission is None else _acl(permission)
    with call.world.transaction():
        collections.create(call.world, env=env, name=name, acl=acl)
    return {}


def describe_database_acl(call: Call) -> Mapping[str, Any]:
    """Who may use a collection.

    :raises CollectionNotExistError: there is none.
    """
    name, env = call.parameters.text("CollectionName"), call.env("EnvId")
    with call.world.transaction():
        return {"AclTag": collections.require(call.world, env=env, name=name)}


def modify_database_acl(call: Call) -> Mapping[str, Any]:
    """Say who may use a collection.

    :raises ApiError: InvalidParameterValue; CollectionNotExistError: there is none.
    """
    name, env = call.parameters.text("CollectionName"), call.env("EnvId")
    acl = _acl(call.parameters)
    with call.world.transaction():
        collections.change_acl(call.world, env=env, name=name, acl=acl)
    return {}


def _acl(parameters: Parameters) -> str:
    acl = parameters.text("AclTag")
    if acl not in collections.ACLS:  # CUSTOM, with rules of one's own, is one on the platform
        raise ApiError("InvalidParameterValue", f"AclTag: expected one of {', '.join(collections.ACLS)}.")
    return acl
