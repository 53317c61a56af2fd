"""What goes wrong with the signature of a phone."""

from __future__ import annotations

from typing import Final

from wxemu.core.messages import Message
from wxemu.explain.mistakes import Mistake

VERBATIM: Final = Message(
    "Pass resultJSON on as the very string that wx.startSoterAuthentication gave; never parse it on the way.",
    "请原样传递 wx.startSoterAuthentication 返回的 resultJSON 字符串，中途不要解析。",
)
_AS_IT_IS: Final = Message(
    "Pass resultJSONSignature on as it is: base64 on one line, + and / and = included.",
    "请原样传递 resultJSONSignature：单行 base64，保留其中的 +、/ 和 =。",
)
_AS_JSON: Final = Message(
    "Send it inside a JSON body, made by a JSON library, not in a query or a form.",
    "请放在由 JSON 库生成的 JSON 请求体中发送，不要放在查询串或表单中。",
)

CONFIRMATIONS: Final = (
    Mistake(
        "json_string_reserialised",
        Message(
            "json_string is not the text that the phone signed: it was parsed and written again.",
            "json_string 不是手机签名的原文：它被解析后重新序列化了。",
        ),
        Message(
            "the texts that phones signed last, written again in the usual ways",
            "将手机最近签名的文本按常见方式重新序列化",
        ),
        VERBATIM,
    ),
    Mistake(
        "json_string_tampered",
        Message(
            "json_string says something else than the phone signed.",
            "json_string 的内容与手机签名的内容不一致。",
        ),
        Message(
            "the members of json_string compared with those that were signed",
            "将 json_string 的字段与签名时的字段比较",
        ),
        Message(
            "Somebody changed the text after it was signed: refuse the confirmation.",
            "文本在签名之后被人改动：请拒绝这次确认。",
        ),
    ),
    Mistake(
        "json_string_object",
        Message(
            "json_string was sent as an object, not as a string.",
            "json_string 以对象形式发送，而不是字符串。",
        ),
        Message("the type of json_string", "json_string 的类型"),
        VERBATIM + Message("WeChat itself is known to answer this with 48001.", "已知微信对此会返回 48001。"),
    ),
    Mistake(
        "signature_in_hex",
        Message("The signature came in hex instead of base64.", "签名是十六进制，而不是 base64。"),
        Message("the signature read as hex", "按十六进制读取签名"),
        _AS_IT_IS,
    ),
    Mistake(
        "signature_in_base64url",
        Message(
            "The signature came in url-safe base64: - and _ for + and /.",
            "签名是 URL 安全的 base64：+ 和 / 变成了 - 和 _。",
        ),
        Message("- and _ read as + and /", "将 - 和 _ 读作 + 和 /"),
        _AS_IT_IS,
    ),
    Mistake(
        "signature_plus_became_blank",
        Message(
            "Each + of the signature has become a space, as in a form or a query that was not escaped.",
            "签名中的 + 都变成了空格，常见于未转义的表单或查询串。",
        ),
        Message("spaces read as +", "将空格读作 +"),
        _AS_IT_IS + _AS_JSON,
    ),
    Mistake(
        "signature_percent_encoded",
        Message("The signature came percent-encoded.", "签名被 URL 编码（百分号编码）了。"),
        Message("%2B and its like decoded", "解码 %2B 等"),
        _AS_IT_IS + _AS_JSON,
    ),
    Mistake(
        "signature_wrapped",
        Message(
            "The signature came with line ends or spaces in it, or without its padding.",
            "签名中有换行或空格，或缺少末尾的填充。",
        ),
        Message("white space taken out, padding put in", "去掉空白，补上填充"),
        _AS_IT_IS + Message("Android's Base64 needs NO_WRAP for that.", "Android 的 Base64 需要使用 NO_WRAP。"),
    ),
    Mistake(
        "signature_encoded_twice",
        Message(
            "The signature was encoded twice: it is the base64 of a base64 or hex text.",
            "签名被编码了两次：它是 base64 或十六进制文本的 base64。",
        ),
        Message("what it decodes to, decoded again", "解码后再解码一次"),
        _AS_IT_IS,
    ),
    Mistake(
        "salt_length",
        Message(
            "The salt is not as long as the text states, or without rsa_pss_saltlen not 20 bytes long.",
            "盐长度与文本所述不符，或没有 rsa_pss_saltlen 而盐长度不是 20 字节。",
        ),
        Message("every other salt length", "其他各种盐长度"),
        Message(
            "Verify with rsa_pss_saltlen where the text has one (newer Huawei phones: 32) and with 20 where it has"
            " none; a server that fixed 20 fails on these phones, and so does one that lost the member.",
            "文本中有 rsa_pss_saltlen 时按它验证（较新的华为手机为 32），没有时按 20 验证；写死 20 的服务器在这些"
            "手机上会失败，丢失该字段的服务器也一样。",
        ),
    ),
    Mistake(
        "key_of_another_user",
        Message("The confirmation is genuine, but another user's.", "确认是真实的，但属于另一位用户。"),
        Message("the AuthKeys of the app's other users", "该应用其他用户的 AuthKey"),
        Message(
            "Send the openid of the user whose phone confirmed: that of the caller, not one that the client names.",
            "请发送进行确认的用户的 openid：取自调用者身份，不要用客户端声称的 openid。",
        ),
    ),
    Mistake(
        "key_of_another_app",
        Message("The confirmation was made in another mini program.", "确认是在另一个小程序中进行的。"),
        Message("the AuthKeys in other apps", "其他应用中的 AuthKey"),
        Message(
            "Call with the access_token, or in the environment, of the mini program in which the user confirmed.",
            "请使用用户进行确认的那个小程序的 access_token，或在它的云环境中调用。",
        ),
    ),
    Mistake(
        "key_unknown",
        Message(
            "A key of the user's phone signed that is not its AuthKey.",
            "签名用的是用户手机上的另一个密钥，而不是 AuthKey。",
        ),
        Message("the other keys of the user's phones", "用户手机上的其他密钥"),
        Message(
            "WeChat does not know this key for the user: refuse the confirmation.",
            "微信没有登记过该用户的这个密钥：请拒绝这次确认。",
        ),
    ),
    Mistake(
        "no_auth_key",
        Message(
            "The user has no phone here that can confirm: WeChat has no AuthKey of theirs.",
            "这里没有该用户能进行确认的手机：微信没有该用户的 AuthKey。",
        ),
        Message("the user's AuthKeys", "用户的 AuthKey"),
        Message(
            "Give the user a phone with `wxemu phone new --openid OPENID`, and let that one confirm.",
            "请用 `wxemu phone new --openid OPENID` 为该用户新建手机，并用它确认。",
        ),
    ),
    Mistake(
        "device_unknown",
        Message(
            "The text names a device (cpu_id) that is none of the user's phones.",
            "文本中的设备（cpu_id）不是该用户的任何一部手机。",
        ),
        Message("the cpu_id of the text", "文本中的 cpu_id"),
        Message(
            "The confirmation comes from another emulator, another state or a real phone: confirm again here.",
            "这次确认来自另一个模拟器、另一份状态或真实手机：请在这里重新确认。",
        ),
    ),
    Mistake(
        "signature_of_nobody",
        Message(
            "No key of this world made that signature, of this text or of any that its phones signed.",
            "无论对这段文本，还是对这里手机签过的任何文本，都没有哪个密钥能产生这个签名。",
        ),
        Message("all keys and all texts of this world", "这里的所有密钥和所有文本"),
        Message(
            "If nobody forged it, it comes from another state of the emulator: let the user confirm again.",
            "如果不是伪造，它就来自模拟器的另一份状态：请让用户重新确认。",
        ),
    ),
    Mistake(
        "confirmation_replayed",
        Message(
            "WeChat says yes, but this very confirmation was verified before. That is yours to see.",
            "微信验证通过，但同一次确认之前已验证过。这一点需要你自己检查。",
        ),
        Message("earlier calls with the same text", "之前使用相同文本的调用"),
        Message(
            "Keep which challenges were given out and used: a raw that was used before must not confirm again.",
            "请记录发放过和使用过的挑战值：用过的 raw 不能再次用于确认。",
        ),
    ),
    Mistake(
        "counter_stale",
        Message(
            "WeChat says yes, but the counter is not above one that this phone has shown before. That is yours to see.",
            "微信验证通过，但计数器没有大于这部手机之前出示过的值。这一点需要你自己检查。",
        ),
        Message("the counters that this cpu_id has shown", "这个 cpu_id 出示过的计数器"),
        Message(
            "Keep the highest counter of each cpu_id, and refuse what is not above it.",
            "请记录每个 cpu_id 的最大计数器，拒绝不大于它的确认。",
        ),
    ),
)
