"""The state over HTTP: exported, imported, saved, and gone back to."""

import json

import pytest

APPID = "wx1234567890abcdef"
OTHER = "wxfedcba0987654321"
SNAPSHOTS = "/emulator/v1/state/snapshots"


@pytest.fixture
def exported(http):
    """The document, as text."""

    def export(query=""):
        response = http.get(f"/emulator/v1/state{query}")
        assert (response.status_code, response.content_type) == (200, "application/json")
        return response.text

    return export


def put(http, document):
    return http.put("/emulator/v1/state", data=document if isinstance(document, str) else json.dumps(document))


def told(response):
    return response.status_code, response.json["error"]["message"]


def test_what_is_exported_can_be_imported_again(http, wechat, new_phone, exported):
    key = wechat.log_in("oAlice")
    token = wechat.access_token
    document = exported()
    new_phone()
    wechat.log_in("oAlice")
    assert put(http, document).json == {"apps": [APPID, OTHER]}
    assert exported() == document
    assert wechat.check_session("oAlice", key, access_token=token).is_success


def test_it_is_imported_elsewhere(http, serve, open_world, wechat, exported):
    token = wechat.access_token
    there = serve(open_world())
    assert there.get("/readyz").status_code == 503
    assert put(there, exported()).status_code == 200
    assert there.get("/readyz").status_code == 200
    query = {"grant_type": "client_credential", **wechat.credentials}
    assert there.post("/cgi-bin/stable_token", json=query).json["access_token"] == token


def test_the_journal_can_be_left_out(wechat, control, exported):
    wechat.plain_token()
    assert json.loads(exported())["world"]["exchanges"]
    assert "exchanges" not in json.loads(exported("?withoutJournal=true"))["world"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "this is not a state of an emulator: expected a JSON object, found something else"),
        ("[]", "this is not a state of an emulator: expected a JSON object, found something else"),
        ("{}", "this is not a state of an emulator: expected a document with the member wxcloud-state"),
        ({"wxcloud-state": 0}, "the state is of version 0, this emulator reads version "),
        ({"wxcloud-state": True}, "the state is of version True, this emulator reads version "),
    ],
)
def test_what_is_no_state_is_refused_and_changes_nothing(http, exported, document, message):
    before = exported()
    status, text = told(put(http, document))
    assert (status, text[: len(message)]) == (400, message)
    assert exported() == before


def test_a_document_may_be_larger_than_any_other_request(http, exported):
    document = json.loads(exported())
    part = {"number": 1, "upload_id": "u", "content": {"base64": "A" * 40 * 1024 * 1024}}
    document["world"]["upload_parts"].append(part)
    assert put(http, document).status_code == 200


def test_the_document_is_in_no_journal(wechat, http, control, exported):
    put(http, exported())
    assert control.exchanges == []


class TestSnapshots:
    def test_are_saved_listed_gone_back_to_and_deleted(self, http, control, new_phone):
        at = control.get("clock")["now"]
        assert control.post("state/snapshots", name="before") == {"name": "before", "savedAt": at}
        new_phone()
        assert control.get("state/snapshots") == {"snapshots": [{"name": "before", "savedAt": at}]}
        assert control.post("state/reset", to="before") == {"to": "before"}
        assert http.get("/phone/v1/phones").json == {"phones": []}
        assert http.delete(f"{SNAPSHOTS}/before").json == {"deleted": "before"}
        assert control.get("state/snapshots") == {"snapshots": []}

    def test_of_one_name_are_replaced(self, http, control, new_phone):
        control.post("state/snapshots", name="s")
        phone = new_phone()
        control.post("state/snapshots", name="s")
        control.post("state/reset", to="seed")
        control.post("state/reset", to="s")
        assert [one["phoneId"] for one in http.get("/phone/v1/phones").json["phones"]] == [phone.phone_id]

    def test_outlive_every_reset(self, control):
        control.post("state/snapshots", name="s")
        for target in ("seed", "empty", "s"):
            control.post("state/reset", to=target)
        assert [one["name"] for one in control.get("state/snapshots")["snapshots"]] == ["s"]


class TestResetOfOneApp:
    def test_leaves_the_tokens_of_the_other_in_force(self, wechat, other_wechat, control):
        token, other_token = wechat.access_token, other_wechat.access_token
        assert control.post("state/reset", to="seed", appid=APPID) == {"to": "seed", "appid": APPID}
        assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==", access_token=token).errcode == 40001
        assert other_wechat.check_session("oDave", "49Q2zEXM3ogcyacpGdCa3A==", access_token=other_token).is_success
