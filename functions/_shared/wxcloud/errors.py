"""The errors, as one tree, and their codes; a function returns each as `{errCode, errMsg}`.

    CloudError                    errCode, errMsg
    ├── WeChatError               WeChat answered with an errcode: its own code and text
    ├── CloudCallRefused          -604101 and the like: WeChat refuses the cloud call itself
    ├── GatewayError              -501001, -504002 ...: CloudBase's gateway refused, or the called function failed
    └── LocalError                refused or failed on our side; the text says what was expected and what came
        ├── InvalidParameter      -501007  a field of the event is missing or has the wrong form
        ├── InvalidContext        -501006  the invocation's context cannot be read
        ├── InvalidSource         -501008  this caller may not make this request
        ├── ForeignOpenid         40003    the openid belongs to another user
        ├── MissingOpenid         41009    the call names no openid, and the caller has none
        ├── NoSession             87007    no session_key is stored for the user
        ├── InvalidSetting        -501009  a setting or a platform variable is missing or unusable
        ├── StoreFailure          -501001  the store (WX_STORE) cannot be opened, read or written in time
        ├── DocumentNotFound      -1       no document has this _id
        ├── ServerTimeout         -501002  WeChat, or the gateway, did not answer in time
        │   └── ConnectTimeout             no connection in time: nothing was sent
        ├── NetworkFailure        -601003  the exchange failed
        │   ├── NotConnected               before anything was sent
        │   └── Disconnected               after sending, before the answer
        ├── BadAnswer             -604103  the answer has another form than the API promises
        └── ApiNotFound           -604100  no API of this name can be called this way

Which code stands for which LocalError is [inferred]. No error ever contains a secret, a token, a session_key or a URL.
"""

from __future__ import annotations

from typing import ClassVar

# wx-server-sdk 4.0.2's own codes below zero [src], WeChat's above [doc]; those used here.
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
    -502001: "database request fail",
    -502002: "database invalid command",
    -502003: "database permission denied",
    -502004: "database exceed collection limit",
    -502005: "database collection not exists",
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

# The `code` of a refusal by CloudBase's gateway. For all others (FUNCTION_NOT_FOUND, SIGN_PARAM_INVALID, ...)
# wx-server-sdk reports a system error.
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
    "DATABASE_REQUEST_FAILED": -502001,
    "DATABASE_INVALID_OPERRATOR": -502002,  # the platform's own spelling
    "DATABASE_PERMISSION_DENIED": -502003,
    "DATABASE_COLLECTION_EXCEED_LIMIT": -502004,
    "DATABASE_COLLECTION_NOT_EXIST": -502005,
    "FUNCTIONS_REQUEST_FAIL": -504001,
    "FUNCTIONS_EXECUTE_FAIL": -504002,
}


def reason_of(code: int, detail: str) -> str:
    """The reason of a failure with one of these codes: "-501001 resource system error. auth check failed".

    wx-server-sdk writes its own codes into the text, WeChat does not. The code's text is left out if `detail` begins
    with it.
    """
    text = TEXTS[code]
    reason = detail if detail.startswith(text) else ". ".join(filter(None, [text, detail]))
    return f"{code} {reason}" if code < 0 else reason


class CloudError(Exception):
    """A failure, with the two members that a caller gets.

    `errMsg` is `<api>:fail <reason>` once the failing api is known, else only the reason, as in wx-server-sdk.
    """

    def __init__(self, errCode: int, reason: str) -> None:
        super().__init__(errCode, reason)
        self.errCode = errCode
        self.reason = reason
        self._api: str | None = None

    @property
    def errMsg(self) -> str:
        return f"{self._api}:fail {self.reason}" if self._api else self.reason

    def failing(self, api: str) -> CloudError:
        """Mark this error as the failure of `api`, unless another api was named before; returns it."""
        self._api = self._api or api
        return self

    def __str__(self) -> str:
        return f"errCode: {self.errCode} | errMsg: {self.errMsg}"


class WeChatError(CloudError):
    """WeChat answered `{"errcode": N, "errmsg": "..."}` with N not 0."""


class CloudCallRefused(CloudError):
    """WeChat answered a cloud call with one of the platform's own codes: the call did not reach the API."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, reason_of(errcode, errmsg))


class GatewayError(CloudError):
    """CloudBase's gateway answered `{"code": "FUNCTIONS_EXECUTE_FAIL", "message", "requestId"}`, or in another form.

    The number for `code` is that of wx-server-sdk 3.0.4. 4.0.2 has the same table, but by a bug of its inner SDK
    `callFunction` ends with -1 instead, which is not imitated.
    """

    def __init__(self, message: str, *, code: str = "SYS_ERR", request_id: str = "") -> None:
        number = GATEWAY_CODES.get(code, GATEWAY_CODES["SYS_ERR"])
        super().__init__(number, reason_of(number, message))
        self.code = code
        self.message = message
        self.request_id = request_id

    def of_function(self) -> GatewayError:
        """The same error with the text of `callFunction`, which has the request id of the function's log."""
        message = f"requestID {self.request_id}, {self.message}" if self.request_id else self.message
        return GatewayError(message, code=self.code, request_id=self.request_id)


class LocalError(CloudError):
    """A failure on our side; `detail` says what was expected and what came."""

    code: ClassVar[int]

    def __init__(self, detail: str) -> None:
        super().__init__(self.code, reason_of(self.code, detail))


class InvalidParameter(LocalError):
    code = -501007


class InvalidContext(LocalError):
    code = -501006


class InvalidSource(LocalError):
    code = -501008


class ForeignOpenid(LocalError):
    code = 40003


class MissingOpenid(LocalError):
    code = 41009


class NoSession(LocalError):
    code = 87007


class InvalidSetting(LocalError):
    code = -501009


class StoreFailure(LocalError):
    code = -501001


class DocumentNotFound(CloudError):
    """`doc(id).get()` of a document that is not there, in wx-server-sdk's words [src]."""

    def __init__(self, reason: str) -> None:
        super().__init__(-1, reason)


class ServerTimeout(LocalError):
    code = -501002


class ConnectTimeout(ServerTimeout):
    pass


class NetworkFailure(LocalError):
    code = -601003


class NotConnected(NetworkFailure):
    pass


class Disconnected(NetworkFailure):
    pass


class BadAnswer(LocalError):
    code = -604103


class ApiNotFound(LocalError):
    code = -604100
