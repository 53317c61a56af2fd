"""Collections of the document database are made and closed through Tencent Cloud's API, as a deployment does it."""

from __future__ import annotations

import pytest
from node_sdk import NodeSdk
from tencent_cloud import RefusedError

ORDERS = {"EnvId": "env-demo", "CollectionName": "orders"}


@pytest.fixture
def create(cloud):
    return lambda name="orders", **members: cloud.tcb("CreateTable", EnvId="env-demo", TableName=name, **members)


def acl(cloud):
    return cloud.tcb("DescribeDatabaseACL", **ORDERS)["AclTag"]


def test_a_collection_that_is_made_takes_documents(cloud, create, http, tenant):
    create(PermissionInfo={"AclTag": "ADMINONLY"})
    assert acl(cloud) == "ADMINONLY"
    sdk = NodeSdk(http, tenant.secret_id, tenant.secret_key)
    added = sdk.ask("database.insertDocument", collectionName="orders", data=['{"_id":"a"}'])
    assert added["data"] == {"insertedIds": ["a"]}


def test_one_is_closed_afterwards(cloud, create):
    create()
    assert acl(cloud) == "PRIVATE"
    cloud.tcb("ModifyDatabaseACL", **ORDERS, AclTag="ADMINONLY")
    assert acl(cloud) == "ADMINONLY"


def test_that_of_another_account_is_none_of_this_one_s(cloud, other_cloud, create):
    create()
    with pytest.raises(RefusedError) as refused:
        other_cloud.tcb("ModifyDatabaseACL", **ORDERS, AclTag="READONLY")
    assert refused.value.code == "ResourceNotFound.Namespace"
    assert acl(cloud) == "PRIVATE"


@pytest.mark.parametrize(
    ("action", "members", "code"),
    [
        ("CreateTable", {"TableName": "orders"}, "ResourceUnavailable.ResourceExist"),
        ("CreateTable", {"TableName": "$"}, "InvalidParameterValue"),
        ("CreateTable", {"TableName": "new", "PermissionInfo": {"AclTag": "CUSTOM"}}, "InvalidParameterValue"),
        ("CreateTable", {}, "MissingParameter"),
        ("ModifyDatabaseACL", {"CollectionName": "orders", "AclTag": "OPEN"}, "InvalidParameterValue"),
        ("ModifyDatabaseACL", {"CollectionName": "orders"}, "MissingParameter"),
        ("ModifyDatabaseACL", {"CollectionName": "none", "AclTag": "PRIVATE"}, "ResourceNotFound"),
        ("DescribeDatabaseACL", {"CollectionName": "none"}, "ResourceNotFound"),
    ],
)
def test_what_cannot_be_done_is_refused(cloud, create, action, members, code):
    create()
    with pytest.raises(RefusedError) as refused:
        cloud.tcb(action, EnvId="env-demo", **members)
    assert refused.value.code == code
    assert acl(cloud) == "PRIVATE"
