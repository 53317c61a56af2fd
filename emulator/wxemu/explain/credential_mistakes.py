"""What goes wrong with tokens, secrets, permissions and quotas."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.mistakes import Mistake

CREDENTIALS: Final = (
    Mistake(
        "token_in_body",
        Message(
            "The access_token stands in the body, where nobody looks for it.",
            "access_token 放在了请求体中，接口不会从那里读取。",
        ),
        Message("the body", "请求体"),
        Message(
            "Put it into the URL: ?access_token=... also of a POST.",
            "请放在 URL 中：?access_token=...，POST 请求也是如此。",
        ),
    ),
    Mistake(
        "token_missing",
        Message("There is no access_token in the URL.", "URL 中没有 access_token。"),
        Message("the query", "查询串"),
        Message("Put it into the URL: ?access_token=...", "请放在 URL 中：?access_token=..."),
    ),
    Mistake(
        "token_replaced",
        Message(
            "The access_token was replaced: another call has fetched a new one since.",
            "access_token 已失效：之后又有一次调用获取了新的凭证。",
        ),
        Message("the tokens that were issued to the app", "已发给该应用的 access_token"),
        Message(
            "Let one server fetch the token for all; or use auth.getStableAccessToken, which gives all the same one.",
            "请由一台中控服务器统一获取 access_token；或使用 auth.getStableAccessToken，各处得到的是同一个凭证。",
        ),
    ),
    Mistake(
        "token_expired",
        Message("The access_token has lived its 7200 seconds.", "access_token 已超过 7200 秒有效期。"),
        Message("the token's end", "access_token 的有效期"),
        Message(
            "Fetch a new one some minutes before its end, or upon 42001 and 40001, once, and try again.",
            "请在到期前几分钟获取新凭证，或在遇到 42001、40001 时重新获取一次并重试。",
        ),
    ),
    Mistake(
        "token_unknown",
        Message(
            "The access_token was never issued here, or in a state that was reset since.",
            "这个 access_token 不是这里签发的，或签发它的状态已被重置。",
        ),
        Message("the tokens that were issued here", "这里签发过的 access_token"),
        Message(
            "Fetch a new one. A client that keeps tokens in a file or in Redis may bring one from another place.",
            "请重新获取。将凭证存在文件或 Redis 中的客户端，可能带来了别处的凭证。",
        ),
    ),
    Mistake(
        "token_malformed",
        Message("That is no access_token at all.", "这根本不是 access_token。"),
        Message("the token's form", "access_token 的格式"),
        Message(
            "Send the access_token of the answer and nothing else: no quotes, no JSON, no name of a variable.",
            "只发送返回中的 access_token 本身：不要引号、JSON 或变量名。",
        ),
    ),
    Mistake(
        "api_unauthorized",
        Message("The app has no permission for this API.", "应用没有该接口的权限。"),
        Message("the app's restrictions", "应用的限制"),
        Message(
            "In this emulator the app's `unauthorized` or `forbidden` says so: take the API out of it, in the seed or"
            " over HTTP. At WeChat the API must be granted to the app.",
            "在本模拟器中由应用的 `unauthorized` 或 `forbidden` 决定：请在种子文件中或通过 HTTP 将该接口去掉。"
            "在微信侧则需要为小程序开通该接口的权限。",
        ),
    ),
    Mistake(
        "permission_undeclared",
        Message("The function's config.json does not ask for this API.", "云函数的 config.json 没有声明该接口的权限。"),
        Message("what config.json declares", "config.json 中声明的权限"),
        Message("Declare it, and upload the function again.", "请声明该权限，并重新上传云函数。"),
    ),
    Mistake(
        "api_without_cloud_call",
        Message("There is no such cloud call.", "没有这个云调用。"),
        Message("the APIs that WeChat offers as cloud calls", "微信提供云调用的接口"),
        Message(
            "Call it over HTTPS with an access_token, if it is one of WeChat's.",
            "如果它是微信的接口，请改用 HTTPS 调用，并带上 access_token。",
        ),
    ),
    Mistake(
        "invocation_ended",
        Message(
            "The token of the cloud call is that of no running invocation.",
            "云调用的凭证不属于任何正在运行的云函数调用。",
        ),
        Message("the tokens of invocations", "云函数调用的凭证"),
        Message(
            "Read WX_API_TOKEN from the context of each invocation, and call before it ends; your servers have none.",
            "每次调用都从 context 中读取 WX_API_TOKEN，并在该次调用结束前使用；自建服务器没有这个凭证。",
        ),
    ),
    Mistake(
        "secret_wrong",
        Message(
            "The AppSecret is not that of the appid, is frozen, or there is no such appid.",
            "AppSecret 与 appid 不匹配、已被冻结，或 appid 不存在。",
        ),
        Message("appid and secret", "appid 与 secret"),
        Message(
            "Compare them with the app's; beware of a secret that was changed since, and of spaces around it.",
            "请与应用的配置核对；注意 secret 是否已重置，前后是否有空格。",
        ),
    ),
    Mistake(
        "address_refused",
        Message("The address that calls may not fetch tokens.", "调用方的 IP 地址不允许获取 access_token。"),
        Message("the app's whitelist", "应用的 IP 白名单"),
        Message("Put the address into the app's ip_whitelist.", "请将该地址加入应用的 ip_whitelist。"),
    ),
    Mistake(
        "quota_spent",
        Message("The API was called more often than it may be.", "接口的调用次数已超过限额。"),
        Message("the quotas", "调用额度"),
        Message(
            "Keep what the API gave, and call it less often; the setting `quotas` has the numbers.",
            "请缓存接口的返回并减少调用；额度的数值见设置项 `quotas`。",
        ),
    ),
)
