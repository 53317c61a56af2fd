"""The setting `environ_leak`: what a function finds of its callers in os.environ."""

import pytest

pytestmark = pytest.mark.slow  # an emulator is started

READS_ENVIRON = "import os\ndef main(event, context): return os.environ.get('WX_OPENID')\n"
PROJECT = "envId: env-demo\nfunctions: [{name: ask, runtime: Python3.11}]\n"


def test_it_is_heeded_at_the_next_invocation(start, write_project):
    emulator = start(project=write_project(PROJECT, ask=READS_ENVIRON))
    phone = emulator.new_phone()

    assert phone.call_function("ask") == phone.openid
    emulator.ask("PATCH", "/emulator/v1/settings", {"environ_leak": "poison"})
    assert "read WX_OPENID from the invocation's context" in phone.call_function("ask")
