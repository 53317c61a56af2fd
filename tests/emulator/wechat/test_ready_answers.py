"""Ready answers: the documented success, and the refusals that are easy to see."""

import re
import struct
import zlib

import pytest
from urllib3 import encode_multipart_formdata

from wxemu.wechat import known
from wxemu.wechat.ready_answers import READY, RISKY

NOON = 1_700_000_000
OK = {"errcode": 0, "errmsg": "ok"}
MESSAGE = {"touser": "oAlice", "template_id": "t1", "data": {"thing1": {"value": "订单"}, "amount2": {"value": 9.5}}}


@pytest.fixture
def ask(wechat):
    """Post to an openapi."""
    token = wechat.access_token
    return lambda path, /, **members: wechat.post(path, members, access_token=token)


@pytest.fixture
def ask_for_bytes(http, wechat):
    token = wechat.access_token
    return lambda path, /, **members: http.post(f"{path}?access_token={token}", json=members)


def test_a_subscribe_message_is_sent_and_stands_in_the_outbox(ask, tenant):
    assert ask("/cgi-bin/message/subscribe/send", **MESSAGE, page="pages/index").members == OK
    (sent,) = tenant.requests.of("subscribeMessage.send")
    assert sent.given == {**MESSAGE, "page": "pages/index"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"touser": "oNobody"}, (40003, "invalid openid")),
        ({"touser": ""}, (40003, "invalid openid")),
        ({"touser": 5}, (40003, "invalid openid")),
        ({"template_id": None}, (40037, "invalid template_id")),
        ({"data": None}, (47003, "argument invalid!")),
        ({"data": "text"}, (47003, "argument invalid!")),
        ({"data": {"thing1": {"value": "字" * 21}}}, (47003, "argument invalid! data.thing1.value invalid")),
        ({"data": {"thing1": {"value": ""}}}, (47003, "argument invalid! data.thing1.value invalid")),
        ({"data": {"thing1": "text"}}, (47003, "argument invalid! data.thing1.value invalid")),
    ],
)
def test_a_subscribe_message_that_cannot_be_is_refused(ask, change, refusal):
    assert ask("/cgi-bin/message/subscribe/send", **{**MESSAGE, **change}).refusal == refusal


def test_that_the_user_has_not_subscribed_is_a_fault(ask, tenant):
    tenant.faults.add(api="subscribeMessage.send", errcode=43101, times=1)
    refused = ask("/cgi-bin/message/subscribe/send", **MESSAGE)
    assert refused.refusal == (43101, "user refuse to accept the msg")
    assert ask("/cgi-bin/message/subscribe/send", **MESSAGE).is_success


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({}, 0), ({"touser": "oNobody"}, 40003), ({"msgtype": None}, 40008), ({"msgtype": "x"}, 40008)],
)
def test_an_answer_of_the_customer_service_is_sent_to_a_user(ask, change, errcode):
    message = {"touser": "oAlice", "msgtype": "text", "text": {"content": "hello"}, **change}
    assert ask("/cgi-bin/message/custom/send", **message).errcode == errcode


def test_a_text_is_harmless_but_for_the_sample(ask):
    assert ask("/wxa/msg_sec_check", content="hello").members == OK
    assert ask("/wxa/msg_sec_check", content=f"hello {RISKY}").refusal == (87014, "risky content")
    assert ask("/wxa/msg_sec_check", content="x" * (500 * 1024 + 1)).errcode == 45002
    assert ask("/wxa/msg_sec_check").errcode == 40097


def test_the_second_version_tells_more_of_a_text(ask):
    asked = {"version": 2, "scene": 1, "openid": "oAlice"}
    harmless = ask("/wxa/msg_sec_check", **asked, content="hello")
    assert harmless["result"] == {"suggest": "pass", "label": 100}
    assert harmless["trace_id"]
    assert ask("/wxa/msg_sec_check", **asked, content=RISKY)["result"]["suggest"] == "risky"
    assert ask("/wxa/msg_sec_check", **{**asked, "openid": "oNobody"}, content="hello").errcode == 40003


@pytest.mark.parametrize(
    ("field", "content", "errcode"),
    [
        ("media", b"picture", 0),
        ("media", b"", 41005),
        ("other", b"picture", 41005),
        ("media", b"x" * (1024 * 1024 + 1), 40006),
    ],
    ids=["a picture", "an empty one", "another field", "a large one"],
)
def test_a_picture_to_be_checked_is_uploaded(http, wechat, field, content, errcode):
    body, content_type = encode_multipart_formdata({field: ("a.png", content, "image/png")})
    path = f"/wxa/img_sec_check?access_token={wechat.access_token}"
    assert http.post(path, data=body, content_type=content_type).json["errcode"] == errcode


