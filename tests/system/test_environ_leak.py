"""The setting `environ_leak`: what a function finds of its callers in os.environ."""

import json
import subprocess
import sys

import pytest

from wxemu.client.remote import Remote

READS_ENVIRON = "import os\ndef main(event, context): return os.environ.get('WX_OPENID')\n"


@pytest.fixture
def emulator(tmp_path):
    (tmp_path / "functions" / "ask").mkdir(parents=True)
    (tmp_path / "functions" / "ask" / "index.py").write_text(READS_ENVIRON)
    (tmp_path / "cloudbaserc.yaml").write_text("envId: env-demo\nfunctions: [{name: ask, runtime: Python3.11}]\n")
    command = [sys.executable, "-m", "wxemu", "start", "--project", str(tmp_path), "--port", "0", "--state"]
    with subprocess.Popen([*command, ":memory:", "--json"], stdout=subprocess.PIPE, text=True) as process:
        yield Remote(json.loads(process.stdout.readline())["url"])
        process.terminate()


def test_it_is_heeded_at_the_next_invocation(emulator):
    phone = emulator.ask("POST", "/phone/v1/phones", {"appid": "wx1234567890abcdef", "profile": "android"})

    def told():
        return emulator.ask("POST", f"/phone/v1/phones/{phone['phoneId']}/callFunction", {"name": "ask"})["result"]

    assert told() == phone["openid"]
    emulator.ask("PATCH", "/emulator/v1/settings", {"environ_leak": "poison"})
    assert "read WX_OPENID from the invocation's context" in told()
