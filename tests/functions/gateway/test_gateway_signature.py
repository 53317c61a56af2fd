"""The signature against recordings of the official SDK, and against a check that was written apart from it."""

import dataclasses
import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxcloud.transport.signature import Credentials, authorization

CREDENTIALS = Credentials("AKIDlocal", "local-secret-key", "local-session-token")
SDK = {
    "content-type": "application/json",
    "User-Agent": "tcb-node-sdk/3.18.3",
    "X-TCB-Source": "wx_client,scf",
    "X-SDK-Version": "tcb-node-sdk/3.18.3",
    "Host": "127.0.0.1:39111",
    "X-TCB-Region": "ap-shanghai",
}
COMMON = {
    "envName": "env-demo",
    "wxCloudApiToken": "tok-abc",
    "tcb_sessionToken": "",
    "sessionToken": "local-session-token",
    "crossAuthorizationToken": "",
}
SIGNED = "content-type;host;user-agent;x-client-timestamp;x-sdk-version;x-tcb-region;x-tcb-source"


@dataclasses.dataclass(frozen=True)
class Recording:
    url: str
    headers: dict
    parameters: dict
    timestamp: int
    authorization: str

    def as_sent(self, **changes):
        """The request as a server sees it."""
        address = urlsplit(self.url)
        headers = {**self.headers, "X-Timestamp": str(self.timestamp), "Authorization": self.authorization}
        target, body = f"{address.path}?{address.query}", self.parameters
        sent = {"headers": headers, "target": target, "json": body, **changes}
        return SimpleNamespace(**sent)


# Sent by @cloudbase/node-sdk 3.18.3 itself, callWxOpenApi and callFunction.
OPENAPI = Recording(
    url="http://127.0.0.1:39111/admin?env=env-demo&seqId=1a1f9b18f92_1",
    headers={**SDK, "X-Client-Timestamp": "1795190525841"},
    parameters={
        "action": "wx.api",
        "apiName": "soter.verifySignature",
        "requestData": r'{"openid":"oABC","json_string":"{\"raw\":\"订单\\/1\"}","json_signature":"SIG+/="}',
        **COMMON,
    },
    timestamp=1795190524,
    authorization=(
        "TC3-HMAC-SHA256 Credential=AKIDlocal/2026-11-20/tcb/tc3_request, "
        f"SignedParams=action;apiname;envname;requestdata;sessiontoken;wxcloudapitoken, SignedHeaders={SIGNED}, "
        "Signature=036f32a82433f7deb20ec33777ac6e21b6417740996633b375a11c5c2b71a916"
    ),
)
FUNCTION = Recording(
    url="http://127.0.0.1:39111/admin?env=env-demo&seqId=1a1f9b18fa4_2",
    headers={**SDK, "X-Client-Timestamp": "1795190525860"},
    parameters={
        "action": "functions.invokeFunction",
        "function_name": "verifySignature",
        "request_data": '{"a":1,"s":"中"}',
        **COMMON,
    },
    timestamp=1795190524,
    authorization=(
        "TC3-HMAC-SHA256 Credential=AKIDlocal/2026-11-20/tcb/tc3_request, "
        "SignedParams=action;envname;function_name;request_data;sessiontoken;wxcloudapitoken, "
        f"SignedHeaders={SIGNED}, Signature=0bf7d3f80a701bd5732559a64728cba8a868ac7f28b39a45cda0b47dffaca370"
    ),
)
# Computed by @cloudbase/signature-nodejs 2.2.0: default hosts, mixed case, blanks, empty values, wide characters.
PUBLIC = Recording(
    url="https://env-demo.ap-shanghai.tcb-api.tencentcloudapi.com/admin?env=env-demo&seqId=7-1a_1",
    headers={
        "Host": "env-demo.ap-shanghai.tcb-api.tencentcloudapi.com",
        "content-type": "application/json",
        "User-Agent": "Mixed/Case",
        "X-TCB-Source": ",unknown",
    },
    parameters={
        **COMMON,
        "action": "wx.api",
        "apiName": "a.B",
        "requestData": "{}",
        "wxCloudApiToken": "",
        "tcb_sessionToken": "tcb",
        "sessionToken": "",
    },
    timestamp=1700000000,
    authorization=(
        "TC3-HMAC-SHA256 Credential=AKIDlocal/2023-11-14/tcb/tc3_request, "
        "SignedParams=action;apiname;envname;requestdata;tcb_sessiontoken, "
        "SignedHeaders=content-type;host;user-agent;x-tcb-source, "
        "Signature=8f93e0ee3488470ebdd77e6142521f49a1cfffab019604559a8b9698c0bf41f4"
    ),
)
INTERNAL = Recording(
    url="http://env-demo.internal.ap-shanghai.tcb-api.tencentcloudapi.com/admin?env=env-demo&seqId=1",
    headers={
        "Host": "env-demo.internal.ap-shanghai.tcb-api.tencentcloudapi.com",
        "content-type": "application/json",
        "X-SDK-Version": " padded ",
    },
    parameters={
        "action": "functions.invokeFunction",
        "function_name": " spaced ",
        "request_data": '{"text":"订单 😀\\n\\ud800"}',
        "envName": "env-demo",
        "sessionToken": "T+/=",
    },
    timestamp=1582934399,
    authorization=(
        "TC3-HMAC-SHA256 Credential=AKIDlocal/2020-02-28/tcb/tc3_request, "
        "SignedParams=action;envname;function_name;request_data;sessiontoken, "
        "SignedHeaders=content-type;host;x-sdk-version, "
        "Signature=e1da49f030e4670c20080074d98750ebbbb30d5f422baff6b1bdb65cec994ff1"
    ),
)


