"""What the CloudBase CLI reads: the traps it has are not stepped into."""

import json
import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
FUNCTIONS = ("verifySignature", "issueChallenge", "login", "checkSession")


@pytest.fixture
def cloudbaserc():
    return yaml.safe_load((PROJECT / "cloudbaserc.yaml").read_text(encoding="utf-8"))


def test_every_function_that_is_there_is_deployed(cloudbaserc):
    folders = {path.parent.name for path in (PROJECT / cloudbaserc["functionRoot"]).glob("*/index.py")}
    assert {function["name"] for function in cloudbaserc["functions"]} == folders == set(FUNCTIONS)


def test_every_function_says_its_runtime_and_handler(cloudbaserc):
    # Without a runtime the CLI would create a Node.js function, for good.
    assert {(function["runtime"], function["handler"]) for function in cloudbaserc["functions"]} == {
        ("Python3.11", "index.main")
    }


def test_no_version_and_no_install_by_the_cli(cloudbaserc):
    assert cloudbaserc["envId"] == "env-demo"
    assert "version" not in cloudbaserc
    assert cloudbaserc["functionDefaultConfig"]["installDependency"] is False


def test_variables_are_strings_and_come_from_the_listed_environment(cloudbaserc):
    variables = cloudbaserc["functionDefaultConfig"]["envVariables"]
    assert variables == {name: f"{{{{env.{name}}}}}" for name in ("WX_APPID", "WX_SECRET", "WX_STORE_KEY")}
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE) == [(name, "") for name in variables]


def test_what_is_ignored_is_ignored_as_a_folder_and_with_its_content(cloudbaserc):
    ignored = cloudbaserc["functionDefaultConfig"]["ignore"]
    folders = {pattern for pattern in ignored if not pattern.endswith("/**/*")}
    assert "__pycache__" in folders
    assert {f"{folder}/**/*" for folder in folders} == set(ignored) - folders


@pytest.mark.parametrize("path", ["config.json", "functions/verifySignature/config.json"])
def test_the_one_cloud_call_has_its_permission(path):
    config = json.loads((PROJECT / path).read_text(encoding="utf-8"))
    assert config == {"permissions": {"openapi": ["soter.verifySignature"]}}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("verifySignature", ["requests"]),
        ("issueChallenge", ["requests"]),
        ("login", ["requests", "cryptography"]),
        ("checkSession", ["requests", "cryptography"]),
    ],
)
def test_beside_requests_there_is_cryptography_where_session_keys_are_and_nothing_else(name, needed):
    lines = (PROJECT / "functions" / name / "requirements.txt").read_text(encoding="utf-8").split()
    assert [re.match(r"[\w-]+", line)[0] for line in lines] == needed
