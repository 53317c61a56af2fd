"""Each path belongs to one party, and a party is there once somebody asks it."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from wxemu.app import Party
from wxemu.core.http import SWITCHBOARD
from wxemu.tencentcloud.cos.routes import PATH

LATER = (
    "google.protobuf",
    "montydb",
    "multipart",
    "cryptography",
    "flask",
    "multiprocessing",
    "wxemu.cloudbase.admin",
    "wxemu.console",
    "wxemu.control",
    "wxemu.documents",
    "wxemu.explain",
    "wxemu.phone.routes",
    "wxemu.tencentcloud",
    "wxemu.wechat",
)
"""What a start has no need of."""
COS_DATE = PATH.removesuffix("/<path:object_path>")


def test_a_start_imports_the_core_alone():
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, wxemu.serving; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(listed.stdout.split())
    assert "wxemu.core.world" in loaded
    assert loaded.isdisjoint(LATER)


def test_every_route_leads_to_its_party(http):
    """A prefix that the switchboard does not know would make a party's route WeChat's."""
    switchboard = http.application.extensions[SWITCHBOARD]
    for party in switchboard.applications():
        for rule in party.url_map.iter_rules():
            assert switchboard.application_of(rule.rule.replace(COS_DATE, "/2026-01-01")) is party, rule


@pytest.mark.parametrize(
    ("action", "is_decision"),
    [
        ("wx.api", True),
        ("functions.invokeFunction", False),
        ("functions.invoke\\u0046unction", False),
        ("database.getDocument", False),
    ],
)
def test_what_may_take_long_is_not_decided_on_the_loop(http, action, is_decision):
    switchboard = http.application.extensions[SWITCHBOARD]
    http.post("/admin")  # the party is there then
    body = io.BytesIO(f'{{"action": "{action}"}}'.encode())
    assert switchboard.is_decision({"PATH_INFO": "/admin", "wsgi.input": body}) is is_decision


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/phone", "<!doctype html>"),
        ("/phones", "<!doctype html>"),  # the console's, though it begins as the phone's do
        ("/phonex", '"status":404'),
        ("/admin/nothing", '"errcode":40066'),
        ("/v1/nothing", '"INVALID_PATH"'),
        ("/nothing", '"errcode":40066'),
        ("//healthz", "alive"),  # as routes are matched
    ],
)
def test_a_path_leads_to_its_party(http, path, words):
    assert words.lower() in http.get("/", environ_overrides={"PATH_INFO": path}).text.lower()


def test_one_party_has_one_application_whoever_comes_first():
    made = []
    start = threading.Barrier(8)

    def make():
        made.append(Flask("party"))
        return made[-1]

    party = Party(("/",), make)

    def ask(_):
        start.wait()
        return party.application

    with ThreadPoolExecutor(8) as threads:
        assert set(map(id, threads.map(ask, range(8)))) == {id(made[0])}
    assert len(made) == 1


def test_a_party_that_could_not_be_made_is_tried_again():
    attempts = iter([ImportError("broken"), None])

    def make():
        if (error := next(attempts)) is not None:
            raise error
        return Flask("party")

    party = Party(("/",), make)
    with pytest.raises(ImportError):
        _ = party.application
    assert party.application.name == "party"
