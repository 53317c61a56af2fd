"""``wxemu requests`` and ``wxemu explain`` on a running emulator."""

from __future__ import annotations

import json
import re

import pytest
from classic_mistakes import CLASSIC, Server, with_confirmation
from click.testing import CliRunner

from wxemu.cli import main

pytestmark = pytest.mark.slow


@pytest.fixture
def server(emulator):
    def send(method, path, body):
        members = None if body is None else body.decode()
        url = f"{emulator.remote.url}{path}"
        answer = emulator.remote._session.request(method, url, data=members, timeout=20)
        return json.loads(answer.text)

    return Server(send)


@pytest.fixture
def wxemu(emulator):
    def run(*arguments):
        return CliRunner().invoke(main, [*arguments, "--url", emulator.remote.url], catch_exceptions=False)

    return run


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_classic_mistake_is_explained_by_name(server, wxemu, classic):
    answer = classic.make(server)
    rid = server.latest()
    told = wxemu("explain", answer.get("errmsg", rid))
    assert told.exit_code == 0
    assert f"\n  {classic.name}: " in told.stdout
    assert "\n  What to do: " in told.stdout
    assert json.loads(wxemu("explain", rid, "--json").stdout)["causes"] == [classic.name]


def test_what_is_right_is_told_to_be_so(server, wxemu):
    with_confirmation(lambda text, signature: (text, signature))(server)
    told = wxemu("explain", server.latest())
    assert told.stdout.splitlines()[0] == "Nothing is wrong: the call succeeded."


def test_a_functions_own_rid_and_request_id_are_explained_by_what_it_called(emulator, wxemu):
    phone = emulator.phone()
    signed = phone.confirm("order/1")
    text = json.dumps(json.loads(signed["resultJSON"]))
    answer = phone.call("verifySignature", jsonString=text, jsonSignature=signed["resultJSONSignature"])
    assert answer["result"]["isOk"] is False
    told = wxemu("explain", answer["requestID"])
    assert "json_string_reserialised" in told.stdout
    assert "The function's call of soter.verifySignature is what failed" in told.stdout

    stale = phone.call("checkSession")
    assert "errCode" in stale["result"]
    nobody = phone.call("verifySignature", jsonString="{}", jsonSignature="")
    assert "parameter_wrong" in wxemu("explain", nobody["result"]["errMsg"]).stdout


def test_requests_are_listed_shown_and_sent_again(server, wxemu):
    server.verify("oNobodyHere", "{}", "AAAA")
    rid = server.latest()
    (line,) = wxemu("requests", "--q", "oNobodyHere", "--errcode", "40003", "--limit", "1").stdout.splitlines()
    assert re.fullmatch(rf"\S+Z {rid} +wechat +soter.verifySignature 40003 [\d.]+ms", line)
    shown = json.loads(wxemu("requests", "show", rid, "--json").stdout)
    assert shown["layers"][1]["content"]["openid"] == "oNobodyHere"
    assert wxemu("requests", "replay", rid).stdout.splitlines()[1] == "  answered as before"
    assert len(wxemu("requests", "--failed", "--json", "--limit", "2").stdout.splitlines()) == 2


def test_a_rid_of_nothing_is_told_in_one_sentence(emulator):
    told = CliRunner().invoke(main, ["explain", "6553f100-00000000-00000000", "--url", emulator.remote.url])
    assert (told.exit_code, told.stderr) == (1, "Error: no exchange has the rid '6553f100-00000000-00000000'\n")
