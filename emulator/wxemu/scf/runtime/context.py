"""The `context` of an invocation, the second argument of its handler."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.scf.runtime.environment import ACCOUNT_APPID, ACCOUNT_UIN, REGION, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime.identity import Identity
    from wxemu.scf.runtime.invocation import JSONValue


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