@pytest.mark.parametrize("recording", [OPENAPI, FUNCTION, PUBLIC, INTERNAL], ids=lambda known: known.url[:30])
def test_the_official_sdks_signatures_are_reproduced(recording):
    signed = authorization(
        CREDENTIALS,
        url=recording.url,
        headers=recording.headers,
        parameters=recording.parameters,
        timestamp=recording.timestamp,
    )
    assert signed == recording.authorization


@pytest.mark.parametrize("recording", [OPENAPI, FUNCTION])
def test_the_stand_ins_check_accepts_what_the_official_sdk_sent(recording, check_signature):
    assert check_signature(recording.as_sent()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"target": "/admin?env=env-demo&seqId=another"},
        {"target": "/web?env=env-demo&seqId=1a1f9b18f92_1"},
        {"json": {**OPENAPI.parameters, "requestData": "{}"}},
        {"json": {**OPENAPI.parameters, "tcb_sessionToken": "added"}},
        {"headers": {**OPENAPI.as_sent().headers, "X-TCB-Source": "wx_devtools,scf"}},
        {"headers": {**OPENAPI.as_sent().headers, "X-Timestamp": "1795190525"}},
        {"headers": {**OPENAPI.as_sent().headers, "Host": "127.0.0.1:39112"}},
        {"headers": OPENAPI.headers},
    ],
)
def test_the_stand_ins_check_refuses_any_change(change, check_signature):
    assert check_signature(OPENAPI.as_sent(**change)) is not None


@given(
    values=st.lists(st.text(st.characters(codec="utf-8")), min_size=8, max_size=8),
    timestamp=st.integers(0, 4_000_000_000),
)
def test_any_parameters_pass_a_check_that_was_written_apart(values, timestamp, check_signature):
    parameters = dict(zip(OPENAPI.parameters, values, strict=True)) | {"action": "wx.api"}
    signed = authorization(
        CREDENTIALS, url=OPENAPI.url, headers=OPENAPI.headers, parameters=parameters, timestamp=timestamp
    )
    sent = dataclasses.replace(OPENAPI, parameters=parameters, timestamp=timestamp, authorization=signed)
    assert check_signature(sent.as_sent()) is None


def test_another_key_gives_another_signature():
    made = [
        authorization(
            Credentials("AKIDlocal", key, ""),
            url=OPENAPI.url,
            headers=OPENAPI.headers,
            parameters=OPENAPI.parameters,
            timestamp=OPENAPI.timestamp,
        )
        for key in ("local-secret-key", "local-secret-kez")
    ]
    assert made[0] != made[1]
    assert "local-secret" not in json.dumps(made)


def test_credentials_keep_their_values_to_themselves():
    assert repr(CREDENTIALS) == "Credentials()"
