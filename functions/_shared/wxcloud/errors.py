"""What can go wrong, as one tree; every leaf ends as the `{errCode, errMsg}` a function returns.

    CloudError                    errCode, errMsg
    ├── WeChatError               WeChat answered with an errcode: its own code and text
    ├── CloudCallRefused          -604101 and the like: WeChat does not take the cloud call
    ├── GatewayError              -501001, -504002 ...: CloudBase's gateway refused, or a function behind it failed
    └── LocalError                refused or failed on our side; the text says what was expected and what came
        ├── InvalidParameter      -501007  a field of the event is missing or of the wrong form
        ├── InvalidContext        -501006  the invocation's context cannot be read
        ├── InvalidSource         -501008  this caller may not ask for this
        ├── ForeignOpenid         40003    the openid named belongs to somebody else
        ├── MissingOpenid         41009    nobody's openid: neither named nor the caller's
        ├── NoSession             87007    no session_key is kept for the user
        ├── InvalidSetting        -501009  a setting or a platform variable is absent or unusable
        ├── StoreFailure          -501001  the session store cannot be opened, read or written
        ├── ServerTimeout         -501002  WeChat, or the gateway, did not answer in time
        │   └── ConnectTimeout             nor let us connect: nothing was sent
        ├── NetworkFailure        -601003  the exchange failed
        │   ├── NotConnected               before anything was sent
        │   └── Disconnected               after sending, before the answer
        ├── BadAnswer             -604103  the answer is not what the API promises
        └── ApiNotFound           -604100  no API of that name can be called this way

The codes and their texts stand in `codes`. Which of them fits a failure of ours is [inferred]. No error ever carries a
secret, a token, a session_key or a URL.
"""

from __future__ import annotations

from typing import ClassVar

from wxcloud.codes import GATEWAY_CODES, worded


class CloudError(Exception):
    """A failure with the two facts a caller gets.

    `errMsg` is `<api>:fail <reason>` once the failing api is known, else the bare reason, as in wx-server-sdk.
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
        """This error as the failure of `api`; the first name given stays."""
        self._api = self._api or api
        return self

    def __str__(self) -> str:
        return f"errCode: {self.errCode} | errMsg: {self.errMsg}"


class WeChatError(CloudError):
    """WeChat answered `{"errcode": N, "errmsg": "..."}` with N not 0."""


class CloudCallRefused(CloudError):
    """WeChat answered a cloud call with one of the platform's own codes: it was not passed to the API at all."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, worded(errcode, errmsg))


class GatewayError(CloudError):
    """CloudBase's gateway answered `{"code": "FUNCTIONS_EXECUTE_FAIL", "message", "requestId"}`, or in no form at all.

    The number is the one that wx-server-sdk 3.0.4 gives to `code`. 4.0.2 has the same table; a defect of its inner SDK
    lets `callFunction` end with -1 instead, which is not imitated.
    """

    def __init__(self, message: str, *, code: str = "SYS_ERR", request_id: str = "") -> None:
        number = GATEWAY_CODES.get(code, GATEWAY_CODES["SYS_ERR"])
        super().__init__(number, worded(number, message))
        self.code = code
        self.message = message
        self.request_id = request_id

    def of_function(self) -> GatewayError:
        """The same error as `callFunction` words it, with the id by which the function's log is found."""
        message = f"requestID {self.request_id}, {self.message}" if self.request_id else self.message
        return GatewayError(message, code=self.code, request_id=self.request_id)


class LocalError(CloudError):
    """A failure found on our side; `detail` says what was expected and what came."""

    code: ClassVar[int]

    def __init__(self, detail: str) -> None:
        super().__init__(self.code, worded(self.code, detail))


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
