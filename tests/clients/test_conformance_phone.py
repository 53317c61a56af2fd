"""The mini program that `wxemu conformance --phone` writes, on the `wx` shim, in Node, against a real emulator."""

from __future__ import annotations

import json

import pytest

from wxemu.conformance import engine
from wxemu.conformance.ingredients import Ingredients
from wxemu.conformance.parties import emulator_target
from wxemu.conformance.phone import PhoneTextError, read_text


@pytest.fixture
def mini_program(wxemu, tmp_path):
    folder = tmp_path / "miniprogram"
    given = {"WX_APPID": "wx0123456789abcdef", "TCB_ENV": "env-demo"}
    assert wxemu("conformance", "--phone", str(folder), **given).returncode == 0
    return folder


def test_devtools_finds_what_a_mini_program_needs(mini_program):
    project = json.loads((mini_program / "project.config.json").read_text(encoding="utf-8"))
    pages = json.loads((mini_program / "app.json").read_text(encoding="utf-8"))["pages"]

    assert project["appid"] == "wx0123456789abcdef"
    for page in pages:
        assert all((mini_program / f"{page}.{kind}").is_file() for kind in ("js", "json", "wxml"))
    assert (mini_program / "app.js").is_file()


@pytest.mark.parametrize("profile", ["android", "ios"])
def test_its_text_answers_the_questions_as_the_simulated_phone_does(node, emulator, mini_program, profile):
    app = emulator.app
    phone = app.new_user().new_phone(profile)
    values = {"appid": app.appid, "secret": app.secret, "env": app.env}
    values |= {"secret_id": app.secret_id, "secret_key": app.secret_key}

    def press_ask():
        shown = node(
            "conformance.cjs",
            str(mini_program),
            json.dumps({"url": emulator.url, "phoneId": phone.phone_id}),
            env={},
        )
        assert shown["copied"] == [shown["shown"]["text"]]
        return read_text(shown["shown"]["text"])

    report = engine.run(
        emulator_target(emulator.url),
        Ingredients(values, press_ask),
        groups=["scf", "phone", "code2session", "verify-signature"],
    )

    differ = {finding.question.name: finding.seen for finding in report.findings if finding.result != "same"}
    assert differ == ({} if profile == "android" else {"phone.long-content": "90005"})


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"wxemu": 2}'])
def test_another_text_is_told(text):
    with pytest.raises(PhoneTextError, match="expected the text that the mini program"):
        read_text(text)
