"""The mini program that the phones run: which folder it is, and what of that is handed out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wxemu.client.new_project import make_project
from wxemu.phone import mini_program
from wxemu.phone.errors import MiniProgramError
from wxemu.phone.mini_program import SAMPLE, MiniProgram

APP = {
    "app.json": "{}",
    "app.js": "App({})",
    "pages/a/a.js": "Page({})",
    "pages/a/a.json": "{}",
    "pages/a/a.wxml": "<view/>",
    "pages/a/a.wxss": "page {}",
    "miniprogram_npm/kit/index.js": "",
}
FOREIGN = (
    *("project.config.json", "project.private.config.json", "package.json", "notes.txt", ".env", ".git/config.js"),
    *("node_modules/kit/index.js", "pages/a/.a.js", "secrets.json", "key.pem", "functions/login/index.py"),
)


@pytest.fixture
def app(tmp_path):
    for name, text in (APP | dict.fromkeys(FOREIGN, "{}")).items():
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / name).write_text(text, encoding="utf-8")
    return tmp_path / "app"


def test_a_phone_gets_what_is_the_mini_program_s_and_nothing_else(app):
    assert MiniProgram(app).read().texts == APP


def test_a_picture_is_a_data_url(app):
    (app / "leaf.png").write_bytes(b"\x89PNG")
    assert MiniProgram(app).read().pictures == {"leaf.png": "data:image/png;base64,iVBORw=="}


@pytest.mark.parametrize("target", ["../secret.js", "/etc/hostname", "loop.js", "nothing.js"])
def test_a_link_that_leads_out_or_nowhere_is_left_out(app, target):
    (app.parent / "secret.js").write_text("secret", encoding="utf-8")
    (app / "loop.js").symlink_to(target)
    assert MiniProgram(app).read().texts == APP


def test_a_link_to_a_folder_is_not_followed(app):
    (app.parent / "other").mkdir()
    (app.parent / "other/secret.js").write_text("secret", encoding="utf-8")
    (app / "other").symlink_to(app.parent / "other")
    assert MiniProgram(app).read().texts == APP


def test_a_link_that_stays_inside_is_read(app):
    (app / "again.js").symlink_to("app.js")
    assert MiniProgram(app).read().texts == APP | {"again.js": "App({})"}


def test_the_cloud_functions_of_a_folder_that_is_the_whole_project_are_left_out(app):
    (app / "project.config.json").write_text('{"cloudfunctionRoot": "cloud/"}', encoding="utf-8")
    (app / "cloud").mkdir()
    (app / "cloud/index.js").write_text("secret", encoding="utf-8")
    assert MiniProgram(app).read().texts == APP


def test_more_than_wechat_takes_is_refused(app, monkeypatch):
    monkeypatch.setattr(mini_program, "MOST_BYTES", 10)
    with pytest.raises(MiniProgramError, match="name the mini program's own folder"):
        MiniProgram(app).read()


def test_the_stamp_is_another_one_after_each_change(app):
    program = MiniProgram(app)
    stamps = [program.stamp(), program.stamp()]
    assert stamps[0] == stamps[1]
    (app / "app.js").write_text("App({ a: 1 })", encoding="utf-8")
    stamps.append(program.stamp())
    (app / "pages/a/a.wxss").unlink()
    stamps.append(program.stamp())
    (app / "notes.txt").write_text("of nobody", encoding="utf-8")
    assert len(set(stamps)) == 3
    assert program.stamp() == stamps[-1]


def test_a_project_s_own_is_found(tmp_path, app):
    assert mini_program.find(tmp_path) is None
    make_project(tmp_path / "shop")
    assert mini_program.find(tmp_path / "shop") == tmp_path / "shop/miniprogram"
    config = {"miniprogramRoot": "app/"}
    (tmp_path / "project.config.json").write_text(json.dumps(config), encoding="utf-8")
    assert mini_program.find(tmp_path) == app


@pytest.mark.parametrize("config", ["{", "[]", '{"miniprogramRoot": 1}', '{"miniprogramRoot": "nowhere"}'])
def test_a_configuration_that_says_nothing_of_it_does_not_matter(tmp_path, app, config):
    app.rename(tmp_path / "miniprogram")
    (tmp_path / "project.config.json").write_text(config, encoding="utf-8")
    assert mini_program.find(tmp_path) == tmp_path / "miniprogram"


def test_the_example_is_the_sample():
    assert (Path(__file__).parents[3] / "examples/miniprogram").resolve() == SAMPLE.resolve()


class TestOverHttp:
    def test_the_files_are_told_once_until_they_change(self, http):
        told = http.get("/phone/v1/miniProgram").json
        assert told["files"]["app.json"] == (SAMPLE / "app.json").read_text("utf-8")
        assert http.get(f"/phone/v1/miniProgram?stamp={told['stamp']}").json == {
            "stamp": told["stamp"],
            "folder": str(SAMPLE.resolve()),
        }

    def test_no_name_leads_to_another_file(self, http):
        for path in ("/phone/app/app.js", "/phone/v1/miniProgram/../../x", "/phone/static/../mini_program.py"):
            assert http.get(path).status_code == 404

    def test_a_foreign_page_cannot_read_them(self, http):
        answer = http.get("/phone/v1/miniProgram", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert "files" not in answer.json
