"""State that outlives its processes, however they end; and states that go from one emulator to another."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlencode

import pytest

from wxemu.client.testing import Clock
from wxemu.core.world import DATABASE_NAME

pytestmark = pytest.mark.slow  # every test starts emulators

APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
ENOUGH = 300
"""Answers, after which the load is cut off."""


class Server:
    """A mini program's server."""

    def __init__(self, running):
        self.running = running

    def token(self):
        asked = {"grant_type": "client_credential", **self._credentials}
        return self.running.ask("POST", "/cgi-bin/stable_token", asked)["access_token"]

    def code_to_session(self, code):
        query = {**self._credentials, "js_code": code, "grant_type": "authorization_code"}
        return self.running.ask("GET", f"/sns/jscode2session?{urlencode(query)}")

    def verify(self, openid, confirmation, token):
        members = {
            "openid": openid,
            "json_string": confirmation.result_json,
            "json_signature": confirmation.result_json_signature,
        }
        return self.running.ask("POST", f"/cgi-bin/soter/verify_signature?access_token={token}", members)

    def calls(self, api):
        found = self.running.ask("GET", f"/emulator/v1/quotas?appid={APPID}")["quotas"]
        return sum(quota["calls"] for quota in found if quota["api"] == api)

    @property
    def _credentials(self):
        return {"appid": APPID, "secret": SECRET}


class Load:
    """Phones that confirm and log in, and a server that verifies, until the emulator is gone."""

    def __init__(self, running):
        self.running, self.token = running, Server(running).token()
        self.phone = running.new_phone()
        self.counters, self.used, self.unused, self.verified = [], [], [], []
        self.sent = 0
        self.is_enough = threading.Event()

    def go_on(self, _):
        connection = self.running.again()
        server, phone = Server(connection), connection.same_phone(self.phone)
        with contextlib.suppress(Exception):  # whatever a client meets when its server is killed
            while True:
                self._once(server, phone)
                if len(self.verified) >= ENOUGH:
                    self.is_enough.set()

    def _once(self, server, phone):
        confirmation = phone.start_soter_authentication("order")
        self.counters.append(json.loads(confirmation.result_json)["counter"])
        self.verified.append(server.verify(phone.openid, confirmation, self.token)["is_ok"])
        self.unused.append(phone.login())
        code = phone.login()
        self.sent += 1
        if "session_key" in server.code_to_session(code):
            self.used.append(code)


def test_a_kill_of_all_processes_amid_verifications_leaves_a_consistent_state(start, tmp_path):
    folder = str(tmp_path / "state")
    first = start("--state", folder)
    Clock(first).freeze()
    first.ask("PATCH", "/emulator/v1/settings", {"quotas": {"auth.code2Session": {"minute": 10**6}}})
    first.ask("POST", "/emulator/v1/state/snapshots", {"name": "before"})
    other = first.new_phone()
    key = Server(first).code_to_session(other.login())["session_key"]
    load = Load(first)

    with ThreadPoolExecutor(4) as clients:
        working = [clients.submit(load.go_on, number) for number in range(4)]
        assert load.is_enough.wait(120)
        first.kill()
    assert all(one.done() for one in working)

    with contextlib.closing(sqlite3.connect(tmp_path / "state" / DATABASE_NAME)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    second = start("--state", folder)
    server, phone = Server(second), second.same_phone(load.phone)
    assert load.verified == [True] * len(load.verified)
    assert len(set(load.counters)) == len(load.counters)
    assert len(load.used) + 1 <= server.calls("auth.code2Session") <= load.sent + 1
    confirmation = phone.start_soter_authentication("order")
    assert json.loads(confirmation.result_json)["counter"] > max(load.counters)
    assert {server.code_to_session(code)["errcode"] for code in load.used} == {40163}
    assert "session_key" in server.code_to_session(load.unused[0])
    assert server.token() == load.token
    assert server.verify(phone.openid, confirmation, load.token)["is_ok"]
    assert [one["name"] for one in second.ask("GET", "/emulator/v1/state/snapshots")["snapshots"]] == ["before"]
    sessions = second.ask("GET", "/emulator/v1/state")["world"]["sessions"]
    assert {one["session_key"] for one in sessions if one["openid"] == other.openid} == {key}


def test_a_state_goes_from_one_emulator_to_another_when_they_end_and_begin(start, tmp_path):
    file = tmp_path / "team.json"
    first = start("--export-on-exit", str(file))
    phone = first.new_phone()
    phone.call_function("login", code=phone.login())
    token = Server(first).token()
    assert first.stop() == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600

    second = start("--import", str(file), "--export-on-exit")
    same = second.same_phone(phone)
    assert same.call_function("checkSession") == {"errCode": 0, "errMsg": "checkSession:ok"}
    assert Server(second).token() == token
    second.new_phone()

    assert second.stop(signal.SIGINT) == (0, "")
    assert len(json.loads(file.read_text())["world"]["phones"]) == 2


def test_an_import_never_replaces_a_state(start, process_of, tmp_path):
    file, folder = tmp_path / "s.json", str(tmp_path / "state")
    first = start("--state", folder, "--export-on-exit", str(file))
    first.stop()
    former = file.read_text()

    refused = process_of("start", "--state", folder, "--port", "0", "--import", str(file))

    assert refused.returncode == 1
    assert "holds a state already, which --import does not replace; name another folder with --state" in refused.stderr
    assert start("--state", folder).stop() == (0, "")
    assert file.read_text() == former


def test_a_start_that_names_no_seed_leaves_the_one_that_a_reset_returns_to(start, tmp_path):
    seed, folder = tmp_path / "seed.yaml", str(tmp_path / "state")
    seed.write_text(f"apps:\n  - {{appid: wx00000000000000aa, secret: {SECRET}, env: e}}\n")
    assert start("--state", folder, "--seed", str(seed)).stop() == (0, "")

    again = start("--state", folder)
    again.ask("POST", "/emulator/v1/state/reset", {"to": "seed"})

    assert again.facts["appid"] == "wx00000000000000aa"
    assert again.ask("GET", "/emulator/v1/apps")["apps"] == [{"appid": "wx00000000000000aa", "env": "e"}]
    assert again.stop() == (0, "")


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--import", "BAD"], 1, "bad.json: this is not a state of an emulator: expected a JSON object"),
        (["--import", "OLD"], 1, "the state is of version 0, this emulator reads version"),
        (["--import", "none.json"], 2, "the file 'none.json' does not exist"),
        (["--import", "BAD", "--seed", "BAD"], 2, "--seed and --import: name one, which the emulator is to begin with"),
        (["--export-on-exit"], 2, "--export-on-exit: name a FILE, since no --import does"),
        (["--export-on-exit", "none/s.json"], 2, "--export-on-exit: there is no folder"),
    ],
)
def test_what_cannot_be_begun_with_or_left_is_told_before_anything_starts(process_of, tmp_path, options, code, told):
    files = {"BAD": tmp_path / "bad.json", "OLD": tmp_path / "old.json"}
    files["BAD"].write_text("apps: []")
    files["OLD"].write_text('{"wxcloud-state": 0}')

    started = process_of(
        "start", "--state", ":memory:", "--port", "0", *(str(files.get(option, option)) for option in options)
    )

    assert started.returncode == code
    assert told in started.stderr


