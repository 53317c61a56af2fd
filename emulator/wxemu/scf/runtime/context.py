"""What a function receives besides its event: environment variables, and the `context` of each invocation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime.identity import Identity
    from wxemu.scf.runtime.invocation import JSONValue

VERSION: Final = "$LATEST"
REGION: Final = "ap-shanghai"
# Tencent Cloud's account, which nothing here checks; the shapes are those of captures.
ACCOUNT_APPID: Final = "1250000000"
ACCOUNT_UIN: Final = "100000000001"


PLATFORM: Final = {
    "TENCENTCLOUD_RUNENV": "SCF",
    "TENCENTCLOUD_REGION": REGION,
    "TENCENTCLOUD_APPID": ACCOUNT_APPID,
    "TENCENTCLOUD_UIN": ACCOUNT_UIN,
}
"""Variables that every process of the platform has [doc]."""


def function_variables(spec: FunctionSpec, platform: Mapping[str, str]) -> dict[str, str]:
    """Return a function's variables: those that it declares, and over them the `platform`'s.

    Where a project declares WX_STORE_KEY, and nobody has made a key yet, session keys are stored as they are.
    """
    declared = {**spec.environment}
    if declared.get("WX_STORE_KEY") == "":
        declared["WX_STORE_KEY"] = "none"
    return {**declared, **platform}


def instance_environment(spec: FunctionSpec, env: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of an instance's process: the platform's names [doc] and the function's `variables`.

    Where an instance cannot have the platform's places, it puts the real folders into USER_CODE_ROOT and PYTHONPATH.
    """
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **variables,
        **PLATFORM,
        "SCF_FUNCTIONNAME": spec.name,
        "SCF_FUNCTIONVERSION": VERSION,
        "SCF_NAMESPACE": env,
        "SCF_RUNTIME": spec.runtime,
        "USER_CODE_ROOT": "/var/user/",
        "PYTHONPATH": "/var/user:/opt",
        "PYTHONDONTWRITEBYTECODE": "x",
    }


def invocation_context(
    spec: FunctionSpec, caller: Identity, variables: Mapping[str, str], request_id: str
) -> dict[str, JSONValue]:
    """Return the second argument of the handler, as captured on the platform [field].

    It holds the variables twice, as JSON text and joined by `;`; only the first is right if a value holds a `;`.
    """
    pairs = {"SCF_NAMESPACE": caller.env, **variables, **caller.variables(request_id)}
    return {
        "memory_limit_in_mb": spec.memory_megabytes,
        "time_limit_in_ms": spec.timeout_seconds * 1000,
        "request_id": request_id,
        "environment": json.dumps(pairs, ensure_ascii=False, separators=(",", ":")),
        "environ": ";".join(f"{name}={value}" for name, value in pairs.items()),
        "function_version": VERSION,
        "function_name": spec.name,
        "namespace": caller.env,
        "tencentcloud_region": REGION,
        "tencentcloud_appid": ACCOUNT_APPID,
        "tencentcloud_uin": ACCOUNT_UIN,
    }
