"""Declared timers, which fire by the emulator's clock."""

import json

import pytest

from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.scf import invocation_records
from wxemu.scf.deployment import Deployment
from wxemu.scf.project import Trigger
from wxemu.scf.timers import Timers

FUNCTION = "import json\ndef main(event, context): return [event, json.loads(context['environment'])['TRIGGER_SRC']]\n"
WAIT = """
import os, time
def main(event, context):
    while not os.path.exists(os.environ["USER_CODE_ROOT"] + "go"):
        time.sleep(0.01)
    return event
"""
EVERY_FIVE = "0 */5 * * * * *"
NOON = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC, so the first of them is 22:15


@pytest.fixture
def deploying(world, tmp_path):
    """Deploys a project with one function for each list of triggers; and what it has deployed."""
    deployments: list[Deployment] = []

    def make(*triggers, env="env-demo", code=FUNCTION):
        functions = []
        for number, list_of in enumerate(triggers):
            folder = tmp_path / "functions" / f"fn{number}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "index.py").write_text(code)
            functions.append({"name": folder.name, "runtime": "Python3.11", "triggers": list_of})
        (tmp_path / "cloudbaserc.json").write_text(json.dumps({"envId": env, "functions": functions}))
        deployment = Deployment(
            world,
            directory=tmp_path,
            base_url="http://127.0.0.1:0",
            storage=tmp_path / "storage",
            issue_wx_api_token=issue_wx_api_token,
        )
        deployments.append(deployment)
        timers = Timers(world, deployment)
        timers.look()
        return timers

    yield make, deployments
    for deployment in deployments:
        deployment.close()


@pytest.fixture
def deploy(deploying):
    """Deploy a project; return its timers, which have looked once."""
    return deploying[0]


def timer(config=EVERY_FIVE, name="warm"):
    return {"name": name, "type": "timer", "config": config}


@pytest.fixture
def fired(world):
    """Look once more; return the results of all invocations until now, the first one first."""

    def look(timers, env="env-demo"):
        timers.look()
        timers.wait()
        kept = invocation_records.list_latest(world, invocation_records.Choice(env=env), limit=100)
        return [json.loads(record.result) for record in reversed(kept)]

    return look


def test_a_timer_fires_with_the_platform_s_event_once_its_time_has_come(deploy, clock, fired):
    timers = deploy([timer()])
    clock.advance(99)
    assert fired(timers) == []
    clock.advance(1)
    event = {"Type": "Timer", "TriggerName": "warm", "Time": "2023-11-14T22:15:00Z", "Message": ""}
    assert fired(timers) == [[event, "timer"]]
    assert fired(timers) == [[event, "timer"]]


def test_a_clock_that_leaps_over_several_times_fires_the_last_of_them(deploy, clock, fired):
    timers = deploy([timer()])
    clock.advance(3600)
    ((event, _),) = fired(timers)
    assert event["Time"] == "2023-11-14T23:10:00Z"


def test_a_clock_that_goes_back_fires_nothing_twice_at_once(deploy, clock, fired):
    timers = deploy([timer()])
    clock.advance(100)
    assert len(fired(timers)) == 1
    clock.freeze(NOON)
    assert len(fired(timers)) == 1
    clock.advance(100)
    assert len(fired(timers)) == 2


def test_a_clock_that_is_set_back_and_moved_on_at_once_fires(deploy, clock, fired):
    timers = deploy([timer()])
    timers.begin()
    clock.freeze(NOON - 86_400)
    clock.advance(100)
    ((event, _),) = fired(timers)
    assert event["Time"] == "2023-11-13T22:15:00Z"


def test_each_timer_of_each_function_fires(deploy, clock, fired):
    timers = deploy([timer(), timer("0 0 * * * * *", "hourly")], [timer()], [])
    clock.advance(3000)
    assert sorted(event["TriggerName"] for event, _ in fired(timers)) == ["hourly", "warm", "warm"]


def test_a_timer_that_is_saved_later_counts_from_then(deploy, clock, fired):
    timers = deploy([])
    clock.advance(400)
    deploy([timer()])
    assert fired(timers) == []
    clock.advance(300)
    assert len(fired(timers)) == 1


def test_the_project_s_timers_fire_in_its_own_environment_alone(deploy, clock, fired):
    timers = deploy([timer()], env="env-other")
    clock.advance(300)
    assert len(fired(timers, env="env-other")) == 1
    assert fired(timers) == []


def test_they_fire_for_the_first_app_if_no_app_has_the_environment(deploy, clock, fired):
    timers = deploy([timer()], env="env-of-nobody")
    clock.advance(300)
    assert len(fired(timers)) == 1


def test_what_falls_due_while_a_run_lasts_is_one_run_after_it(deploy, clock, fired, tmp_path):
    timers = deploy([timer()], code=WAIT)
    for _ in range(3):
        clock.advance(300)
        timers.look()
    (tmp_path / "functions" / "fn0" / "go").touch()
    timers.wait()
    assert [event["Time"][11:16] for event in fired(timers)] == ["22:15", "22:25"]


def test_a_failure_of_a_run_is_recorded_and_ends_no_timer(deploy, clock, fired):
    timers = deploy([timer()], code="def main(event, context): raise ValueError('boom')\n")
    for expected in (1, 2):
        clock.advance(300)
        assert len(fired(timers)) == expected


def test_a_trigger_that_the_api_makes_fires_as_well(deploying, clock, fired):
    deploy, deployments = deploying
    timers = deploy([timer()])
    triggers = [Trigger("more", "timer", "0 */10 * * * * *"), Trigger("wrong", "timer", "whenever")]
    deployments[-1].catalogue.add_triggers("env-demo", "fn0", triggers)
    fired(timers)
    clock.advance(600)
    assert sorted(event["TriggerName"] for event, _ in fired(timers)) == ["more", "warm"]
