"""Asking an emulator that runs in a process of its own, while things go wrong around it."""

from __future__ import annotations

import time

import requests

CREDENTIALS = {"appid": "wx1234567890abcdef", "secret": "0123456789abcdef0123456789abcdef"}
TOKEN = {"grant_type": "client_credential", **CREDENTIALS}
SYSTEM_ERROR = {"errcode": -1, "errmsg": "system error"}
WAIT_SECONDS = 20


def ask(running, method, path, **options):
    return requests.request(method, running.url + path, timeout=WAIT_SECONDS, **options)


def token(running):
    return ask(running, "POST", "/cgi-bin/stable_token", json={**TOKEN, "force_refresh": True})


def readiness(running):
    answer = ask(running, "GET", "/readyz")
    return answer.status_code, "" if answer.ok else answer.json()["error"]["message"]


def until(holds):
    """Wait for what comes about on its own."""
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
