"""``wxemu requests`` and ``wxemu explain`` on a running emulator."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest
from classic_mistakes import CLASSIC, with_confirmation

pytestmark = pytest.mark.slow


@pytest.fixture
def wxemu(wxemu, emulator):
    return partial(wxemu, of=emulator)


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_classic_mistake_is_explained_by_name(mistaken_server, wxemu, classic):
    answer = classic.make(mistaken_server)
    rid = mistaken_server.latest()
    told = wxemu("explain", answer.get("errmsg", rid))
    assert told.returncode == 0
    assert f"\n  {classic.name}: " in told.stdout
    assert "\n  What to do: " in told.stdout
    assert json.loads(wxemu("explain", rid, "--json").stdout)["causes"] == [classic.name]


def test_what_is_right_is_told_to_be_so(mistaken_server, wxemu):
    with_confirmation(lambda text, signature: (text, signature))(mistaken_server)
    told = wxemu("explain", mistaken_server.latest())
    assert told.stdout.splitlines()[0] == "Nothing is wrong: the call succeeded."


def test_a_functions_own_rid_and_request_id_are_explained_by_what_it_called(emulator, wxemu):
    phone = emulator.new_phone()
    signed = phone.start_soter_authentication("order/1").signed
    text = json.dumps(json.loads(signed["jsonString"]))
    assert phone.call_function("verifySignature", **{**signed, "jsonString": text})["isOk"] is False
    told = wxemu("explain", emulator.app.requests.last(api="wx.cloud.callFunction").rid)
    assert "json_string_reserialised" in told.stdout
    assert "The function's call of soter.verifySignature is what failed" in told.stdout

    nobody = phone.call_function("verifySignature", jsonString="{}", jsonSignature="")
    assert "parameter_wrong" in wxemu("explain", nobody["errMsg"]).stdout


def test_requests_are_listed_shown_and_sent_again(mistaken_server, wxemu):
    mistaken_server.verify("oNobodyHere", "{}", "AAAA")
    rid = mistaken_server.latest()
    (line,) = wxemu("requests", "--q", "oNobodyHere", "--errcode", "40003", "--limit", "1").stdout.splitlines()
    assert re.fullmatch(rf"\S+Z {rid} +wechat +soter.verifySignature 40003 [\d.]+ms", line)
    shown = json.loads(wxemu("requests", "show", rid, "--json").stdout)
    assert shown["layers"][1]["content"]["openid"] == "oNobodyHere"
    assert wxemu("requests", "replay", rid).stdout.splitlines()[1] == "  answered as before"
    assert len(wxemu("requests", "--failed", "--json", "--limit", "2").stdout.splitlines()) == 2


def test_a_rid_of_nothing_is_told_in_one_sentence(wxemu):
    told = wxemu("explain", "6553f100-00000000-00000000")
    assert (told.returncode, told.stderr) == (1, "Error: no exchange has the rid '6553f100-00000000-00000000'\n")