def test_a_medium_is_checked_later(ask):
    asked = {"media_url": "https://a/b.png", "media_type": 2, "version": 2, "scene": 1, "openid": "oAlice"}
    assert ask("/wxa/media_check_async", **asked)["trace_id"]
    assert ask("/wxa/media_check_async", **{**asked, "openid": "oNobody"}).errcode == 40003
    assert ask("/wxa/media_check_async", **{**asked, "media_url": ""}).errcode == 40097


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("/wxa/getwxacodeunlimit", {"scene": "a=1"}),
        ("/wxa/getwxacode", {"path": "pages/index?a=1"}),
        ("/cgi-bin/wxaapp/createwxaqrcode", {"path": "pages/index"}),
    ],
)
def test_a_code_is_a_picture_of_png(ask_for_bytes, path, members):
    answer = ask_for_bytes(path, **members)
    assert answer.content_type == "image/png"
    assert rows_of_png(answer.data) == 64


@pytest.mark.parametrize(
    ("path", "members", "errcode"),
    [
        ("/wxa/getwxacodeunlimit", {}, 40169),
        ("/wxa/getwxacodeunlimit", {"scene": "x" * 33}, 40169),
        ("/wxa/getwxacode", {"path": ""}, 40159),
        ("/wxa/getwxacode", {"path": "x" * 1025}, 40159),
    ],
)
def test_a_code_that_cannot_be_is_refused_in_json(ask, path, members, errcode):
    assert ask(path, **members).errcode == errcode


def rows_of_png(data):
    """The rows of a picture, every checksum looked at."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + content),)
        chunks[kind] = content
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (width + 1)
    return height


def test_links_and_schemes_are_made_anew_each_time(ask):
    links = {ask("/wxa/generate_urllink", path="pages/index")["url_link"] for _ in range(3)}
    schemes = {ask("/wxa/generatescheme", jump_wxa={"path": "pages/index"})["openlink"] for _ in range(3)}
    assert len(links) == len(schemes) == 3
    assert all(re.fullmatch(r"https://wxaurl\.cn/\w{11}", link) for link in links)
    assert all(re.fullmatch(r"weixin://dl/business/\?t=\w{11}", scheme) for scheme in schemes)


@pytest.mark.parametrize(
    ("end", "errcode"),
    [
        ({"expire_time": NOON + 3600}, 0),
        ({"expire_time": NOON - 1}, 85401),
        ({"expire_time": NOON + 366 * 24 * 3600}, 85401),
        ({"expire_type": 1, "expire_interval": 30}, 0),
    ],
)
def test_a_link_ends_within_a_year(ask, end, errcode):
    assert ask("/wxa/generate_urllink", **end).errcode == errcode
    assert ask("/wxa/generatescheme", **end).errcode == errcode


def test_a_phone_number_is_had_once_for_a_code_of_the_phone(ask, new_phone, tenant):
    code = new_phone(openid="oAlice").get_phone_number()
    info = ask("/wxa/business/getuserphonenumber", code=code)["phone_info"]
    assert re.fullmatch(r"1\d{10}", info["phoneNumber"])
    assert info["purePhoneNumber"] == info["phoneNumber"]
    assert (info["countryCode"], info["watermark"]) == ("86", {"timestamp": NOON, "appid": tenant.appid})
    assert ask("/wxa/business/getuserphonenumber", code=code).refusal == (40029, "invalid code")


def test_a_user_has_one_phone_number_and_others_have_another(ask, new_phone):
    def number(openid):
        code = new_phone(openid=openid).get_phone_number()
        return ask("/wxa/business/getuserphonenumber", code=code)["phone_info"]["phoneNumber"]

    assert number("oAlice") == number("oAlice") != number("oBob")


@pytest.mark.parametrize("code", ["", "nobody's", None, 5, "\ud800"])
def test_a_code_that_the_phone_did_not_give_buys_no_number(ask, code):
    assert ask("/wxa/business/getuserphonenumber", code=code).errcode == 40029


def test_a_code_of_login_or_a_cloud_id_buys_no_number(ask, new_phone):
    phone = new_phone(openid="oAlice")
    for code in (phone.login(), str(phone.cloud_id(a=1))):
        assert ask("/wxa/business/getuserphonenumber", code=code).errcode == 40029


def test_a_code_for_a_number_lives_five_minutes_in_its_app(ask, new_phone, clock, other_wechat):
    phone = new_phone(openid="oAlice")
    code = phone.get_phone_number()
    path = "/wxa/business/getuserphonenumber"
    assert other_wechat.post(path, {"code": code}, access_token=other_wechat.access_token).errcode == 40029
    clock.advance(300)
    assert ask(path, code=code).errcode == 40029


@pytest.mark.parametrize("name", READY)
def test_each_can_be_given_another_answer(wechat, tenant, name):
    api = known.find(name)
    tenant.faults.next_answer({"errcode": 87014, "errmsg": "mine"}, api=name)
    body, content_type = (
        encode_multipart_formdata({"media": ("a.png", b"picture", "image/png")})
        if api.place == "form"
        else (b"{}", "application/json")
    )
    answer = wechat.http.post(f"{api.path}?access_token={wechat.access_token}", data=body, content_type=content_type)
    assert answer.json == {"errcode": 87014, "errmsg": "mine"}
