"""The sample mini program's own code under miniprogram-simulate, on the `wx` shim, in Node, against a real emulator."""

from __future__ import annotations

import json
import re

import pytest

LOG_IN, PAY, CHECK, DONE = "Log in with WeChat", "Pay", "Am I still logged in?", "Done"
OLDER_PROJECT = """
envId: env-demo
functions:
  - {name: login, runtime: Python3.11}
  - {name: verifySignature, runtime: Python3.11}
"""


@pytest.fixture
def play(node, emulator):
    """What the page shows after each tap."""

    def play_taps(*taps, of=emulator, outcomes=(), **options):
        given = {"url": of.url, "outcomes": outcomes, **options}
        return node("mini_program.cjs", json.dumps(given), json.dumps(taps), env={})

    return play_taps


@pytest.mark.parametrize("profile", ["android", "ios", "huawei"])
def test_a_user_logs_in_pays_and_is_still_logged_in(play, profile):
    logged_in, paid, _, checked = play(LOG_IN, PAY, DONE, CHECK, profile=profile)
    assert "Welcome back" in logged_in
    assert "Payment confirmed" in paid
    assert re.search(r"T\d{13} ¥128\.00", paid)  # the payload that the server issued the challenge for
    assert "Still logged in" in checked


def test_a_confirmation_that_ends_otherwise_pays_nothing(play):
    _, wrong_finger, _, cancelled = play(LOG_IN, PAY, DONE, PAY, outcomes=["mismatch", "cancel"])
    assert "That was not you" in wrong_finger
    assert "You cancelled" in cancelled


def test_a_phone_without_soter_pays_nothing(play):
    _, refused = play(LOG_IN, PAY, profile="none")
    assert "This phone cannot confirm payments" in refused


def test_a_forged_confirmation_is_found_out(play, emulator):
    phone = emulator.new_phone()
    phone.override("tamperedRaw")
    _, forged, _, paid = play(LOG_IN, PAY, DONE, PAY, phoneId=phone.phone_id)
    assert "Not confirmed" in forged
    assert "What was signed is not what the shop asked for.challenge_unknown" in forged
    assert "Payment confirmed" in paid


def test_an_old_counter_is_found_out(play, emulator):
    phone = emulator.new_phone()
    assert "Payment confirmed" in play(LOG_IN, PAY, phoneId=phone.phone_id)[-1]
    phone.override("staleCounter")
    _, replayed = play(LOG_IN, PAY, phoneId=phone.phone_id)
    assert "This is an old confirmation, recorded earlier.counter_replayed" in replayed


def test_a_project_that_issues_no_challenges_is_paid_by_wechats_word(play, start, write_project):
    functions = {
        "login": "def main(event, context):\n    return {'errCode': 0, 'openid': 'oAlice'}\n",
        "verifySignature": "def main(event, context):\n    return {'errCode': 0, 'isOk': 'purpose' not in event}\n",
    }
    _, paid = play(LOG_IN, PAY, of=start(project=write_project(OLDER_PROJECT, **functions)))
    assert "Payment confirmed" in paid
