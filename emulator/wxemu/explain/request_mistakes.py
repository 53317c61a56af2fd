"""What goes wrong with everything but signatures and credentials: users, codes, bodies."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.mistakes import Mistake

REQUESTS: Final = (
    Mistake(
        "openid_of_another_app",
        Message("The openid is that of a user in another mini program.", "这个 openid 属于另一个小程序的用户。"),
        Message("the users of the other apps", "其他应用的用户"),
        Message(
            "An openid belongs to one app: use the one that this app's login gave.",
            "openid 只属于一个小程序：请使用当前小程序登录时得到的 openid。",
        ),
    ),
    Mistake(
        "openid_placeholder",
        Message("The openid is a placeholder.", "openid 是占位符，不是真实的值。"),
        Message("words that stand for an openid", "常见的 openid 占位符"),
        Message(
            "Put the user's openid in: 28 characters that begin with o.",
            "请填入用户的 openid：以 o 开头的 28 个字符。",
        ),
    ),
    Mistake(
        "openid_is_unionid",
        Message("That is the user's unionid, not the openid.", "这是用户的 unionid，不是 openid。"),
        Message("the unionids", "所有 unionid"),
        Message("Send the openid of the same login.", "请发送同一次登录得到的 openid。"),
    ),
    Mistake(
        "openid_unknown",
        Message("Nobody has this openid here.", "这里没有用户使用这个 openid。"),
        Message("the users of the app", "该应用的用户"),
        Message(
            "Log in on a phone of this emulator first, or add the user to the seed.",
            "请先在本模拟器的手机上登录，或将用户加入种子文件。",
        ),
    ),
    Mistake(
        "code_of_another_kind",
        Message(
            "A code of wx.login was sent for one that tells a phone number, or the other way round.",
            "wx.login 的 code 与获取手机号的 code 弄混了。",
        ),
        Message("the codes of the other kind", "另一种 code"),
        Message(
            "auth.code2Session takes the code of wx.login, phonenumber.getPhoneNumber the detail.code of a button with"
            ' open-type="getPhoneNumber".',
            "auth.code2Session 使用 wx.login 的 code，phonenumber.getPhoneNumber 使用"
            ' open-type="getPhoneNumber" 的按钮返回的 detail.code。',
        ),
    ),
    Mistake(
        "code_used",
        Message("The code was used before; it works once.", "code 已被使用过，一个 code 只能使用一次。"),
        Message("the codes that were traded", "已换取过的 code"),
        Message(
            "Let the phone give a new one each time (wx.login, or the button), and trade it in one place only.",
            "每次都让手机重新获取 code（wx.login 或按钮），并只在一处用它换取。",
        ),
    ),
    Mistake(
        "code_expired",
        Message("The code is older than five minutes.", "code 已超过五分钟有效期。"),
        Message("the code's age", "code 的有效期"),
        Message("Trade it at once.", "得到 code 后请立即换取。"),
    ),
    Mistake(
        "code_of_another_app",
        Message("The code was given in another mini program.", "code 是在另一个小程序中获取的。"),
        Message("the codes of the other apps", "其他应用的 code"),
        Message(
            "Trade it with the appid and secret of the mini program that called wx.login.",
            "请使用调用 wx.login 的那个小程序的 appid 和 secret 换取。",
        ),
    ),
    Mistake(
        "content_risky",
        Message("WeChat finds the text or the picture risky.", "微信判定文本或图片含有风险内容。"),
        Message("the content", "内容"),
        Message(
            "Refuse it. In this emulator only the documentation's sample is risky, or what a fault of yours (87014)"
            " meets.",
            "请拒绝该内容。在本模拟器中，只有文档中的示例，或遇到你设置的故障（87014）的内容才有风险。",
        ),
    ),
    Mistake(
        "code_unknown",
        Message("No phone of this world was given this code.", "这里没有任何手机得到过这个 code。"),
        Message("the codes that were given out", "已发放的 code"),
        Message(
            "Send what wx.login gave as `code`, whole; not the code of another state or of DevTools.",
            "请完整发送 wx.login 返回的 `code`，不要使用其他状态或开发者工具的 code。",
        ),
    ),
    Mistake(
        "body_form_encoded",
        Message("The body is a form, not JSON.", "请求体是表单，不是 JSON。"),
        Message("the body's form", "请求体的格式"),
        Message(
            "Send JSON: in Python requests.post(url, json=...), not data=.",
            "请发送 JSON：在 Python 中用 requests.post(url, json=...)，不要用 data=。",
        ),
    ),
    Mistake(
        "json_string_unescaped",
        Message(
            "json_string was put into the body by hand: its quotes are not escaped.",
            "json_string 是手工拼进请求体的，其中的引号没有转义。",
        ),
        Message("the place of json_string in the body", "json_string 在请求体中的位置"),
        Message(
            "Let a JSON library make the body, with the text as a string.",
            "请用 JSON 库生成请求体，并将该文本作为字符串放入。",
        ),
    ),
    Mistake(
        "body_not_json",
        Message("The body is no JSON object.", "请求体不是 JSON 对象。"),
        Message("the body read as JSON", "按 JSON 解析请求体"),
        Message("Let a JSON library make the body, in UTF-8.", "请用 JSON 库生成 UTF-8 编码的请求体。"),
    ),
    Mistake(
        "body_not_form",
        Message("The body is JSON, which this API does not read.", "请求体是 JSON，而该接口不读取 JSON。"),
        Message("the body of a POST in the place of a GET", "代替 GET 的 POST 的请求体"),
        Message(
            "Send a GET with the parameters in the URL: in Python requests.get(url, params=...). A POST takes a form"
            " too.",
            "请用 GET 请求，参数放在 URL 中：在 Python 中用 requests.get(url, params=...)。POST 也可以使用表单。",
        ),
    ),
    Mistake(
        "body_empty",
        Message("The POST has no body.", "POST 请求没有请求体。"),
        Message("the body's length", "请求体的长度"),
        Message(
            "Send the parameters as JSON in the body, and only the access_token in the URL.",
            "请将参数以 JSON 放在请求体中，URL 中只放 access_token。",
        ),
    ),
    Mistake(
        "method_wrong",
        Message("The API takes the other method.", "请求方法不对，该接口使用另一种方法。"),
        Message("the method", "请求方法"),
        Message("See the API's page, or /openapi.json.", "请查看该接口的文档或 /openapi.json。"),
    ),
    Mistake(
        "path_unknown",
        Message("There is no API at this path.", "这个路径没有对应的接口。"),
        Message("the paths of all APIs", "所有接口的路径"),
        Message("See docs/coverage.md for what is emulated.", "已模拟的接口见 docs/coverage.md。"),
    ),
    Mistake(
        "answer_missing",
        Message(
            "The emulator knows this API by its name only, and was given no answer for it.",
            "模拟器只知道该接口的名称，也没有为它预设返回值。",
        ),
        Message("the answers that were programmed", "已预设的返回值"),
        Message(
            "Program one: `wxemu fault add --api NAME --reply JSON`, see docs/testing.md.",
            "请预设返回值：`wxemu fault add --api NAME --reply JSON`，参见 docs/testing.md。",
        ),
    ),
    Mistake(
        "parameter_wrong",
        Message("A parameter is missing, or of another type.", "缺少参数，或参数类型不对。"),
        Message("the parameters", "参数"),
        Message(
            "See the API's page, or /openapi.json, for names and types.",
            "参数的名称和类型见该接口的文档或 /openapi.json。",
        ),
    ),
    Mistake(
        "user_blocked",
        Message("WeChat has blocked this user's login.", "微信已拦截该用户的登录（高风险用户）。"),
        Message("the user's is_high_risk", "用户的 is_high_risk"),
        Message("Nothing can be done at the server's side.", "服务器端对此无能为力。"),
    ),
    Mistake(
        "function_missing",
        Message("There is no function of this name.", "没有这个名称的云函数。"),
        Message("the names of the functions", "云函数的名称"),
        Message(
            "Name one of those that `wxemu doctor` lists, or add it to cloudbaserc.yaml.",
            "请使用 `wxemu doctor` 列出的名称之一，或将它加入 cloudbaserc.yaml。",
        ),
    ),
    Mistake(
        "function_refused",
        Message(
            "The function itself returned this errCode; none of the calls that it made has failed.",
            "这个 errCode 是云函数自己返回的；它发起的调用都没有失败。",
        ),
        Message("the calls that it made", "云函数发起的调用"),
        Message(
            "Compare the event with what the function expects; its log: wxemu logs --request-id.",
            "请对照云函数的要求检查 event；日志见 wxemu logs --request-id。",
        ),
    ),
    Mistake(
        "function_failed",
        Message(
            "The function gave no result, and made no call that failed.",
            "云函数没有返回结果，它自己发起的调用也没有失败。",
        ),
        Message("the calls that it made", "云函数发起的调用"),
        Message(
            "See its log: wxemu logs, with --request-id and the request id of the answer if there is one.",
            "请查看云函数日志：wxemu logs；如果返回中有 request id，可加上 --request-id。",
        ),
    ),
    Mistake(
        "server_side",
        Message(
            "It is not what you sent: a fault that was arranged has answered.",
            "问题不在请求本身：这是一条预先安排的故障给出的应答。",
        ),
        Message("the faults that the call met", "调用遇到的故障"),
        Message(
            "See `wxemu fault list`. A client should try again later, and not take it for a forgery.",
            "见 `wxemu fault list`。客户端应稍后重试，不要将其当作伪造。",
        ),
    ),
)
