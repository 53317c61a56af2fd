"""What came of a request, in a word, as whoever answers it says."""

from __future__ import annotations

import pytest

from wxemu.core.outcome import OK, Outcome, of_members, of_status


@pytest.mark.parametrize(
    ("members", "outcome"),
    [
        ({}, OK),
        ({"errcode": 0, "errmsg": "ok"}, OK),
        ({"errMsg": "login:ok", "code": "c"}, OK),
        ({"errcode": 87009}, Outcome("87009", is_failure=True)),
        ({"errcode": "0"}, OK),
        ({"errcode": True}, OK),
        ({"errcode": None}, OK),
        ({"errCode": -501007}, Outcome("-501007", is_failure=True)),
        ({"errCode": "TIMEOUT"}, Outcome("TIMEOUT", is_failure=True)),
        ({"errCode": 0, "isOk": False}, Outcome("is_ok false", is_failure=True)),
        ({"is_ok": False}, Outcome("is_ok false", is_failure=True)),
        ({"errcode": 0, "is_ok": True}, Outcome("is_ok true")),
        ({"errcode": -1, "is_ok": True}, Outcome("-1", is_failure=True)),
        ({"is_ok": "false"}, OK),
    ],
)
def test_the_members_of_an_answer_say_whether_it_is_a_failure(members, outcome):
    assert of_members(members) == outcome


@pytest.mark.parametrize("answer", [None, "errCode", 40001, [{"errcode": 1}], True])
def test_what_has_no_members_is_no_failure(answer):
    assert of_members(answer) == OK


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, OK),
        (399, OK),
        (400, Outcome("HTTP 400", is_failure=True)),
        (502, Outcome("HTTP 502", is_failure=True)),
        (0, Outcome("no answer", is_failure=True)),
    ],
)
def test_so_does_its_status(status, outcome):
    assert of_status(status) == outcome
