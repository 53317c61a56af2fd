"""What a Python function sees on SCF, told without any secret; and the signatures of Tencent Cloud.

It is deployed as this one file, so that it stands on Python's own library alone. The suite signs with it too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM = "TC3-HMAC-SHA256"
GATEWAY_SIGNED = ("content-type", "host", "x-tcb-source")
SOURCE = "wx_client,scf"
NOT_TOLD = ("WX_APPID", "WX_SECRET", "WX_API_BASE", "WX_UNIONID")
"""Variables that functions may have of their own, and one that not every user has."""
_had_user = False


def main(event: dict[str, Any], context: dict[str, Any]) -> Any:
    """Do what ``event["ask"]`` names."""
    ask = event.get("ask")
    if ask == "raise":
        raise ValueError("asked for")
    if ask == "exit":
        sys.exit(1)
    if ask == "sleep":
        time.sleep(10)
    if ask == "cloud":
        return call_wechat(pairs_of(context), event.get("openid"))
    return {"nan": float("nan"), "text": '{"a":1}'}[ask] if ask in ("nan", "text") else facts(event, context)


def facts(event: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Names, and whether values agree; no value that is anybody's."""
    global _had_user  # noqa: PLW0603 - that an instance is used again shows in nothing else
    pairs = pairs_of(context)
    left_over = "nobody was here" if not _had_user else "leak" if "WX_OPENID" in os.environ else "clear"
    _had_user = _had_user or "WX_OPENID" in pairs
    user = event.get("userInfo") or {}
    return {
        "contextKeys": sorted(context),
        "environment": describe(context.get("environment")),
        "environ": describe(context.get("environ")),
        "wxKeys": sorted(name for name in pairs if name.startswith("WX_") and name not in NOT_TOLD),
        "tcbKeys": sorted(name for name in pairs if name.startswith("TCB_")),
        "wxContextKeys": pairs.get("WX_CONTEXT_KEYS", ""),
        "triggerSrc": pairs.get("TRIGGER_SRC", ""),
        "tcbSource": pairs.get("TCB_SOURCE", ""),
        "openidIsTheUsers": bool(pairs.get("WX_OPENID")) and pairs.get("WX_OPENID") == user.get("openId"),
        "hasApiToken": bool(pairs.get("WX_API_TOKEN")),
        "clientIpv6": pairs.get("WX_CLIENTIPV6", "")[:7],
        "seqIdIsTheRequestId": pairs.get("TCB_SEQID") == context.get("request_id"),
        "leftOver": left_over,
        "workingFolder": os.getcwd(),  # noqa: PTH109 - as it is, whatever Path makes of it
        "home": os.environ.get("HOME", ""),
        "homeIsThere": os.path.isdir(os.environ.get("HOME", "/nowhere")),  # noqa: PTH112
        "codeIsReadOnly": not os.access("/var/user", os.W_OK),
        "hoursFromUtc": -time.timezone // 3600,
    }


def describe(value: object) -> str:
    """The form of a member of the context."""
    if not isinstance(value, str):
        return type(value).__name__
    return "JSON text" if value.startswith("{") else "text with =" if "=" in value else "text"


def pairs_of(context: Mapping[str, Any]) -> dict[str, str]:
    """The pairs that come with the invocation, from the newer member or from the older one."""
    environment, environ = context.get("environment"), context.get("environ")
    if isinstance(environment, str) and environment.startswith("{"):
        return {str(name): str(value) for name, value in json.loads(environment).items()}
    texts = environ.split(";") if isinstance(environ, str) else []
    return {name: value for name, _, value in (text.partition("=") for text in texts) if name}


