"""Configurations of the shapes that public projects have: each serves its functions, and says what it does not get.

The emulator reads a saved project at the next call, so that one serves them all, one after another.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wxemu.scf.runtime.interpreters import PRESENT

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow  # through a real process

CODE = """
import os

def main(event, context):
    given = {name: os.environ.get(name) for name in event}
    return [context["time_limit_in_ms"] // 1000, context["memory_limit_in_mb"], given]

main_handler = main
"""
NEUTRAL = "envId: env-demo\n"
NODE = "Nodejs{} is not emulated"


@dataclass(frozen=True)
class Shape:
    """A project's files, what each function answers (seconds, megabytes, variables; or why it fails), what is said."""

    files: Mapping[str, object]
    answers: Mapping[str, tuple[int, int, Mapping[str, str]] | str]
    says: tuple[str, ...] = ()
    folders: tuple[str, ...] = ("functions/app",)


def declare(*functions: object, **top: object) -> dict[str, object]:
    return {"envId": "env-demo", "functions": list(functions), **top}


APP = {"name": "app", "runtime": PRESENT, "handler": "index.main"}
PLUGINS = {
    "site": {"use": "@cloudbase/framework-plugin-website", "inputs": {"outputPath": "dist"}},
    "api": {"use": "@cloudbase/framework-plugin-function", "inputs": {"functionRootPath": "./functions"}},
}
LACKS = "these are not emulated: "
SHAPES = {
    "a template of the framework": Shape(
        {"cloudbaserc.json": declare(APP, version="2.0", framework={"name": "shop", "plugins": PLUGINS})},
        {"app": (10, 256, {})},
        (f"{LACKS}framework;",),
    ),
    "a config in each function": Shape(
        {
            "cloudbaserc.json": declare(
                {
                    "name": "app",
                    "handler": "index.main_handler",
                    "config": {"timeout": 7, "runtime": PRESENT, "memorySize": 512, "envVariables": {"KEY": "v"}},
                }
            )
        },
        {"app": (7, 512, {"KEY": "v"})},
    ),
    "the folder of WeChat's editor": Shape(
        {"cloudbaserc.json": declare({**APP, "timeout": 20}, functionRoot="cloudfunctions")},
        {"app": (20, 256, {})},
        folders=("cloudfunctions/app",),
    ),
    "a root with dots, and what is left out of packages": Shape(
        {
            "cloudbaserc.json": declare(
                {**APP, "installDependency": True, "ignore": ["*.md", "tests/**/*"], "description": "the shop's"},
                functionRoot="./server/cloud/",
            )
        },
        {"app": (10, 256, {})},
        folders=("server/cloud/app",),
    ),
    "all values in .env": Shape(
        {
            "cloudbaserc.json": {
                "envId": "{{env.TCB_ENV}}",
                "functions": [{**APP, "envVariables": {"URL": "https://{{{env.HOST}}}/x", "ID": "{{env.ID}}"}}],
            },
            ".env": "TCB_ENV=env-demo\nHOST=h.example.com\nID=all\n",
            ".env.local": "ID='mine'\n",
        },
        {"app": (10, 256, {"URL": "https://h.example.com/x", "ID": "mine"})},
    ),
    "a variable that nobody sets": Shape(
        {"cloudbaserc.json": declare({**APP, "envVariables": {"DATABASE_URL": "{{env.SHOP_DATABASE}}"}})},
        {"app": (10, 256, {"DATABASE_URL": ""})},
        ("nothing is set for {{env.SHOP_DATABASE}} (DATABASE_URL), which renders to nothing; set it in .env",),
    ),
    "package.json's key": Shape(
        {"package.json": {"name": "shop", "private": True, "cloudbase": declare({**APP, "timeout": 3})}},
        {"app": (3, 256, {})},
    ),
    "package.json of a site beside it": Shape(
        {"package.json": {"name": "shop", "scripts": {"build": "vite build"}}, "cloudbaserc.json": declare(APP)},
        {"app": (10, 256, {})},
    ),
    "YAML without an ending": Shape(
        {"cloudbaserc": f"envId: env-demo\nfunctions:\n- {{name: app, runtime: {PRESENT}, timeout: 6}}\n"},
        {"app": (6, 256, {})},
    ),
    "YAML with an anchor": Shape(
        {
            "cloudbaserc.yml": "x-all: &all {LEVEL: debug}\nenvId: env-demo\nfunctions:\n"
            f"- {{name: app, runtime: {PRESENT}, envVariables: *all}}\n"
        },
        {"app": (10, 256, {"LEVEL": "debug"})},
        (f"{LACKS}x-all;",),
    ),
    "Node.js beside Python": Shape(
        {
            "cloudbaserc.json": declare(
                APP, {"name": "web", "runtime": "Nodejs16.13", "installDependency": True}, {"name": "old"}
            )
        },
        {"app": (10, 256, {}), "web": NODE.format("16.13"), "old": NODE.format("18.15")},
        ("without a runtime the CLI would create old as Nodejs18.15; add runtime: Python3.11 to what is Python",),
        ("functions/app", "functions/web", "functions/old"),
    ),
    "defaults of all functions": Shape(
        {
            "cloudbaserc.json": declare(
                {"name": "app", "envVariables": {"OWN": "1"}},
                {"name": "bee", "timeout": 4},
                functionDefaultConfig={
                    "runtime": PRESENT,
                    "timeout": 30,
                    "memorySize": 128,
                    "envVariables": {"ALL": "2"},
                    "vpc": {"vpcId": "vpc-1", "subnetId": "subnet-1"},
                },
            )
        },
        {"app": (30, 128, {"OWN": "1", "ALL": "2"}), "bee": (4, 128, {"ALL": "2"})},
        (f"{LACKS}vpc of functionDefaultConfig;",),
        ("functions/app", "functions/bee"),
    ),
    "a private network and a file system": Shape(
        {
            "cloudbaserc.json": declare(
                {
                    **APP,
                    "vpc": {"vpcId": "vpc-1", "subnetId": "subnet-1"},
                    "cfsConfig": [{"cfsId": "cfs-1"}],
                    "role": "a",
                }
            )
        },
        {"app": (10, 256, {})},
        (f"{LACKS}vpc of app, cfsConfig of app;",),
    ),
    "a layer and a timer": Shape(
        {
            "cloudbaserc.json": declare(
                {
                    **APP,
                    "layers": [{"name": "libraries", "version": 3}],
                    "triggers": [{"name": "daily", "type": "timer", "config": "0 0 3 1 1 * 2099"}],
                }
            )
        },
        {"app": (10, 256, {})},
        ("the function app gets nothing of its layer libraries",),
    ),
    "a site, a database and containers": Shape(
        {
            "cloudbaserc.json": declare(
                APP,
                region="ap-shanghai",
                hosting={"path": "./dist"},
                database={"collections": []},
                servers=[{"type": "node", "name": "api"}],
            )
        },
        {"app": (10, 256, {})},
        (f"{LACKS}hosting, database, servers;",),
    ),
    "a folder for each function": Shape(
        {"cloudbaserc.json": declare({**APP, "dir": "services/api"})},
        {"app": (10, 256, {})},
        folders=("services/api",),
    ),
    "keys in another case, and older ones": Shape(
        {
            "cloudbaserc.json": declare(
                {"name": "app", "Runtime": PRESENT, "Timeout": 9, "memory": 512, "aclRule": {"invoke": True}}
            )
        },
        {"app": (9, 256, {})},
        (f"{LACKS}memory of app, aclRule of app;",),
    ),
    "an older Python": Shape(
        {"cloudbaserc.json": declare({**APP, "runtime": "Python3.7"})},
        {"app": (10, 256, {})},
        (f"there is no Python3.7 here that runs; {PRESENT} runs its functions instead",),
    ),
    "one function of three is broken": Shape(
        {
            "cloudbaserc.json": declare(
                APP,
                {"name": "slow", "runtime": PRESENT, "timeout": 3600},
                {"name": "gone", "runtime": PRESENT},
            )
        },
        {"app": (10, 256, {}), "slow": "timeout of the function slow", "gone": "name of the function gone"},
        ("timeout of the function slow to be a whole number from 1 to 900, found 3600", "functions/gone, found none"),
        ("functions/app", "functions/slow"),
    ),
    "no functions named": Shape(
        {"cloudbaserc.json": {"envId": "env-demo", "functionRoot": "functions"}},
        {"app": NODE.format("18.15")},
        ("no functions are declared, so the CLI would deploy each folder",),
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def running(folder, start_for_module):
    (folder / "cloudbaserc.yaml").write_text(NEUTRAL)
    return start_for_module(project=folder)


def save(folder, shape):
    """Have nothing in the folder but this project; there is a declaration at any time, as the emulator may look."""
    for place in shape.folders:
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "index.py").write_text(CODE)
    for name, content in shape.files.items():
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        (folder / f"{name}.new").write_text(text, encoding="utf-8")
        (folder / f"{name}.new").replace(folder / name)
    kept = {*shape.files, *(place.partition("/")[0] for place in shape.folders)}
    for entry in sorted(folder.iterdir(), key=Path.is_dir):
        if entry.name not in kept:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def answer(running, name, variables):
    """What a function returns, or why it does not."""
    done = running.ask("POST", f"/emulator/v1/functions/{name}/invocations", {"event": variables})
    return done["error"]["errorMessage"] if "error" in done else done["result"]


@pytest.mark.parametrize("name", SHAPES)
def test_a_public_shape_serves_and_says_what_it_does_not_get(running, folder, name):
    save(folder, Shape({"cloudbaserc.yaml": NEUTRAL}, {}, folders=()))
    assert running.ask("GET", "/emulator/v1/functions")["functions"] == []
    said_before = running.said()
    save(folder, SHAPES[name])

    listed = running.ask("GET", "/emulator/v1/functions")["functions"]
    assert {entry["name"] for entry in listed} == SHAPES[name].answers.keys()
    for function, expected in SHAPES[name].answers.items():
        if isinstance(expected, str):
            assert expected in answer(running, function, [])
        else:
            seconds, megabytes, variables = expected
            assert answer(running, function, list(variables)) == [seconds, megabytes, variables]
    said = running.said().removeprefix(said_before)
    for part in SHAPES[name].says:
        assert said.count(part) == 1
    assert bool(said) == bool(SHAPES[name].says)


def test_a_script_for_a_configuration_is_told_and_all_else_serves(start, tmp_path):
    save(tmp_path, Shape({"cloudbaserc.js": "module.exports = {envId: 'env-demo'}"}, {}))
    running = start(project=tmp_path)
    assert f"{tmp_path} has a cloudbaserc.js, which is not read, so there are no functions to call" in running.said()
    assert running.new_phone().phone_id


def test_a_start_is_told_the_environment_and_the_mode_as_the_cli_is(start, tmp_path):
    declared = {"envId": "{{env.NONE}}", "functions": [{**APP, "envVariables": {"AT": "{{env.AT}} {{tcb.envId}}"}}]}
    save(tmp_path, Shape({"cloudbaserc.json": declared, ".env": "AT=home\n", ".env.staging": "AT=stage\n"}, {}))
    running = start("-e", "env-stage", "--mode", "staging", project=tmp_path)
    assert answer(running, "app", ["AT"]) == [10, 256, {"AT": "stage env-stage"}]
    (tmp_path / ".env.staging").write_text("AT=later\n")
    assert answer(running, "app", ["AT"]) == [10, 256, {"AT": "later env-stage"}]
