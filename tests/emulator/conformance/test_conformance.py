"""The suite against the emulator: it is what docs/fidelity.md says, and nothing is left of it afterwards."""

from __future__ import annotations

import json

import pytest
import requests

from wxemu.conformance import engine
from wxemu.conformance.question import GROUPS, ON_REQUEST, all_questions
from wxemu.conformance.wire import exchange, prepare
from wxemu.control.operations import apps

pytestmark = pytest.mark.slow  # an emulator of their own, and a hundred requests


@pytest.fixture(scope="module")
def asked(emulator, wxemu, tmp_path_factory):
    """The command, and the report that it wrote."""
    file = tmp_path_factory.mktemp("conformance") / "report.json"
    done = wxemu("conformance", "--report", str(file), of=emulator)
    return done, json.loads(file.read_text(encoding="utf-8"))


def names_of(report, result):
    return [entry["id"] for entry in report["questions"] if entry["result"] == result]


def test_the_emulator_answers_every_question_as_documented(asked):
    done, report = asked

    assert (names_of(report, "differs"), names_of(report, "unknown")) == ([], [])
    assert sorted(names_of(report, "same")) == sorted(question.name for question in all_questions())
    assert done.returncode == 0
    assert f"{len(all_questions())} the same, 0 different, 0 unknown" in done.stdout.splitlines()[-1]


def test_the_app_that_it_asked_by_is_gone(asked, emulator):
    assert len(emulator.call(apps.LIST)["apps"]) == 1


def test_every_request_is_in_the_plan(asked, emulator, wxemu):
    _, report = asked
    planned = json.loads(wxemu("conformance", "--plan", "--json", of=emulator).stdout)["requests"]

    assert [step["id"] for step in planned if not step["isSent"]] == []
    assert len(planned) == report["requests"]


def test_a_plan_sends_nothing_and_tells_no_value(stand_in, wxemu):
    given = {"WX_API_BASE": stand_in.url, "WX_APPID": "wx0123456789abcdef", "WX_SECRET": "a-very-secret-secret"}
    done = wxemu("conformance", "--against", "live", "--plan", **given)

    assert stand_in.paths == []
    assert f"GET {stand_in.url}/cgi-bin/token?appid=$appid&secret=$unknown_secret" in done.stdout
    assert "POST CreateFunction https://scf.tencentcloudapi.com/" in done.stdout
    assert not {"wx0123456789abcdef", "a-very-secret-secret"} & set(done.stdout.split())


@pytest.mark.parametrize("risk", ON_REQUEST)
def test_what_changes_something_is_sent_on_request_only(wxemu, risk):
    plans = [
        json.loads(wxemu("conformance", "--against", "live", "--plan", "--json", *more).stdout)["requests"]
        for more in ([], ["--allow", risk])
    ]
    unasked, asked = ({step["id"] for step in plan if step["isSent"]} for plan in plans)

    assert asked > unasked
    assert asked - unasked == {one.name for one in all_questions() if one.risk == risk and one.sends}


def test_one_group_asks_what_it_needs_of_the_others(emulator, wxemu):
    done = wxemu("conformance", "--only", "rid", "--json", of=emulator)
    asked = {entry["id"] for entry in json.loads(done.stdout)["questions"]}

    assert done.returncode == 0
    assert {question.name for question in all_questions() if question.group == "rid"} < asked
    assert len(asked) < 15


def test_a_report_names_nobody_s_values(stand_in, account):
    report = engine.run(stand_in.target, account)
    text = json.dumps(report.document(), ensure_ascii=False)

    values = {name: value for name, value in account.values.items() if name not in ("json_string", "body")}
    assert {"access_token", "session_key", "openid", "code", "json_signature", "secret_key"} <= set(values)
    assert [name for name, value in values.items() if value in text] == []
    assert json.loads(account.values["json_string"])["cpu_id"] not in text


def test_a_live_server_is_asked_for_no_more_than_one_allows(stand_in, account):
    report = engine.run(stand_in.target, account, allowed=(), most_calls=30)

    assert len(stand_in.paths) == report.calls == 30
    assert report.count("differs") == 0
    assert "(--most-calls)" in report.findings[-2].why


def test_the_probe_is_taken_away_though_one_interrupts(stand_in, account, app):
    def interrupt(finding):
        if finding.question.name == "scf.ready":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(stand_in.target, account, groups=["scf"], tell=interrupt)

    assert functions_of(stand_in, account) == "ResourceNotFound.FunctionName"


def test_a_function_of_the_probe_s_name_is_left_alone(stand_in, account):
    send(stand_in, account, "scf.create")

    report = engine.run(stand_in.target, account, groups=["scf"])

    told = {finding.question.name: finding for finding in report.findings}
    assert told["scf.create"].result == told["scf.facts"].result == told["scf.delete"].result == "unknown"
    assert told["scf.create"].means.startswith("it is there already, and is left alone")
    assert functions_of(stand_in, account) is None


def functions_of(stand_in, account):
    """The code with which the probe is not found, if it is not."""
    answer = send(stand_in, account, "scf.ready")
    return answer.members["Response"].get("Error", {}).get("Code")


def send(stand_in, account, name):
    (question,) = (question for question in all_questions() if question.name == name)
    with requests.Session() as session:
        return exchange(session, prepare(question, stand_in.target, account), 60)


def test_every_group_has_questions():
    assert {question.group for question in all_questions()} == set(GROUPS)
