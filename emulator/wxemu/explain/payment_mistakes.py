"""What goes wrong with the signatures of virtual payment."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.mistakes import Mistake

_PAY_SIG: Final = Message(
    "pay_sig = hmac_sha256(AppKey as the key; as the message the path without its query, &, and the very bytes of the"
    " body), in lower-case hex.",
    "pay_sig = hmac_sha256(以 AppKey 为密钥；消息为不带查询串的路径、& 和请求体的原始字节)，结果为小写十六进制。",
)

PAYMENTS: Final = (
    Mistake(
        "pay_sig_missing",
        Message("There is no pay_sig in the URL.", "URL 中没有 pay_sig。"),
        Message("the query", "查询串"),
        _PAY_SIG,
    ),
    Mistake(
        "pay_sig_message",
        Message(
            "pay_sig was made of something else than the path, & and the body.",
            "计算 pay_sig 的消息不是“路径 + & + 请求体”。",
        ),
        Message(
            "the body alone, the whole address, the path without /, and all without &",
            "仅请求体、完整地址、不带开头 / 的路径，以及以上各种不带 & 的写法",
        ),
        _PAY_SIG,
    ),
    Mistake(
        "pay_sig_key",
        Message("pay_sig was made with another key than the AppKey.", "计算 pay_sig 的密钥不是 AppKey。"),
        Message(
            "the user's session_key, the AppSecret, the AppKeys of other apps",
            "用户的 session_key、AppSecret、其他应用的 AppKey",
        ),
        Message(
            "The AppKey is that of virtual payment; live and sandbox have one each.",
            "AppKey 指虚拟支付的 AppKey，现网与沙箱各有一个。",
        )
        + _PAY_SIG,
    ),
    Mistake(
        "pay_sig_unknown",
        Message(
            "The app's AppKey did not make that pay_sig in any of the usual ways.",
            "用该应用的 AppKey 按各种常见方式都得不到这个 pay_sig。",
        ),
        Message("the AppKey in all those ways together", "用 AppKey 尝试以上各种方式的组合"),
        Message(
            "Is app_key in the seed the AppKey that your server has?",
            "请确认种子文件中的 app_key 与服务器所用的 AppKey 一致。",
        )
        + _PAY_SIG,
    ),
    Mistake(
        "signed_with_app_key",
        Message(
            "The signature was made with the AppKey, which is pay_sig's.",
            "signature 用了 AppKey 计算，而 AppKey 只用于 pay_sig。",
        ),
        Message("the AppKey as the key", "以 AppKey 为密钥"),
        Message(
            "signature takes the user's session_key, pay_sig the AppKey.",
            "signature 用用户的 session_key，pay_sig 用 AppKey。",
        ),
    ),
    Mistake(
        "signed_with_path",
        Message(
            "The signature was made of the path and the body, as pay_sig is.",
            "signature 像 pay_sig 那样用路径和请求体计算了。",
        ),
        Message("the path, & and the body as the message", "以“路径 + & + 请求体”为消息"),
        Message(
            "signature takes the body alone, pay_sig the path, & and the body.",
            "signature 只对请求体签名，pay_sig 才对“路径 + & + 请求体”签名。",
        ),
    ),
    Mistake(
        "midas_recipe",
        Message(
            "The signature was made by the rule of midas, of the sorted members.",
            "signature 按 midas（米大师）的规则，用排序后的参数计算了。",
        ),
        Message("the members of the body as midas signs them", "按 midas 的规则对请求体的参数签名"),
        Message(
            "Only midas has that rule; here sign the very bytes of the body.",
            "只有 midas 接口使用该规则；这里应对请求体的原始字节签名。",
        ),
    ),
    Mistake(
        "midas_signature",
        Message(
            "The signature of midas is not that of the body's members.",
            "midas（米大师）签名与请求体的参数不符。",
        ),
        Message("the members of the body", "请求体的参数"),
        Message(
            "sig: sort the members but access_token, sig and mp_sig as name=value, join them with &, add"
            " &org_loc=PATH&method=POST&secret=APPKEY, and take hmac_sha256 with the AppKey as the key. mp_sig: the"
            " same with access_token and sig among the members, session_key= for secret=, and the session_key as the"
            " key.",
            "sig：将除 access_token、sig、mp_sig 外的参数按 name=value 排序，用 & 连接，再加上"
            " &org_loc=PATH&method=POST&secret=APPKEY，以 AppKey 为密钥计算 hmac_sha256。mp_sig：方法相同，但参数中"
            "包括 access_token 和 sig，secret= 换成 session_key=，并以 session_key 为密钥。",
        ),
    ),
)
