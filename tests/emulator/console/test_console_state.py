"""The whole state on the console: out, in, and back."""

import io
import json

import pytest

from wxemu.console import saved_events
from wxemu.console.saved_events import SavedEvent
from wxemu.state import snapshots
from wxemu.wechat import users
from wxemu.wechat.users import User

APPID = "wx1234567890abcdef"
OTHER_APPID = "wxfedcba0987654321"


def openids(world, appid=APPID):
    return [user.openid for user in users.all_users(world, appid)]


@pytest.fixture
def send_file(http):
    """Send a document to be imported."""

    def send_one(content, **fields):
        file = (io.BytesIO(content.encode()), "state.json")
        return http.post("/state/replace", data={"document": file, **fields}, content_type="multipart/form-data")

    return send_one


def test_an_export_comes_as_a_file(http, wechat):
    wechat.plain_token()
    answer = http.get("/state/export?journal=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="wxcloud-state.json"'
    assert len(answer.json["world"]["exchanges"]) == 1
    assert "exchanges" not in http.get("/state/export").json["world"]


def test_what_was_exported_can_be_imported(http, send, send_file, world):
    exported = http.get("/state/export").text
    send("/users/add", openid="oNew")
    answer = send_file(exported, is_sure="1")
    assert answer.status_code == 303
    assert "oNew" not in openids(world)
    assert "The document is imported." in http.get("/state").text


@pytest.mark.parametrize(
    ("content", "fields", "reason"),
    [
        ("{}", {"is_sure": "1"}, "this is not a state of an emulator"),
        ("nothing", {"is_sure": "1"}, "expected a JSON object"),
        ('{"wxcloud-state": 99}', {"is_sure": "1"}, "is of version 99"),
        ("{}", {}, "nothing was changed"),
    ],
)
def test_what_is_no_state_is_not_imported(send_file, world, content, fields, reason):
    before = world.store.writes()
    answer = send_file(content, **fields)
    assert answer.status_code == 400
    assert reason in answer.text
    assert world.store.writes() == before


def test_snapshots_are_saved_listed_found_and_forgotten(send, read, world):
    assert "wxemu state save before" in read("/state")
    assert "The snapshot is saved." in send("/state/save", name="before")[1]
    send("/state/save", name="after")
    assert "before 20" in read("/state?q=BEF")
    assert "after 20" not in read("/state?q=bef")
    assert "Nothing found" in read("/state?q=never")
    assert "The snapshot is deleted." in send("/state/forget", to="before")[1]
    assert [snapshot.name for snapshot in snapshots.all_snapshots(world)] == ["after"]


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("confirm=reset&to=seed", "Reset all apps to “seed”?"),
        (f"confirm=reset&to=empty&of={APPID}", f"Reset {APPID} to “empty”?"),
        ("confirm=forget&to=before", "Delete the snapshot “before”?"),
        ("confirm=reset&to=<b>", "Reset all apps to “<b>”?"),
    ],
)
def test_what_cannot_be_undone_is_asked_about_first(read, world, asked, question):
    before = world.store.writes()
    assert question in read(f"/state?{asked}")
    assert world.store.writes() == before


@pytest.mark.parametrize("asked", ["", "confirm=", "confirm=burn&to=seed"])
def test_where_nothing_is_asked_for_nothing_is_asked(http, asked):
    assert 'id="sure"' not in http.get(f"/state?{asked}").text


def test_everything_goes_back_to_the_seed(send, world):
    send("/users/add", openid="oNew")
    status, page = send("/state/reset", to="seed", of="")
    assert status == 303
    assert "Reset." in page
    assert openids(world) == ["oAlice", "oBob", "oCarol", "oMallory"]


def test_one_app_is_emptied_and_the_other_stays(send, world):
    send("/state/reset", to="empty", of=APPID)
    assert openids(world) == []
    assert openids(world, OTHER_APPID) == ["oDave"]


def test_a_snapshot_is_gone_back_to(send, world):
    send("/state/save", name="before")
    with world.transaction():
        users.add(world, User(APPID, "oNew"))
    send("/state/reset", to="before")
    assert "oNew" not in openids(world)


def test_saved_events_outlast_every_reset(send, http, world):
    saved = SavedEvent("env-demo", "ask", "one", "{}", "server", "")
    with world.transaction():
        saved_events.keep(world, saved)
    for to in ("seed", "empty"):
        send("/state/reset", to=to)
    assert saved_events.of_function(world, "env-demo", "ask") == {"one": saved}
    assert "saved_events" not in json.loads(http.get("/state/export").text)["world"]


def test_the_page_counts_what_there_is(read):
    assert "users 5" in read("/state")
