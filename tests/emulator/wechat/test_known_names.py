"""An openapi that WeChat has by name, and that is not emulated: what is checked before its programmed answer."""

import hashlib

import pytest
from mini_program_server import WeChat
from urllib3 import encode_multipart_formdata

from wxemu.wechat import known

NAMED = [api for api in known.all_apis() if api.kind == "named"]
ADD_TEMPLATE = "/wxaapi/newtmpl/addtemplate"
PNG = b"\x89PNG\r\n\x1a\n and what follows"
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def program(tenant):
    """Have an openapi give an answer."""
    return tenant.faults.answer


def test_each_of_them_is_wechats_and_asks_for_an_access_token(http):
    for path in {api.path for api in NAMED}:
        api = known.find_by_path(path)
        answer = http.open(path, method=api.method or "POST")
        assert (answer.json["errcode"], path) == (41001, path)


def test_no_two_names_stand_for_one_openapi_by_chance():
    assert len(set(known.names())) == len(known.names())
    assert len(known.names()) > 250


def test_without_an_answer_it_says_how_to_program_one(wechat):
    refused = wechat.post("/wxa/business/getliveinfo", {"start": 0}, access_token=wechat.access_token)
    how = """wxemu fault add --api liveBroadcast.getLiveInfo --reply '{"errcode": 0, "errmsg": "ok"}'"""
    words = f"liveBroadcast.getLiveInfo is known to the emulator and not emulated; program its answer: {how}"
    assert refused.refusal == (40066, words)


def test_what_it_says_to_do_helps(wechat, program):
    program(OK, api="liveBroadcast.getLiveInfo")
    assert wechat.post("/wxa/business/getliveinfo", {}, access_token=wechat.access_token).members == OK


def test_why_there_is_no_answer_is_explained(wechat, tenant):
    refused = wechat.post("/wxa/business/getliveinfo", {}, access_token=wechat.access_token)
    assert tenant.requests.explain(refused.rid).causes == ("answer_missing",)


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/wxa/business/getliveinfo", (43002, "require POST method")),
        ("PUT", "/wxa/business/getliveinfo", (43002, "require POST method")),
        ("POST", "/wxaapi/newtmpl/getcategory", (43001, "require GET method")),
        ("POST", "/wxa/business/nothing", (40066, "invalid url")),
        ("PUT", "/wxa/business/nothing", (40066, "invalid url")),
    ],
)
def test_the_method_is_checked(wechat, method, path, refusal):
    assert wechat.call(method, path, access_token=wechat.access_token).refusal == refusal


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("/wxa/business/getliveinfo", b"", 44002),
        ("/wxa/business/getliveinfo", b"start=0", 47001),
        ("/wxa/imagesearch", b"{}", 41005),
    ],
)
def test_the_form_of_the_body_is_checked(wechat, program, path, body, errcode):
    program(OK, api="liveBroadcast.getLiveInfo")
    program(OK, api="search.imageSearch")
    # A fault stands in the place of the decision, not of the reading.
    assert wechat.call("POST", path, body=body, access_token=wechat.access_token).errcode == errcode


def test_an_access_token_that_is_none_is_refused(wechat, program):
    program(OK, api="liveBroadcast.getLiveInfo")
    assert wechat.post("/wxa/business/getliveinfo", {}, access_token="x" * 136).errcode in (40001, 40014)


def test_an_app_that_may_not_use_it_may_not(wechat, program, tenant):
    program(OK, api="liveBroadcast.getLiveInfo")
    tenant.restrict(unauthorized=["liveBroadcast.getLiveInfo"])
    assert wechat.post("/wxa/business/getliveinfo", {}, access_token=wechat.access_token).errcode == 48001


def test_an_answer_is_that_of_one_app(wechat, other_wechat, program):
    program(OK, api="liveBroadcast.getLiveInfo")
    path = "/wxa/business/getliveinfo"
    assert other_wechat.post(path, {}, access_token=other_wechat.access_token).errcode == 40066
    assert wechat.post(path, {}, access_token=wechat.access_token).is_success


def test_over_https_an_answer_may_be_programmed_by_any_name_of_the_path(wechat, tenant):
    for name in ("subscribeMessage.addTemplate", "officialAccount.newtmpl.addTemplate"):
        tenant.faults.next_answer({**OK, "priTmplId": name}, api=name)
        assert wechat.post(ADD_TEMPLATE, {"tid": "1"}, access_token=wechat.access_token)["priTmplId"] == name


def test_over_https_a_call_is_kept_by_the_older_name_of_its_path(wechat, tenant):
    wechat.post(ADD_TEMPLATE, {"tid": "1"}, access_token=wechat.access_token)
    assert len(tenant.requests.of("subscribeMessage.addTemplate")) == 1


