"""What is answered when a call of an openapi fails: errcode -> errmsg, once.

WeChatError
    WeChat refuses. It knows its errcode, WeChat's text for it, and (for our own eyes) the value that caused it.
CloudCallError
    The gateway of cloud calls refuses before WeChat is asked, or cannot serve.

Texts: the official return-code page and the tables of the endpoint pages [doc]; 40001 and 87007 (with its typo) as
real replies print them [field]; of 87016 to 87019, 87081 and 87082 only the meaning is known [doc], the words are ours
[inferred]. Codes that no rule of ours raises are here for programmed answers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADVICE = "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"

ERRMSG: Final[dict[int, str]] = {
    -1: "system error",
    40001: f"invalid credential, access_token is invalid or not latest, {_ADVICE}",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40006: "invalid meida size",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40066: "invalid url",
    40097: "invalid args",
    40101: "missing parameter",
    40125: "invalid appsecret",
    40159: "invalid length for path, or the data is not json string",
    40163: "code been used",
    40164: "invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist",
    40169: "invalid length for scene, or the data is not json string",
    40226: "code blocked",
    40234: "invalid signature",
    40243: "AppSecret frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    41009: "missing openid",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43003: "require https",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
    50002: "user limited",
    61010: "code is expired",
    76001: "rid not found",
    76002: "rid is error",
    76003: "could not query this rid,no permission",
    76004: "rid expired",
    76022: "could not use this cgi_path,no permission",
    85079: "miniprogram has no online release",
    85401: "time limit between 1min and 1year",
    87007: "session_key is not existd or expired",
    87008: "invalid sig_method",
    87009: "invalid signature",
    87010: "invalid buffer size",
    87014: "risky content",
    87016: "key-value pair too long",
    87017: "user storage too large",
    87018: "too many key-value pairs",
    87019: "key too long",
    87081: "invalid openid",
    87082: "invalid key",
    89503: "needs admin confirm",
    89506: "ip refused by admin for 24 hours",
    89507: "ip refused by admin for 1 hour",
    90010: "no session",
}

CLOUD_CALL_REFUSALS: Final = {
    -604100: "API not found",
    -604101: "function has no permission to call this API",
    -604102: "call open API timeout",
    -604103: "call open API system error",
    -604104: "illegal source of invocation",
}
"""The gateway's own refusals, with wx-server-sdk's texts [src]; -604102 and -604103 by a fault only."""
OVERLOADS: Final = {
    -501001: "resource system error",
    -501002: "resource server timeout",
    -501003: "exceed request limit",
    -501004: "exceed concurrent request limit",
}
"""What the gateway answers when it cannot serve, with wx-server-sdk's texts [src]; by a fault only."""
CLOUD_CALL_ERRMSG: Final = {**CLOUD_CALL_REFUSALS, **OVERLOADS}
"""What only a cloud call can be answered."""

DAILY_TOKEN_QUOTA_ERRMSG: Final = f"{ERRMSG[45009]}, {_ADVICE}"
"""45009 of GET /cgi-bin/token carries the advice of 40001 as well [field]."""


ANY_PATH: Final = "*"
"""In the setting ``refusals``, a path that is no openapi's."""


class WeChatError(Exception):
    """A call that WeChat refuses.

    :param errcode: a key of ``ERRMSG``.
    :param errmsg: the text on the wire, without rid suffix; by default the table's.
    :param value: the offending value as it came, for our journal only; never sent to the caller.
    :param members: what the answer has besides errcode and errmsg.
    """

    def __init__(
        self,
        errcode: int,
        *,
        errmsg: str | None = None,
        value: object = None,
        members: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.errcode = errcode
        self.errmsg = ERRMSG[errcode] if errmsg is None else errmsg
        self.value = value
        self.members = members
        super().__init__(f"{errcode} {self.errmsg}")

    def as_seen(self, refusals: Mapping[str, Mapping[str, Mapping[str, Any]]], api: str | None) -> WeChatError:
        """The refusal that WeChat was seen to give in the place of this one; by the setting ``refusals``."""
        seen = refusals.get(api or ANY_PATH, {}).get(str(self.errcode))
        if seen is None:
            return self
        return WeChatError(seen["errcode"], errmsg=seen["errmsg"], value=self.value, members=self.members)


class CloudCallError(Exception):
    """A cloud call that the gateway refuses, or cannot serve.

    :param errcode: a key of ``CLOUD_CALL_ERRMSG``.
    """

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        self.errmsg = CLOUD_CALL_ERRMSG[errcode]
        super().__init__(f"{errcode} {self.errmsg}")
