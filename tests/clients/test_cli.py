"""``tcb``, the CLI of @cloudbase/cli, unmodified: it deploys this repository's functions into an emulator.

It knows no other address than Tencent's, so the emulator's proxy answers for these hosts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import requests

PROJECT = Path(__file__).parents[2]
STATISTICS = "otheve.beacon.qq.com"
"""Where the CLI reports its use to; it does without."""
LOGIN = ("login", "-k", "--apiKeyId", "AKIDlocal", "--apiKey")
CHANGED = 'def main(event, context):\n    print("changed code")\n    return {"changed": event}\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of this project that a test may change."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cloudbaserc.yaml", "config.json"):
        shutil.copy(PROJECT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def running(project, start_for_module):
    return start_for_module(project=project)


@pytest.fixture(scope="module")
def variables(running):
    """The CLI's environment, but for its home."""
    return {
        "PATH": os.environ["PATH"],
        "TZ": "Asia/Shanghai",  # the zone of the times it sends, which it does not say
        "http_proxy": running.proxy,
        "https_proxy": running.proxy,
        "NODE_EXTRA_CA_CERTS": running.ca,
        "WX_APPID": "wx1234567890abcdef",
        "WX_SECRET": "a secret of this deployment",
    }


@pytest.fixture(scope="module")
def cli(start_cli, running, project, variables):
    """Run the CLI; what it prints. Its login is kept in ``home``."""
    run_cli = start_cli(running)

    def run(home, *arguments, code=0):
        found, printed = run_cli(project, *arguments, HOME=str(home), **variables)
        assert found == code, printed
        return printed

    return run


@pytest.fixture(scope="module")
def home(cli, tmp_path_factory):
    """The home of somebody who is logged in."""
    folder = tmp_path_factory.mktemp("home")
    assert "login succeeded" in cli(folder, *LOGIN, "local-secret-key")
    return folder


@pytest.fixture(scope="module")
def tcb(cli, home):
    """The CLI, logged in."""
    return partial(cli, home)


def test_a_wrong_key_cannot_log_in(cli, tmp_path):
    assert "Please check your signature is correct" in cli(tmp_path, *LOGIN, "wrong", code=1)


def test_the_life_of_a_deployment(tcb, running, project):
    """One story: deploy, list, detail, change, redeploy, invoke, log, delete, create."""
    tcb("fn", "deploy", "--all", "--force", "--yes")
    listed = tcb("fn", "list")
    for name in ("verifySignature", "issueChallenge", "login", "checkSession"):
        assert name in listed

    detail = tcb("fn", "detail", "login")
    assert "WX_SECRET=a secret of this deployment" in detail
    assert '@wxcloud.answers("login")' in detail

    index = project / "functions/login/index.py"
    original = index.read_text(encoding="utf-8")
    index.write_text(CHANGED, encoding="utf-8")
    invoked = tcb("fn", "invoke", "login", "--params", '{"code": "no such code"}')
    assert '"errCode":40029' in invoked  # what was uploaded, not what stands in the folder now
    assert "START RequestId" in invoked

    tcb("fn", "deploy", "login", "--force", "--yes")
    assert '{"changed":{"a":1}}' in tcb("fn", "invoke", "login", "--params", '{"a": 1}')
    assert running.new_phone().call_function("login", b=2)["changed"]["b"] == 2

    logged = tcb("fn", "log", "login")
    assert "changed code" in logged
    assert '"errCode":40029' in logged

    tcb("fn", "delete", "login")
    assert "login" not in tcb("fn", "list")
    assert "login" in tcb("fn", "invoke", "login", code=1)

    index.write_text(original, encoding="utf-8")
    tcb("fn", "deploy", "login", "--yes")
    assert '"errCode":40029' in tcb("fn", "invoke", "login", "--params", '{"code": "no such code"}')

    refused = running.ask("GET", "/emulator/v1/interception")["refused"]
    assert {entry["host"] for entry in refused} <= {STATISTICS}
    kept = json.dumps(running.ask("GET", "/emulator/v1/exchanges?limit=1000"))
    assert "CreateFunction" in kept
    assert "a secret of this deployment" not in kept


@pytest.mark.timeout(600)
def test_scripts_deploy_makes_the_collection_with_the_cli_s_login(home, running, variables, write_project, tmp_path):
    version = "Python{}.{}".format(*sys.version_info)
    declaration = f"envId: env-demo\nfunctions: [{{name: hello, runtime: {version}}}]\n"
    project = write_project(declaration, hello="def main(event, context):\n    return {'hello': 1}\n")
    shutil.copytree(PROJECT / "functions/_shared/wxcloud", project / "functions/_shared/wxcloud")
    (tmp_path / "tcb").symlink_to(PROJECT / "tests/clients/node_modules/@cloudbase/cli/bin/tcb")
    done = subprocess.run(
        [sys.executable, "-m", "wxemu", "deploy", "--project", project, "--json"],
        check=False,
        env={
            **variables,
            "PATH": f"{tmp_path}:{variables['PATH']}",
            "HOME": str(home),
            "REQUESTS_CA_BUNDLE": running.ca_bundle,
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    deployed = json.loads(done.stdout)
    assert deployed["functions"][0]["answer"] == {"hello": 1}
    assert deployed["collection"] == {"name": "wxcloud", "envId": "env-demo", "acl": "ADMINONLY", "made": True}


@pytest.mark.timeout(600)
def test_an_http_function_with_a_path_and_a_timer_is_deployed_with_all_of_it(
    node_modules, home, tcb, running, variables
):
    project = home / "project"
    folder = project / "functions" / "shop"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(
        "from http.server import *\n\nHTTPServer(('0.0.0.0', 9000), SimpleHTTPRequestHandler).serve_forever()\n"
    )
    (folder / "told.txt").write_text("it is")
    (folder / "scf_bootstrap").write_text("#!/bin/bash\nexec /var/lang/python311/bin/python3.11 app.py\n")
    (folder / "scf_bootstrap").chmod(0o755)
    timer = {"name": "nightly", "type": "timer", "config": "0 0 3 * * * *"}
    entry = {"name": "shop", "runtime": "Python3.11", "type": "HTTP", "path": "/goods", "triggers": [timer]}
    (project / "cloudbaserc.json").write_text(json.dumps({"envId": "env-demo", "functions": [entry]}))
    done = subprocess.run(
        ["node", node_modules / "@cloudbase/cli/bin/tcb", "fn", "deploy", "shop", "--force", "--yes"],
        check=False,
        cwd=project,
        env={**variables, "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nightly" in tcb("fn", "detail", "shop")
    assert requests.get(f"{running.url}/http/env-demo/goods/told.txt", timeout=60).text == "it is"
    shown = requests.get(
        "http://env-demo.service.tcloudbase.com/goods/told.txt", proxies={"http": running.proxy}, timeout=60
    )
    assert shown.text == "it is"