def test_placeholders_take_values_of_the_request(wechat, program):
    reply = {**OK, "whole": "${tid}", "list": ["${kidList}"], "in": "no. ${tid} of ${sceneDesc}", "deep": "${a.b}"}
    program({**reply, "absent": "${absent}", "${tid}": 1}, api="subscribeMessage.addTemplate")
    sent = {"tid": 7, "kidList": [1, 2], "sceneDesc": '"quoted" 订单', "a": {"b": None}}
    answer = wechat.post(ADD_TEMPLATE, sent, access_token=wechat.access_token)
    filled = {"whole": 7, "list": [[1, 2]], "in": 'no. 7 of "quoted" 订单', "deep": None}
    assert answer.members == {**OK, **filled, "absent": "${absent}", "${tid}": 1}


def test_placeholders_take_values_of_a_query_and_of_an_urlencoded_body(http, wechat, program):
    program({"got": "${id}"}, api="subscribeMessage.getPubTemplateKeyWordsById")
    token = wechat.access_token
    assert wechat.get("/wxaapi/newtmpl/getpubtemplatekeywords", id="5", access_token=token).members == {"got": "5"}
    program({"got": "${kidList}"}, api="subscribeMessage.addTemplate")
    sent = {"tid": "1", "kidList": ["1", "2"]}
    assert http.post(f"{ADD_TEMPLATE}?access_token={token}", data=sent).json == {"got": ["1", "2"]}


def test_an_answer_may_be_a_picture(http, wechat, tenant):
    tenant.faults.next_answer(PNG, api="operation.getFeedbackmedia")
    answer = http.get(f"/cgi-bin/media/getfeedbackmedia?access_token={wechat.access_token}")
    assert (answer.data, answer.content_type) == (PNG, "image/png")
    (kept,) = tenant.requests.of("operation.getFeedbackmedia")
    assert kept.answer["contentType"] == "image/png"


@pytest.mark.parametrize("buffer", ["not base64!", 5, None])
def test_a_picture_that_is_none_is_refused(http, buffer):
    asked = {"api": "wxacode.get", "reply": {"contentType": "image/png", "buffer": buffer}}
    answer = http.post("/emulator/v1/faults", json=asked)
    assert (answer.status_code, answer.json["error"]["message"]) == (400, "reply: buffer: expected the bytes in base64")


def test_an_upload_is_decoded_for_the_journal(http, wechat, program, tenant):
    program({"type": "${type}", "media_id": "m1"}, api="customerServiceMessage.uploadTempMedia")
    body, content_type = encode_multipart_formdata({"media": ("a.png", PNG, "image/png"), "note": "hello"})
    path = f"/cgi-bin/media/upload?type=image&access_token={wechat.access_token}"
    answer = http.post(path, data=body, content_type=content_type)
    assert answer.json == {"type": "image", "media_id": "m1"}
    (sent,) = tenant.requests.of("customerServiceMessage.uploadTempMedia")
    digest = hashlib.sha256(PNG).hexdigest()
    assert sent.given["media"] == {
        "contentType": "image/png",
        "fileName": "a.png",
        "bytes": len(PNG),
        "sha256": digest,
    }
    assert sent.given["note"] == "hello"


@pytest.mark.parametrize("name", ["ocr.idcard", "img.aiCrop"])
def test_an_image_may_be_named_by_its_address_instead(wechat, program, name):
    program({**OK, "url": "${img_url}"}, api=name)
    path = known.find(name).path
    assert wechat.call("POST", path, img_url="https://a/b", access_token=wechat.access_token)["url"] == "https://a/b"


def test_a_fault_takes_any_name(wechat, tenant):
    tenant.faults.add(api="liveBroadcast.getLiveInfo", errcode=45009, times=1)
    assert wechat.post("/wxa/business/getliveinfo", {}, access_token=wechat.access_token).errcode == 45009


def test_answers_may_stand_in_the_seed(emulator, http):
    fault = {"api": "urllink.query", "reply": {**OK, "asked": "${url_link}"}}
    with emulator.new_app(faults=[fault, {"api": "urllink.generate", "errcode": 85079}]) as app:
        server = WeChat(http, app)
        token = server.access_token
        assert server.post("/wxa/query_urllink", {"url_link": "u"}, access_token=token)["asked"] == "u"
        assert server.post("/wxa/generate_urllink", {}, access_token=token).errcode == 85079


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"api": "urllink.nothing", "reply": {}}, "'urllink.nothing'"),
        ({"api": "urllink.query"}, "expected an effect"),
        ({"api": "urllink.query", "replies": {}}, "replies: a fault has no such member"),
        ({"api": "urllink.query", "appid": "wx1", "errcode": -1}, "appid: a fault has no such member"),
    ],
)
def test_a_seed_with_an_answer_that_cannot_be_is_refused(http, fault, told):
    answer = http.post("/emulator/v1/apps", json={"faults": [fault]})
    assert answer.status_code == 400
    assert told in answer.json["error"]["message"]
