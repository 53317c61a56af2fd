"""A project of the usual kind runs on an emulator, and what it sent to WeChat can be asserted."""

from __future__ import annotations

import base64
import json
from functools import partial
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.slow  # through real processes

SHARED = Path(__file__).parents[2] / "functions/_shared"
TEA = "template-of-orders"
CLOUDBASERC = """
envId: env-demo
functions:
  - {name: initDatabase, runtime: Python3.11}
  - {name: login, runtime: Python3.11}
  - {name: order, runtime: Python3.11}
  - {name: myOrders, runtime: Python3.11}
  - {name: undeclared, runtime: Python3.11}
"""
INIT_DATABASE = """
import wxcloud

cloud = wxcloud.init()

@wxcloud.answers("initDatabase")
def main(event, context):
    database = cloud.of(context).database()
    for name in ("users", "orders"):
        database.create_collection(name)
    return {}
"""
LOGIN = """
import wxcloud

cloud = wxcloud.init()

@wxcloud.answers("login")
def main(event, context):
    invocation = cloud.of(context)
    session, users = cloud.auth.code2session(event["code"]), invocation.database().collection("users")
    told = cloud.auth.decrypt_data(session.session_key, event["encryptedData"], event["iv"])
    assert told["openId"] == session.openid == invocation.caller.openid
    is_new = users.where({"_openid": session.openid}).count()["total"] == 0
    if is_new:
        users.add({"_openid": session.openid, "name": told["nickName"]})
    return {"isNew": is_new, "name": told["nickName"]}
"""
MY_ORDERS = """
import wxcloud

cloud = wxcloud.init()

@wxcloud.answers("myOrders")
def main(event, context):
    invocation = cloud.of(context)
    own = invocation.database().collection("orders").where({"_openid": invocation.caller.openid})
    listed = own.order_by("goods").field({"_id": False, "goods": True, "isTold": True}).get()
    return {"orders": listed["data"]}
"""
ORDER = f"""
import wxcloud

cloud = wxcloud.init()

@wxcloud.answers("order")
def main(event, context):
    invocation = cloud.of(context)
    openapi, openid = invocation.openapi, invocation.caller.openid
    orders = invocation.database().collection("orders")
    checked = openapi.security.msgSecCheck(version=2, scene=1, openid=openid, content=event["goods"])
    if checked["result"]["suggest"] != "pass":
        return {{"errCode": 1, "errMsg": "not to be said"}}
    number = openapi.phonenumber.getPhoneNumber(code=event["phoneCode"])["phoneInfo"]["phoneNumber"]
    made = orders.add({{"_openid": openid, "goods": event["goods"], "isTold": False}})["_id"]
    openapi.subscribeMessage.send(
        touser=openid, templateId="{TEA}", page="pages/order", data={{"thing1": {{"value": event["goods"]}}}}
    )
    orders.doc(made).update({{"isTold": True}})
    code = openapi.wxacode.getUnlimited(scene="order=1")
    room = openapi.liveBroadcast.getLiveInfo(start=0, limit=1)
    return {{"number": number, "code": code, "room": room["roomInfo"]}}
"""
DECLARED = [
    "security.msgSecCheck",
    "phonenumber.getPhoneNumber",
    "subscribeMessage.send",
    "wxacode.getUnlimited",
    "liveBroadcast.getLiveInfo",
]
ROOM = {"errcode": 0, "errmsg": "ok", "room_info": [{"name": "tea", "roomid": 7}]}
SEED = {
    "apps": [
        {
            "appid": "wx1234567890abcdef",
            "secret": "0123456789abcdef0123456789abcdef",
            "env": "env-demo",
            "faults": [{"api": "liveBroadcast.getLiveInfo", "reply": ROOM}],
        }
    ]
}


@pytest.fixture(scope="module")
def running(start_for_module, write_project, tmp_path_factory):
    functions = {"initDatabase": INIT_DATABASE, "login": LOGIN, "myOrders": MY_ORDERS, "order": ORDER}
    project = write_project(CLOUDBASERC, **functions, undeclared=ORDER)
    (project / "functions/_shared").symlink_to(SHARED)
    config = json.dumps({"permissions": {"openapi": DECLARED}})
    (project / "functions/order/config.json").write_text(config, encoding="utf-8")
    seed = tmp_path_factory.mktemp("seed") / "seed.yaml"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    running = start_for_module("--seed", str(seed), project=project)
    assert running.new_phone("none").call_function("initDatabase")["errCode"] == 0
    return running


