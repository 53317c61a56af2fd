"""What can go wrong, as one tree; every leaf ends as the `{errCode, errMsg}` a function returns.

    CloudError                    errCode, errMsg
    ├── WeChatError               WeChat answered with an errcode: its own code and text
    └── LocalError                refused or failed on our side; the text says what was expected and what came
        ├── InvalidParameter      -501007  a field of the event is missing or of the wrong form
        ├── InvalidContext        -501006  the invocation's context cannot be read
        ├── InvalidSource         -501008  this caller may not ask for this
        ├── ForeignOpenid         40003    the openid named belongs to somebody else
        ├── MissingOpenid         41009    nobody's openid: neither named nor the caller's
        ├── NoSession             87007    no session_key is kept for the user
        ├── InvalidSetting        -501009  a WX_* setting is absent or unusable
        ├── StoreFailure          -501001  the session store cannot be opened, read or written
        ├── ServerTimeout         -501002  WeChat did not answer in time
        │   └── ConnectTimeout             nor let us connect: nothing was sent
        ├── NetworkFailure        -601003  the exchange with WeChat failed
        │   ├── NotConnected               before anything was sent
        │   └── Disconnected               after sending, before the answer
        ├── BadAnswer             -604103  the answer is not what the API promises
        └── ApiNotFound           -604100  no API of that name can be called this way

Codes below zero and their texts are wx-server-sdk's own table (4.0.2); codes above zero are WeChat's. Which of them
fits a failure of ours is [inferred]. No error ever carries a secret, a token, a session_key or a URL.
"""

from __future__ import annotations

from typing import ClassVar


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


class LocalError(CloudError):
    """A failure found on our side; `detail` says what was expected and what came."""

    code: ClassVar[int]
    text: ClassVar[str]

    def __init__(self, detail: str) -> None:
        # wx-server-sdk writes its own codes into the text ("-501001 resource system error. auth check failed"),
        # WeChat does not write its codes there.
        text = f"{self.code} {self.text}" if self.code < 0 else self.text
        super().__init__(self.code, f"{text}. {detail}")


class InvalidParameter(LocalError):
    code, text = -501007, "invalid parameters"


class InvalidContext(LocalError):
    code, text = -501006, "invalid common parameters"


class InvalidSource(LocalError):
    code, text = -501008, "invalid request source"


class ForeignOpenid(LocalError):
    code, text = 40003, "invalid openid"


class MissingOpenid(LocalError):
    code, text = 41009, "missing openid"


class NoSession(LocalError):
    code, text = 87007, "session_key is not existd or expired"  # "existd" is WeChat's own spelling


class InvalidSetting(LocalError):
    code, text = -501009, "resource not initialized"


class StoreFailure(LocalError):
    code, text = -501001, "resource system error"


class ServerTimeout(LocalError):
    code, text = -501002, "resource server timeout"


class ConnectTimeout(ServerTimeout):
    pass


class NetworkFailure(LocalError):
    code, text = -601003, "system network error"


class NotConnected(NetworkFailure):
    pass


class Disconnected(NetworkFailure):
    pass


class BadAnswer(LocalError):
    code, text = -604103, "call open API system error"


class ApiNotFound(LocalError):
    code, text = -604100, "API not found"
