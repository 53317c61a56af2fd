"""What an invocation is lent: from its context, and where that is silent from the instance."""

import pytest

from wxcloud.context import Context
from wxcloud.errors import InvalidContext, InvalidSetting
from wxcloud.transport.grant import Grant
from wxcloud.transport.signature import Credentials

PAIR = {"TENCENTCLOUD_SECRETID": "id", "TENCENTCLOUD_SECRETKEY": "key"}
OLD = {"TENCENTCLOUD_SECRETID": "old-id", "TENCENTCLOUD_SECRETKEY": "old-key", "TENCENTCLOUD_SESSIONTOKEN": "old-token"}
SCF = {"TENCENTCLOUD_RUNENV": "SCF"}
REGION = {"TENCENTCLOUD_REGION": "ap-shanghai"}


def grant(context=None, environ=None):
    return Grant(Context(context or {}), environ or {})


@pytest.mark.parametrize(
    ("context", "environ", "url"),
    [
        ({"TCB_CONTEXT_CNFG": '{"URL":"http://a:1/admin"}'}, {}, "http://a:1/admin"),
        ({}, {"TCB_CONTEXT_CNFG": '{"URL":"https://b/admin"}'}, "https://b/admin"),
        (
            {"TCB_CONTEXT_CNFG": '{"URL":"http://a/admin"}'},
            {"TCB_CONTEXT_CNFG": '{"URL":"http://b/admin"}'},
            "http://a/admin",
        ),
        (
            {"TCB_ENV": "env-demo"},
            {**SCF, **REGION},
            "http://env-demo.internal.ap-shanghai.tcb-api.tencentcloudapi.com/admin",
        ),
        ({"TCB_ENV": "env-demo"}, REGION, "https://env-demo.ap-shanghai.tcb-api.tencentcloudapi.com/admin"),
        ({}, {"SCF_NAMESPACE": "env-demo"}, "https://env-demo.tcb-api.tencentcloudapi.com/admin"),
        ({"TCB_ENV": "env-demo"}, SCF, "http://env-demo.internal.tcb-api.tencentcloudapi.com/admin"),
        ({"TCB_ENV": "evil.example/"}, REGION, "https://ap-shanghai.tcb-api.tencentcloudapi.com/admin"),
        ({"TCB_CONTEXT_CNFG": '{"other":1}'}, {}, "https://tcb-api.tencentcloudapi.com/admin"),
        ({"TCB_CONTEXT_CNFG": '{"URL":""}'}, {}, "https://tcb-api.tencentcloudapi.com/admin"),
    ],
)
def test_the_gateway_is_the_configured_one_or_the_environments_own(context, environ, url):
    assert grant(context, environ).url == url


@pytest.mark.parametrize(
    "config",
    [
        "http://a/admin",
        '"http://a/admin"',
        "[]",
        "null",
        "[" * 100_000,
        '{"URL":7}',
        '{"URL":"a/admin"}',
        '{"URL":"ftp://a/admin"}',
        '{"URL":"http://a/admin?x=1"}',
        '{"URL":"http://a/admin?"}',
        '{"URL":"http://a/admin#x"}',
        '{"URL":"http://[::1"}',
    ],
    ids=lambda config: config[:30],
)
def test_an_unusable_address_is_named_and_not_replaced_by_the_default(config):
    with pytest.raises(InvalidSetting, match="TCB_CONTEXT_CNFG"):
        _ = grant({"TCB_CONTEXT_CNFG": config}).url


@pytest.mark.parametrize(
    ("context", "environ", "credentials"),
    [
        (PAIR, {}, Credentials("id", "key", "")),
        ({**PAIR, "TENCENTCLOUD_SESSIONTOKEN": "token"}, OLD, Credentials("id", "key", "token")),
        (PAIR, OLD, Credentials("id", "key", "")),
        ({}, OLD, Credentials("old-id", "old-key", "old-token")),
        ({"TENCENTCLOUD_SECRETID": "id"}, OLD, Credentials("old-id", "old-key", "old-token")),
        ({"TENCENTCLOUD_SECRETKEY": "key", "TENCENTCLOUD_SESSIONTOKEN": "token"}, PAIR, Credentials("id", "key", "")),
    ],
)
def test_credentials_come_whole_from_the_context_or_else_from_the_instance(context, environ, credentials):
    assert grant(context, environ).credentials == credentials


def test_credentials_that_the_platform_renews_in_the_instance_are_the_ones_used():
    environ = dict(OLD)
    lent = grant({}, environ)
    environ.update(PAIR)
    assert lent.credentials == Credentials("id", "key", "old-token")


def test_missing_credentials_are_named():
    with pytest.raises(InvalidSetting, match="TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY") as refused:
        _ = grant({"TENCENTCLOUD_SECRETID": "id"}).credentials
    assert refused.value.errCode == -501009


def test_a_token_that_is_no_text_cannot_be_read():
    with pytest.raises(InvalidContext, match="WX_API_TOKEN"):
        _ = grant({"WX_API_TOKEN": 7}).wx_api_token


def test_a_grant_keeps_its_values_to_itself():
    assert repr(grant({"WX_API_TOKEN": "t0ken"}, OLD)) == "Grant()"