@pytest.fixture
def app(running):
    return running.app


@pytest.fixture
def phone(app):
    return app.new_user().new_phone("none")


@pytest.fixture
def wxemu(wxemu, running):
    return partial(wxemu, of=running)


def order(phone, goods="tea", function="order"):
    return phone.call_function(function, goods=goods, phoneCode=phone.get_phone_number())


def test_an_order_is_made_and_its_messages_stand_in_the_outbox(app, phone):
    done = order(phone)
    assert done["number"].startswith("1")
    assert done["room"] == [{"name": "tea", "roomid": 7}]
    assert done["code"]["contentType"] == "image/png"
    assert base64.b64decode(done["code"]["buffer"]).startswith(b"\x89PNG")
    sent = app.requests.of("subscribeMessage.send")[-1].given
    assert (sent["touser"], sent["template_id"]) == (phone.openid, TEA)
    assert sent["data"] == {"thing1": {"value": "tea"}}


def test_a_user_is_known_from_the_first_login_on(phone):
    def login():
        code = phone.login()
        told = phone.get_user_info(nickName="Alice").encrypted
        return phone.call_function("login", code=code, encryptedData=told.encrypted_data, iv=told.iv)

    first, second = login(), login()
    assert (first["isNew"], first["name"]) == (True, "Alice")
    assert (second["isNew"], second["name"]) == (False, "Alice")


def test_orders_are_kept_and_listed_for_who_made_them(app, phone):
    order(phone, goods="tea")
    app.faults.add(api="subscribeMessage.send", errcode=43101, times=1)
    assert order(phone, goods="cups")["errCode"] == 43101
    order(app.new_user().new_phone("none"), goods="coffee")
    listed = phone.call_function("myOrders")["orders"]
    assert listed == [{"goods": "cups", "isTold": False}, {"goods": "tea", "isTold": True}]


def test_risky_goods_send_nothing(app, phone):
    before = len(app.requests.of("subscribeMessage.send"))
    assert order(phone, "特3456书yuuo莞6543李zxcz蒜7782法fgnv级")["errCode"] == 1
    assert len(app.requests.of("subscribeMessage.send")) == before


def test_a_user_who_has_not_subscribed_is_the_functions_to_handle(app, phone):
    app.faults.add(api="subscribeMessage.send", errcode=43101, times=1)
    assert order(phone)["errCode"] == 43101


def test_what_config_json_does_not_declare_is_refused(phone):
    assert order(phone, function="undeclared")["errCode"] == -604101


def test_the_command_line_programs_answers_and_shows_what_was_sent(running, app, wxemu, tmp_path):
    picture = tmp_path / "code.jpg"
    picture.write_bytes(b"\xff\xd8\xff and what follows")
    assert wxemu("fault", "add", "--api", "wxacode.createQRCode", "--file", str(picture)).returncode == 0
    reply = json.dumps({"errcode": 0, "of": "${url_link}"})
    assert wxemu("fault", "add", "--api", "urllink.query", "--reply", reply).returncode == 0
    query = {"grant_type": "client_credential", "appid": app.appid, "secret": app.secret}
    token = requests.get(f"{running.url}/cgi-bin/token", params=query, timeout=10).json()["access_token"]

    def post(path, members):
        return requests.post(running.url + path, params={"access_token": token}, json=members, timeout=10)

    shown = post("/cgi-bin/wxaapp/createwxaqrcode", {"path": "pages/a"})
    assert (shown.content, shown.headers["Content-Type"]) == (picture.read_bytes(), "image/jpeg")
    assert post("/wxa/query_urllink", {"url_link": "u"}).json() == {"errcode": 0, "of": "u"}
    (line,) = wxemu("requests", "--api", "urllink.query", "--json").stdout.splitlines()
    assert json.loads(line)["given"] == {"url_link": "u"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--api", "urllink.querry", "--errcode", "-1"), "is urllink.query meant?"),
        (("--api", "wxacode.get", "--file", "nothing.png"), "'nothing.png' does not exist"),
        (("--api", "wxacode.get", "--reply", "{}", "--file", __file__), "expected --reply or --file, got both"),
    ],
)
def test_an_answer_that_cannot_be_programmed_is_refused_in_a_sentence(wxemu, options, told):
    refused = wxemu("fault", "add", *options)
    assert refused.returncode != 0
    assert told in refused.stderr
