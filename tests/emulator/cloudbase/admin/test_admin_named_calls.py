"""Cloud calls of openapis that are known by name."""

import json

import pytest

from wxemu.cloudbase.admin.openapi_pb2 import CommApiData

LIVE, PICTURE, UPLOAD = "liveBroadcast.getLiveInfo", "wxacode.getUnlimited", "security.imgSecCheck"
PNG = b"\x89PNG\r\n\x1a\n and what follows"
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def ask(sdk, grant):
    """Ask for an openapi as wx-server-sdk does, inside an invocation that may."""

    def call(name, declared=None, **parameters):
        sdk.token = grant(openapis=(name,) if declared is None else declared)
        message = CommApiData()
        for key, value in parameters.items():
            is_file = isinstance(value, bytes)
            content = value if is_file else json.dumps(value).encode()
            kind = {"content_type": "image/png", "filename": "media.png"} if is_file else {}
            message.openapi_data.pairs.add(key=key, value=content, **kind)
        return sdk.open_api(message.SerializeToString(), name)

    return call


def test_what_is_declared_and_programmed_is_answered(ask, tenant):
    tenant.faults.answer({**OK, "asked": "${start}"}, api=LIVE)
    assert json.loads(ask(LIVE, start=5).resp_data) == {**OK, "asked": 5}


def test_what_is_declared_and_not_programmed_says_how_to_program_it(ask):
    refused = json.loads(ask(LIVE).resp_data)
    assert refused["errcode"] == 40066
    assert f"wxemu fault add --api {LIVE}" in refused["errmsg"]


def test_what_is_not_declared_may_not_be_called(ask, tenant):
    tenant.faults.answer(OK, api=LIVE)
    assert ask(LIVE, declared=()).error_code == -604101


@pytest.mark.parametrize("name", ["addDatabaseItem", "immediateDelivery.addOrder", "liveBroadcast.nothing"])
def test_what_wechat_has_not_by_cloud_call_is_not_found(ask, name):
    assert ask(name).error_code == -604100


def test_a_login_state_signature_is_not_asked_for(ask, tenant):
    tenant.faults.answer(OK, api="wxa.game.pay")
    assert json.loads(ask("wxa.game.pay", openid="oAlice").resp_data) == OK


def test_a_picture_comes_as_its_bytes(ask, tenant):
    tenant.faults.answer(PNG, api=PICTURE)
    reply = ask(PICTURE, scene="a=1")
    assert (reply.resp_data, reply.content_type) == (PNG, "image/png")


def test_a_file_is_shown_in_the_journal(ask, tenant):
    assert json.loads(ask(UPLOAD, media=PNG).resp_data) == OK
    (sent,) = tenant.requests.of(UPLOAD)
    shown = {"contentType": "image/png", "fileName": "media.png", "bytes": len(PNG)}
    assert sent.given["media"].items() >= shown.items()


def test_of_two_names_at_one_path_each_has_its_own_answer(ask, tenant):
    old, new = "subscribeMessage.getCategory", "officialAccount.newtmpl.getCategory"
    tenant.faults.answer({**OK, "data": [1]}, api=old)
    tenant.faults.answer({**OK, "data": [2]}, api=new)
    assert [json.loads(ask(name).resp_data)["data"] for name in (old, new)] == [[1], [2]]
