"""The table of our own interfaces: each operation is answered, and answers what its row says."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator

from wxemu import control
from wxemu.control import operations as control_operations
from wxemu.control.operations import apps, clock, exchanges, faults, functions, health, state
from wxemu.control.routes import SUBJECTS
from wxemu.core.faults import Fault, FaultRequest
from wxemu.core.http.inputs import InputError, members, read, read_texts
from wxemu.core.http.openapi import schema_of
from wxemu.core.http.operations import Nothing, Operation
from wxemu.core.http.serving import answers_in
from wxemu.phone import operations as phone

ROWS = [
    row
    for module in pkgutil.iter_modules(control_operations.__path__)
    for row in vars(import_module(f"{control_operations.__name__}.{module.name}")).values()
    if isinstance(row, Operation)
]
ROUTED = [operation for subject in SUBJECTS for operation in subject.operations]
ANSWERED = [
    operation
    for module in pkgutil.iter_modules(control.__path__)
    for answer in answers_in(import_module(f"{control.__name__}.{module.name}"))
    for operation in answer.operations
]


def test_each_row_is_answered_by_one_function():
    assert {row.name for row in ROWS} == {operation.name for operation in ANSWERED}
    assert len(ANSWERED) == len({operation.name for operation in ANSWERED})


def test_each_row_has_a_route():
    assert [row.name for row in ROUTED if row not in ROWS] == []
    assert len(ROUTED) == len(ROWS)


@pytest.mark.parametrize("operation", [*ANSWERED, *phone.TABLE], ids=lambda operation: operation.name)
def test_what_stands_in_a_path_is_a_member_that_must_be_given(operation):
    known = members(operation.input)
    assert all(known[place].is_required for place in operation.places)


@pytest.fixture
def ask(http, tenant):
    """Calls an operation as a client does; what it answers is what its row says."""

    def call(operation, **given):
        path, body = operation.request(**given)
        response = http.open(path, method=operation.method, json=body)
        assert response.status_code == 200, response.text
        Draft202012Validator(schema_of(operation.output)).validate(response.json)
        return response.json

    return call


def test_what_is_answered_has_the_form_that_the_table_says(ask, tenant, wechat):
    wechat.log_in("oAlice")
    wechat.stable_token()
    appid, openid = tenant.appid, "oAlice"
    for of_the_emulator in (health.ALIVE, health.READY, health.CONTROL_ALIVE, health.SHOW_PROXY, health.SHOW_SETTINGS):
        ask(of_the_emulator)
    ask(health.CHANGE_SETTINGS, body={"errmsg_suffix": "both"})
    ask(apps.LIST)
    ask(apps.ADD, body={})
    ask(apps.SHOW, appid=appid)
    ask(apps.RESTRICT, appid=appid, body={"is_secret_frozen": False})
    ask(apps.ADD_USER, appid=appid, body={})
    for of_an_app in (apps.LIST_USERS, apps.LIST_SESSIONS, apps.LIST_TOKENS):
        (entries,) = ask(of_an_app, appid=appid).values()
        assert entries
    ask(apps.EXPIRE_SESSION, appid=appid, openid=openid)
    ask(clock.FREEZE, at=1_700_000_000)
    ask(clock.ADVANCE, seconds=1)
    fault = ask(faults.ADD, api="*", errcode=-1, times=1)
    assert ask(faults.LIST, appid=None)["faults"] == [fault]
    ask(faults.REMOVE, id=fault["id"])
    ask(faults.REMOVE_ALL)
    assert ask(faults.LIST_QUOTAS)["quotas"]
    latest = ask(exchanges.LIST, limit=1)["exchanges"]
    ask(exchanges.SHOW, rid=latest[0]["rid"])
    ask(exchanges.EXPLAIN, rid=latest[0]["rid"])
    ask(exchanges.REPLAY, rid=latest[0]["rid"])
    for of_functions in (functions.LIST, functions.LIST_INSTANCES, functions.LIST_LOGS, functions.SHOW_ENVIRONMENT):
        ask(of_functions)
    ask(state.SAVE, name="now")
    assert ask(state.LIST)["snapshots"]
    ask(state.DELETE, name="now")
    ask(state.IMPORT, body=ask(state.EXPORT, withoutJournal=True))
    ask(state.RESET, to="seed")
    ask(apps.REMOVE, appid=appid)


def test_what_a_phone_answers_has_the_form_that_the_table_says(ask, tenant):
    created = ask(phone.CREATE, appid=tenant.appid, profile="android")
    held = {"phoneId": created["phoneId"]}
    asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order-1"}
    ask(phone.LIST, appid=tenant.appid)
    for operation in (phone.SHOW, phone.LOGIN, phone.CHECK_SESSION, phone.CHECK_SUPPORT, phone.CLOUD_ID):
        ask(operation, **held)
    ask(phone.CHECK_ENROLLED, **held, checkAuthMode="fingerPrint")
    ask(phone.PROMPT, **held, **asked)
    ask(phone.START, **held, **asked)
    ask(phone.START, **held, **asked, outcome="cancel")
    ask(phone.CALL_FUNCTION, **held, name="missing")
    pair = {"key": "1", "value": "a"}
    for told in (phone.GET_USER_INFO, phone.GET_USER_PROFILE, phone.GET_LATEST_USER_KEY):
        ask(told, **held)
    ask(phone.SET_CLOUD_STORAGE, **held, KVDataList=[pair])
    for by_keys in (phone.GET_CLOUD_STORAGE, phone.GET_INTERACTIVE_STORAGE, phone.REMOVE_CLOUD_STORAGE):
        ask(by_keys, **held, keyList=["1"])
    ask(phone.ENROL, **held, count=2)
    ask(phone.OVERRIDE, **held, wrongSalt=True)
    ask(phone.REMOVE, **held)


def test_a_fault_is_asked_for_by_the_names_of_its_members():
    renamed = {"latencyMs": "latency_ms", "abort": "is_abort", "fail": "failure"}
    asked = {renamed.get(name, name) for name in FaultRequest.__annotations__}
    assert asked == Fault.__dataclass_fields__.keys() - {"number", "hits"}


class Named(TypedDict):
    id: str
    size: NotRequired[int]
    note: NotRequired[str | None]
    anything: NotRequired[Any]


SIZED: Operation[..., Named, Nothing] = Operation("sized.list", "GET", "/of/{id}/all", Named, Nothing, "")
MADE: Operation[..., Named, Nothing] = Operation("made.add", "POST", "/of/{id}", Named, Nothing, "")


def test_a_request_says_in_path_query_and_body_what_is_given():
    assert SIZED.request(id="a/b?c", size=3, note=None) == ("/of/a%2Fb%3Fc/all?size=3", None)
    assert SIZED.request(id="a") == ("/of/a/all", None)
    assert MADE.request(id="a", note="x", anything=None) == ("/of/a", {"note": "x", "anything": None})


def test_any_value_may_be_required():
    class Anything(TypedDict):
        value: Any

    assert read(Anything, {"value": None}) == {"value": None}
    with pytest.raises(InputError, match="value: expected a JSON value, got nothing"):
        read(Anything, {})


def test_null_is_as_good_as_nothing_where_it_may_stand():
    assert read(Named, {"id": "a", "note": None, "anything": None}) == {"id": "a", "anything": None}
    with pytest.raises(InputError, match="size: expected a whole number, got nothing"):
        read(Named, {"id": "a", "size": None})
    with pytest.raises(InputError, match="id: expected a string, got nothing"):
        read(Named, {})


def test_a_query_spells_what_a_body_has():
    assert read_texts(Named, {"id": "1", "size": "-1", "anything": "[1]", "other": "x"}) == {
        "id": "1",
        "size": -1,
        "anything": [1],
    }
    for text in ("1.0", "", "٣", "1e3"):
        with pytest.raises(InputError, match=f"size: expected a whole number, got '{text}'"):
            read_texts(Named, {"id": "1", "size": text})
