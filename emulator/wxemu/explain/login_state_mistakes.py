"""What goes wrong with the signature that proves a login."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.mistakes import Mistake

_SIGN: Final = Message(
    "signature = hmac_sha256(session_key as the key; as the message the very bytes of the body, or an empty string"
    " for a GET), in lower-case hex.",
    "signature = hmac_sha256(以 session_key 为密钥；消息为请求体的原始字节，GET 请求则为空字符串)，"
    "结果为小写十六进制。",
)
_SAME_BYTES: Final = Message(
    "Make the JSON text once, sign its bytes in UTF-8, and post these very bytes: in Python"
    " requests.post(url, data=text.encode()), not json=.",
    "JSON 文本只生成一次，对其 UTF-8 字节签名，并发送同样的字节：在 Python 中用"
    " requests.post(url, data=text.encode())，不要用 json=。",
)

LOGIN_STATES: Final = (
    Mistake(
        "session_key_decoded",
        Message(
            "The session_key was base64-decoded before it was used as the key.",
            "会话密钥 session_key 在用作密钥之前被 base64 解码了。",
        ),
        Message("the session_key, base64-decoded, as the key", "以 base64 解码后的 session_key 为密钥"),
        Message(
            "The key is the session_key's 24 characters as they are.",
            "密钥就是 session_key 的 24 个字符本身。",
        )
        + _SIGN,
    ),
    Mistake(
        "session_key_with_quotes",
        Message(
            "The session_key was used with the quotes that it has in JSON.",
            "使用 session_key 时带上了它在 JSON 中的引号。",
        ),
        Message('the session_key in "quotes" as the key', "以带引号的 session_key 为密钥"),
        Message(
            "Keep it as a JSON library reads it, without quotes.",
            "请用 JSON 库读取并保存它，不带引号。",
        )
        + _SIGN,
    ),
    Mistake(
        "session_key_percent_encoded",
        Message(
            "The session_key was percent-encoded before it was used as the key.",
            "session_key 在用作密钥之前被 URL 编码（百分号编码）了。",
        ),
        Message("the session_key, percent-encoded, as the key", "以 URL 编码后的 session_key 为密钥"),
        Message(
            "Keep it as WeChat gives it: 24 characters that end in ==.",
            "请按微信返回的原样保存：以 == 结尾的 24 个字符。",
        )
        + _SIGN,
    ),
    Mistake(
        "hmac_arguments_swapped",
        Message(
            "The arguments of the HMAC are swapped: the session_key is the message.",
            "HMAC 的参数颠倒了：session_key 成了消息。",
        ),
        Message("the session_key as the message, and an empty key", "以 session_key 为消息，密钥为空"),
        Message(
            "PHP: hash_hmac('sha256', $message, $session_key).",
            "PHP 的写法：hash_hmac('sha256', $message, $session_key)。",
        )
        + _SIGN,
    ),
    Mistake(
        "session_key_literal",
        Message(
            "The key is a word like 'session_key', not its value.",
            "密钥是 'session_key' 之类的字面文字，而不是它的值。",
        ),
        Message("words that stand for a session_key", "代替 session_key 的字面文字"),
        Message(
            "Put the value in: the session_key of auth.code2Session.",
            "请填入真实的值：auth.code2Session 返回的 session_key。",
        ),
    ),
    Mistake(
        "body_signed",
        Message("Something was signed instead of the empty string.", "签名的内容不是空字符串。"),
        Message("{}, the openid, the query and the like as the message", "以 {}、openid、查询串等为消息"),
        Message("A GET has no body, so the message is empty.", "GET 请求没有请求体，所以消息为空字符串。") + _SIGN,
    ),
    Mistake(
        "body_not_signed",
        Message("The empty string was signed, not the body.", "签名的是空字符串，而不是请求体。"),
        Message("an empty string as the message", "以空字符串为消息"),
        _SIGN,
    ),
    Mistake(
        "body_encoded_again",
        Message(
            "The body that was sent is not the text that was signed: the same JSON was encoded twice, in two ways.",
            "发送的请求体不是签名的文本：同一个 JSON 以不同方式序列化了两次。",
        ),
        Message(
            "the body's JSON with other blanks, another order, other escapes, in other encodings as the message",
            "以空格、顺序、转义或编码不同的请求体 JSON 为消息",
        ),
        _SAME_BYTES,
    ),
    Mistake(
        "body_unicode_escaped",
        Message(
            "Characters such as 中 were signed as they are and sent as \\u4e2d, or the other way round.",
            "“中”之类的字符，签名时是原文，发送时是 \\u4e2d，或者相反。",
        ),
        Message("the body's JSON with and without escapes as the message", "以转义和未转义的请求体 JSON 为消息"),
        _SAME_BYTES,
    ),
    Mistake(
        "body_other_members",
        Message(
            "The JSON that was signed has other members than the body that was sent.",
            "签名的 JSON 与发送的请求体字段不同。",
        ),
        Message(
            "the body without what belongs into the query, its list alone, its list as text",
            "去掉应放在查询串中的字段、仅取其中的列表、将列表写成文本",
        ),
        Message(
            "openid, signature and sig_method stand in the query, kv_list is a list of objects.",
            "openid、signature 和 sig_method 放在查询串中，kv_list 是对象的列表。",
        )
        + _SAME_BYTES,
    ),
    Mistake(
        "body_quotes_lost",
        Message(
            "The body has lost the quotes that were signed: a shell has eaten them.",
            "请求体丢失了签名时的引号：被 shell 去掉了。",
        ),
        Message("the body with quotes around its words", "给请求体中的单词加上引号"),
        Message(
            "Put the body of curl -d in single quotes, or into a file: --data-binary @file.",
            "请将 curl -d 的请求体放在单引号中，或放入文件：--data-binary @file。",
        ),
    ),
    Mistake(
        "body_sent_as_form",
        Message(
            "The signature is that of the JSON, but the body was sent as a form.",
            "签名的是 JSON，但请求体以表单形式发送了。",
        ),
        Message("the JSON that the form stands for", "与表单对应的 JSON"),
        _SAME_BYTES,
    ),
    Mistake(
        "sha1_of_raw_data",
        Message(
            "The signature has the form of a SHA1, as sha1(rawData + session_key) of wx.getUserInfo: another"
            " signature.",
            "签名是 SHA1 的形式，像 wx.getUserInfo 的 sha1(rawData + session_key)：那是另一种签名。",
        ),
        Message("the signature's form", "签名的形式"),
        _SIGN,
    ),
    Mistake(
        "hash_without_key",
        Message(
            "The signature is a plain hash of the session_key, no HMAC.",
            "签名只是 session_key 的普通哈希，不是 HMAC。",
        ),
        Message("sha256 and md5 of the session_key", "session_key 的 sha256 和 md5"),
        _SIGN,
    ),
    Mistake(
        "digest_in_base64",
        Message("The digest came in base64 instead of hex.", "摘要是 base64，而不是十六进制。"),
        Message("the digest in base64", "base64 形式的摘要"),
        _SIGN,
    ),
    Mistake(
        "digest_hex_in_base64",
        Message("The digest's hex came in base64 once more.", "十六进制的摘要又做了一次 base64 编码。"),
        Message("the hex digest in base64", "十六进制摘要的 base64"),
        _SIGN,
    ),
    Mistake(
        "digest_in_upper_case",
        Message("The hex digest came in capitals.", "十六进制摘要用了大写字母。"),
        Message("the hex digest in capitals", "大写的十六进制摘要"),
        _SIGN,
    ),
    Mistake(
        "digest_as_raw_bytes",
        Message(
            "The digest's 32 bytes came as they are, percent-encoded.",
            "摘要的 32 个字节未转成十六进制，直接做了 URL 编码。",
        ),
        Message("the bytes of the digest", "摘要的原始字节"),
        _SIGN,
    ),
    Mistake(
        "session_key_replaced",
        Message(
            "The signature is right for a session_key that a later login or a reset has replaced.",
            "签名与旧的 session_key 相符，但它已被之后的登录或重置替换。",
        ),
        Message("the user's former session_keys", "用户以前的 session_key"),
        Message(
            "Keep one session_key a user, the latest, where all your servers find it; every wx.login replaces it.",
            "请为每位用户只保存一个、也就是最新的 session_key，并让所有服务器都能读到；每次 wx.login 都会替换它。",
        ),
    ),
    Mistake(
        "session_expired",
        Message("The signature is right, but the session has ended.", "签名正确，但登录态已过期。"),
        Message("the session's end", "登录态的有效期"),
        Message(
            "Let the mini program call wx.login again, and keep the new session_key.",
            "请让小程序重新调用 wx.login，并保存新的 session_key。",
        ),
    ),
    Mistake(
        "session_never_began",
        Message(
            "The user has no session here: nobody has traded a code of theirs for a session_key.",
            "该用户在这里没有登录态：还没有人用该用户的 code 换取过 session_key。",
        ),
        Message("the user's sessions", "用户的登录态"),
        Message(
            "Let the mini program call wx.login, and trade the code with auth.code2Session first.",
            "请先让小程序调用 wx.login，并用 auth.code2Session 换取 session_key。",
        ),
    ),
    Mistake(
        "session_key_of_another_user",
        Message(
            "The signature was made with the session_key of another user.",
            "签名用的是另一位用户的 session_key。",
        ),
        Message("the session_keys of all other users", "所有其他用户的 session_key"),
        Message(
            "Look the session_key up by the openid that you send along.",
            "请按一同发送的 openid 查找 session_key。",
        ),
    ),
    Mistake(
        "session_key_unknown",
        Message(
            "No session_key of this world made that signature in any of the usual ways.",
            "用这里的任何 session_key 按常见方式都得不到这个签名。",
        ),
        Message(
            "all session_keys of the user, in all those ways together",
            "用该用户的所有 session_key 尝试以上各种方式的组合",
        ),
        Message(
            "Is the session_key from this emulator and this state?",
            "请确认 session_key 来自本模拟器的当前状态。",
        )
        + _SIGN,
    ),
    Mistake(
        "sig_method",
        Message(
            "sig_method is missing, or another one than hmac_sha256.",
            "缺少 sig_method，或它不是 hmac_sha256。",
        ),
        Message("sig_method", "sig_method 参数"),
        Message("Send sig_method=hmac_sha256: there is no other.", "请发送 sig_method=hmac_sha256：没有别的取值。"),
    ),
)