def test_a_state_is_kept_and_brought_back_from_the_command_line(wxemu, start, tmp_path):
    running = start()
    wxemu = partial(wxemu, of=running)
    file = tmp_path / "s.json"
    wxemu("clock", "freeze")
    phone = running.new_phone()

    saved = wxemu("state", "save", "one", "--json")
    exported = wxemu("state", "export", str(file))
    printed = wxemu("state", "export", "-", "--without-journal")
    emptied = wxemu("state", "reset", "--to", "empty", "--json")
    imported = wxemu("state", "import", "-", "--json", given=file.read_text())
    listed = wxemu("state", "list", "--json")
    reset = wxemu("state", "reset", "--to", "one", "--appid", APPID, "--json")
    deleted = wxemu("state", "delete", "one", "--json")
    again = wxemu("state", "delete", "one")
    broken = wxemu("state", "import", "-", given="{")

    assert json.loads(saved.stdout)["name"] == "one"
    assert (exported.returncode, exported.stdout) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert {**json.loads(file.read_text())["world"], **json.loads(printed.stdout)["world"]}["phones"]
    assert "exchanges" not in json.loads(printed.stdout)["world"]
    assert json.loads(emptied.stdout) == {"to": "empty"}
    assert json.loads(imported.stdout) == {"apps": [APPID]}
    assert [one["name"] for one in json.loads(listed.stdout)["snapshots"]] == ["one"]
    assert json.loads(reset.stdout) == {"to": "one", "appid": APPID}
    assert phone.login()
    assert json.loads(deleted.stdout) == {"deleted": "one"}
    assert (again.returncode, again.stderr) == (1, "Error: no snapshot is called 'one'; there are: none\n")
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)


def test_apps_and_users_are_made_from_the_command_line(wxemu, start):
    running = start()

    def tell(*arguments):
        return json.loads(wxemu(*arguments, "--json", of=running).stdout)

    made = tell("app", "new", "--data", '{"env": "env-mine"}')
    shown = tell("app", "show", made["appid"])
    listed = tell("app", "list")
    user = tell("user", "new", "--appid", made["appid"], "--unionid", "u", "--high-risk")
    users = tell("user", "list", "--appid", made["appid"])
    of_the_first = tell("user", "list")

    assert (shown["env"], "secret" in made, "secret" in shown) == ("env-mine", True, False)
    assert {app["appid"] for app in listed["apps"]} == {APPID, made["appid"]}
    assert (user["unionid"], user["is_high_risk"]) == ("u", True)
    assert users == {"users": [{**user, "phones": []}]}
    assert of_the_first == {"users": []}
