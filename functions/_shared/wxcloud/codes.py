"""Error codes and their texts: wx-server-sdk 4.0.2's own below zero [src], WeChat's above [doc]; those used here."""

from __future__ import annotations

TEXTS = {
    40003: "invalid openid",
    41009: "missing openid",
    87007: "session_key is not existd or expired",  # "existd" is WeChat's own spelling
    -501001: "resource system error",
    -501002: "resource server timeout",
    -501003: "exceed request limit",
    -501004: "exceed concurrent request limit",
    -501005: "invalid env",
    -501006: "invalid common parameters",
    -501007: "invalid parameters",
    -501008: "invalid request source",
    -501009: "resource not initialized",
    -504001: "functions request fail",
    -504002: "functions execute fail",
    -601001: "system error",
    -601002: "system args error",
    -601003: "system network error",
    -601004: "api permission denied",
    -604001: "cloudfunction result size exceed limit (1MB)",
    -604100: "API not found",
    -604101: "function has no permission to call this API",
    -604102: "call open API timeout",
    -604103: "call open API system error",
    -604104: "illegal source of invocation",
}

# The `code` of a refusal by CloudBase's gateway. wx-server-sdk knows no other (FUNCTION_NOT_FOUND, SIGN_PARAM_INVALID,
# ...) and calls each of them a system error.
GATEWAY_CODES = {
    "SYS_ERR": -501001,
    "SERVER_TIMEOUT": -501002,
    "EXCEED_REQUEST_LIMIT": -501003,
    "EXCEED_CONCURRENT_REQUEST_LIMIT": -501004,
    "INVALIID_ENV": -501005,  # the SDK's own spelling
    "INVALID_COMMON_PARAM": -501006,
    "INVALID_PARAM": -501007,
    "INVALID_REQUEST_SOURCE": -501008,
    "RESOURCE_NOT_INITIAL": -501009,
    "FUNCTIONS_REQUEST_FAIL": -504001,
    "FUNCTIONS_EXECUTE_FAIL": -504002,
}


def worded(code: int, detail: str) -> str:
    """The reason of a failure with one of these codes: "-501001 resource system error. auth check failed".

    wx-server-sdk writes its own codes into the text, WeChat does not. The text is not said again to a `detail` that
    begins with it.
    """
    text = TEXTS[code]
    said = detail if detail.startswith(text) else ". ".join(filter(None, [text, detail]))
    return f"{code} {said}" if code < 0 else said
