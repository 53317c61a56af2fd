"""Ready answers: of the openapis that functions ask most, the documented success, and refusals that are easy to see.

Nothing is sent, and no content is judged. What else may go wrong (43101, 45015, 87014, ...) is a fault to be added.
Rules and texts are from the pages of each openapi [doc], unless said otherwise.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.forms import Part
from wxemu.core.text import is_text
from wxemu.wechat import phone_numbers, programmed, users
from wxemu.wechat.api import OK, Parameter
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.world import World
    from wxemu.wechat.api import Request

    Members = Mapping[str, Any]

RISKY: Final = "特3456书yuuo莞6543李zxcz蒜7782法fgnv级"
"""A text with this in it is risky: the sample that the documentation of msgSecCheck gives to try it with."""
MOST_CONTENT: Final = 500 * 1024
"""Bytes of a text to be checked."""
MOST_IMAGE: Final = 1024 * 1024
"""Bytes of an image to be checked."""
MOST_SCENE: Final = 32
MOST_PATH: Final = 1024
"""Characters."""
_LONGEST: Final = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phrase": 5,
    "name": 10,
}
"""Characters of a value of a subscribe message, by the kind in its key: ``thing1``, ``phrase3``."""
_LINK_LIFE: Final = (60, 365 * 24 * 3600)
"""Seconds that a link or scheme with an end may live, at least and at most: by the text of 85401."""


def send_subscribe_message(world: World, request: Request) -> Members:
    """``POST /cgi-bin/message/subscribe/send``; that the user has subscribed is taken for granted."""
    users.require(world, request.appid, request["touser"])
    for key, given in request["data"].items():
        value = given.get("value") if isinstance(given, dict) else None
        longest = _LONGEST.get(key.rstrip("0123456789"))
        if value is None or value == "" or (longest is not None and len(f"{value}") > longest):
            raise WeChatError(47003, errmsg=f"argument invalid! data.{key}.value invalid", value=value)
    return OK


def send_customer_service_message(world: World, request: Request) -> Members:
    """``POST /cgi-bin/message/custom/send``."""
    users.require(world, request.appid, request["touser"])
    if request["msgtype"] not in ("text", "image", "link", "miniprogrampage"):
        raise WeChatError(40008, value=request["msgtype"])
    return OK


def check_text(world: World, request: Request) -> Members:
    """``POST /wxa/msg_sec_check``: the second version, or without ``version`` the first."""
    content = request["content"]
    if len(content.encode()) > MOST_CONTENT:
        raise WeChatError(45002, value=len(content))
    is_risky = RISKY in content
    if request["version"] == "":
        if is_risky:
            raise WeChatError(87014, value=content)
        return OK
    users.require(world, request.appid, request["openid"])
    result = {"suggest": "risky", "label": 20006} if is_risky else {"suggest": "pass", "label": 100}
    detail = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
    return {**OK, "result": result, "detail": detail, "trace_id": _trace_id(world)}


def check_image(_world: World, request: Request) -> Members:
    """``POST /wxa/img_sec_check``."""
    media = request["media"]
    if not isinstance(media, Part) or not media.content:
        raise WeChatError(41005)
    if len(media.content) > MOST_IMAGE:
        raise WeChatError(40006, value=len(media.content))
    return OK


def check_media(world: World, request: Request) -> Members:
    """``POST /wxa/media_check_async``; the event with its result, which comes later, is not sent."""
    if request["version"] != "":
        users.require(world, request.appid, request["openid"])
    return {**OK, "trace_id": _trace_id(world)}


def _trace_id(world: World) -> str:
    return f"{world.randomness.hex(8)}-{world.randomness.hex(8)}-{world.randomness.hex(8)}"


def unlimited_code(_world: World, request: Request) -> Members:
    """``POST /wxa/getwxacodeunlimit``."""
    if len(request["scene"]) > MOST_SCENE:
        raise WeChatError(40169, value=request["scene"])
    return picture()


def code(_world: World, request: Request) -> Members:
    """``POST /wxa/getwxacode`` and ``/cgi-bin/wxaapp/createwxaqrcode``."""
    if len(request["path"]) > MOST_PATH:
        raise WeChatError(40159, value=request["path"])
    return picture()


def picture() -> Members:
    """A picture that every reader of PNG can read; there is no code in it that a phone could scan."""
    side, dark, light = 64, b"\x00", b"\xff"
    rows = (
        b"\x00" + b"".join(dark if (row // 8 + column // 8) % 2 else light for column in range(side))
        for row in range(side)
    )
    header = side.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])  # 8 bits of grey
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)
    return programmed.reply_of("image/png", data)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def generate_link(world: World, request: Request) -> Members:
    """``POST /wxa/generate_urllink``."""
    _check_end(world, request.parameters)
    return {**OK, "url_link": f"https://wxaurl.cn/{world.randomness.text(11)}"}


def generate_scheme(world: World, request: Request) -> Members:
    """``POST /wxa/generatescheme``."""
    _check_end(world, request.parameters)
    return {**OK, "openlink": f"weixin://dl/business/?t={world.randomness.text(11)}"}


def _check_end(world: World, parameters: Members) -> None:
    end = parameters.get("expire_time")
    if not isinstance(end, int) or isinstance(end, bool) or end == 0 or parameters.get("expire_type") == 1:
        return
    shortest, longest = _LINK_LIFE
    if not shortest <= end - world.clock.now() <= longest:
        raise WeChatError(85401, value=end)


def phone_number(world: World, request: Request) -> Members:
    """``POST /wxa/business/getuserphonenumber``: the number behind a code that the phone gave."""
    given = request.parameters.get("code")
    if not isinstance(given, str) or not is_text(given):
        raise WeChatError(40029, value=given)
    return {**OK, "phone_info": phone_numbers.exchange(world, given, appid=request.appid)}


def _ready(
    summary: str, decide: Callable[[World, Request], Members], reply: Members, *parameters: Parameter
) -> dict[str, Any]:
    return {"summary": summary, "decide": decide, "reply": reply, "parameters": parameters}


_TO_USER: Final = Parameter("touser", "the user's openid", missing=40003, invalid=40003)
_TRACED: Final = {**OK, "trace_id": "what the event with the result names"}
_PICTURE: Final[Members] = {"contentType": "image/png", "buffer": "base64 of the picture"}
_QUERY: Final = Parameter("query", "of the page", invalid=40097)

READY: Final[Mapping[str, Mapping[str, Any]]] = {
    "subscribeMessage.send": _ready(
        "A message that the user has subscribed to",
        send_subscribe_message,
        OK,
        _TO_USER,
        Parameter("template_id", "the template", missing=40037, invalid=40037),
        Parameter("data", "a value for each key of the template", missing=47003, invalid=47003, kind=dict),
    ),
    "customerServiceMessage.send": _ready(
        "An answer to a user of the customer service",
        send_customer_service_message,
        OK,
        _TO_USER,
        Parameter("msgtype", "text, image, link or miniprogrampage", missing=40008, invalid=40008),
    ),
    "security.msgSecCheck": _ready(
        "Whether a text is harmless",
        check_text,
        {**OK, "result": {}, "trace_id": "of the check"},
        Parameter("content", "the text", missing=40097),
        Parameter("openid", "whose text it is; from version 2 on", invalid=40003),
    ),
    "security.imgSecCheck": _ready("Whether a picture is harmless", check_image, OK),
    "security.mediaCheckAsync": _ready(
        "Whether a picture or a sound is harmless, told later",
        check_media,
        _TRACED,
        Parameter("media_url", "where it is", missing=40097),
        Parameter("openid", "whose it is; from version 2 on", invalid=40003),
    ),
    "wxacode.getUnlimited": _ready(
        "A mini program code, as many as wanted",
        unlimited_code,
        _PICTURE,
        Parameter("scene", "up to 32 characters for the page", missing=40169, invalid=40169),
    ),
    "wxacode.get": _ready(
        "A mini program code", code, _PICTURE, Parameter("path", "the page", missing=40159, invalid=40159)
    ),
    "wxacode.createQRCode": _ready(
        "A QR code of a mini program", code, _PICTURE, Parameter("path", "the page", missing=40159, invalid=40159)
    ),
    "urllink.generate": _ready(
        "A link that opens the mini program",
        generate_link,
        {**OK, "url_link": "https://wxaurl.cn/ and 11 characters"},
        _QUERY,
    ),
    "urlscheme.generate": _ready(
        "A scheme that opens the mini program", generate_scheme, {**OK, "openlink": "weixin://dl/business/?t="}
    ),
    "phonenumber.getPhoneNumber": _ready(
        "The phone number behind a code",
        phone_number,
        {**OK, "phone_info": {}},
        Parameter("code", "from the phone", 40029, 40029),
    ),
}