def call_wechat(pairs: Mapping[str, str], openid: str | None) -> dict[str, Any]:
    """A cloud call from Python, of a signature that cannot be genuine: the codes that are answered, or what failed.

    It is for ``openid``, or else for the user who has called.
    """
    every = {**os.environ, **pairs}
    env = every.get("TCB_ENV") or every.get("SCF_NAMESPACE", "")
    configured = json.loads(every.get("TCB_CONTEXT_CNFG") or "{}").get("URL")
    region = every.get("TENCENTCLOUD_REGION", "")
    address = configured or f"http://{env}.internal.{region}.tcb-api.tencentcloudapi.com/admin"
    wanted = {"openid": openid or pairs.get("WX_OPENID", ""), "json_string": "{}", "json_signature": "AAAA"}
    parameters = {
        "action": "wx.api",
        "apiName": "soter.verifySignature",
        "requestData": json.dumps(wanted),
        "envName": env,
        "wxCloudApiToken": pairs.get("WX_API_TOKEN", ""),
        "sessionToken": every.get("TENCENTCLOUD_SESSIONTOKEN", ""),
    }
    url = f"{address}?env={env}&seqId=1_1"
    headers = sign_for_gateway(
        url,
        parameters,
        every.get("TENCENTCLOUD_SECRETID", ""),
        every.get("TENCENTCLOUD_SECRETKEY", ""),
        at=int(time.time()),
    )
    try:
        with urlopen(Request(url, json.dumps(parameters).encode(), headers), timeout=5) as answer:  # noqa: S310
            members = json.loads(answer.read())
    except (OSError, ValueError) as error:
        return {"failed": type(error).__name__}
    data = json.loads((members.get("data") or {}).get("responseData") or "{}")
    has_rid = "rid: " in data.get("errmsg", "")
    return {"code": members.get("code", ""), "errcode": data.get("errcode", 0), "hasRid": has_rid}


def sign_for_gateway(
    url: str, parameters: Mapping[str, Any], secret_id: str, secret_key: str, *, at: int
) -> dict[str, str]:
    """The headers of a POST to CloudBase's gateway, whose signature is over parameters instead of a body [src]."""
    headers = {"content-type": "application/json", "host": urlsplit(url).netloc, "x-tcb-source": SOURCE}
    texts = {
        name.lower(): value.strip()
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in parameters.items()
    }
    names = sorted(name for name, text in texts.items() if text)
    canonical = [
        "post",
        url.partition(":")[2].partition("?")[0],
        urlsplit(url).query,
        *(f"{name}:{headers[name]}" for name in GATEWAY_SIGNED),
        "",
        ";".join(GATEWAY_SIGNED),
        _sha256("".join(f"&{name}={texts[name]}\r\n" for name in names)),
    ]
    scope, signature = _sign(secret_key, "\n".join(canonical), at=at, service="tcb")
    signed = f"SignedParams={';'.join(names)}, SignedHeaders={';'.join(GATEWAY_SIGNED)}"
    return {
        "Host": headers["host"],
        "Content-Type": headers["content-type"],
        "X-TCB-Source": SOURCE,
        "X-Timestamp": str(at),
        "X-Signature-Expires": "600",
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, {signed}, Signature={signature}",
    }


def sign_for_cloud(url: str, body: str, secret_id: str, secret_key: str, *, at: int, service: str) -> dict[str, str]:
    """The headers of a POST to Tencent Cloud's API: signature v3 [doc]."""
    host = urlsplit(url).netloc
    lines = f"content-type:application/json\nhost:{host}\n"
    canonical = f"POST\n/\n\n{lines}\ncontent-type;host\n{_sha256(body)}"
    scope, signature = _sign(secret_key, canonical, at=at, service=service)
    return {
        "Host": host,
        "Content-Type": "application/json",
        "X-TC-Timestamp": str(at),
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, "
        f"Signature={signature}",
    }


def _sign(secret_key: str, canonical: str, *, at: int, service: str) -> tuple[str, str]:
    date = time.strftime("%Y-%m-%d", time.gmtime(at))
    scope = f"{date}/{service}/tc3_request"
    key = f"TC3{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{_sha256(canonical)}"
    return scope, hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
