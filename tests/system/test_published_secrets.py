"""Beyond loopback nobody gets anywhere with the secrets that stand in the docs."""

from __future__ import annotations

import json
from subprocess import TimeoutExpired

import pytest
import requests
from tencent_cloud import SCF, signature

from wxemu.client.remote import Remote
from wxemu.state.seed import DEMO

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

(PUBLISHED,) = DEMO["apps"]
OPENED = ("--host", "0.0.0.0")
TOKEN = "a-token-of-the-tests-own"
REFUSED = "has a secret that stands in the docs"
SEED = """
apps:
  - appid: wx1234567890abcdef
    secret: "{secret}"
    env: env-demo
    secret_key: {secret_key}
"""


def answers_to_token(remote, secret):
    path = f"/cgi-bin/token?grant_type=client_credential&appid={PUBLISHED['appid']}&secret={secret}"
    return json.loads(remote.send("GET", path).response_body)


def list_functions(running, clock, secret_id, secret_key):
    """What Tencent Cloud's API answers to a request that is signed with these."""
    body = json.dumps({"Namespace": PUBLISHED["env"]}).encode()
    host = running.url.partition("://")[2]
    date, signed = signature(secret_key, at=clock, service="scf", host=host, body=body)
    credential = f"Credential={secret_id}/{date}/scf/tc3_request"
    headers = {
        "Content-Type": "application/json",
        "X-TC-Action": "ListFunctions",
        "X-TC-Version": SCF,
        "X-TC-Timestamp": str(clock),
        "Authorization": f"TC3-HMAC-SHA256 {credential}, SignedHeaders=content-type;host, Signature={signed}",
    }

    return requests.post(running.url, data=body, headers=headers, timeout=10).json()["Response"]


def test_the_published_secrets_grant_nothing_and_those_that_are_told_do(start):
    running = start(*OPENED)
    remote = Remote(running.url, token=running.facts["controlToken"])
    clock = int(remote.ask("GET", "/emulator/v1/clock")["now"])
    told = {name: running.facts[name] for name in ("secret", "secretId", "secretKey")}

    assert answers_to_token(running.remote, PUBLISHED["secret"])["errcode"] == 40125
    assert list_functions(running, clock, PUBLISHED["secret_id"], PUBLISHED["secret_key"])["Error"]["Code"]
    assert answers_to_token(running.remote, told["secret"])["access_token"]
    assert "Functions" in list_functions(running, clock, told["secretId"], told["secretKey"])


def test_each_state_has_its_own_and_they_are_told_once_and_kept_over_resets(start, tmp_path):
    state = ("--state", str(tmp_path / "state"), "--control-token", TOKEN)
    first, other = start(*OPENED, *state), start(*OPENED)
    told = first.facts["secret"]
    Remote(first.url, token=TOKEN).ask("POST", "/emulator/v1/state/reset", {})
    assert first.stop()[0] == 0
    second = start(*OPENED, *state)

    assert len({PUBLISHED["secret"], told, other.facts["secret"]}) == 3
    assert second.facts["secret"] is None
    assert answers_to_token(second.remote, told)["access_token"]


def test_on_loopback_the_demo_is_what_the_docs_say(emulator):
    assert emulator.facts["secret"] is None
    assert answers_to_token(emulator.remote, PUBLISHED["secret"])["access_token"]


def refusal_to_start(process_of, *options):
    """The one sentence with which a start ends; a start that goes on is ended."""
    try:
        done = process_of("start", *OPENED, "--port", "0", "--intercept-port", "0", *options, timeout=20)
    except TimeoutExpired:
        pytest.fail("it has started")
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()[-1:]
    return sentence


@pytest.mark.parametrize("published", ["secret", "secret_key"])
def test_a_seed_with_a_published_secret_is_refused(process_of, tmp_path, published):
    own = {"secret": "ab" * 16, "secret_key": "a-key-of-my-own", published: PUBLISHED[published]}
    (tmp_path / "seed.yaml").write_text(SEED.format(**own))

    told = refusal_to_start(process_of, "--state", ":memory:", "--seed", str(tmp_path / "seed.yaml"))

    assert REFUSED in told
    assert PUBLISHED[published] not in told


def test_a_state_that_holds_published_secrets_is_refused_kept_or_imported(start, process_of, wxemu, tmp_path):
    kept, exported = str(tmp_path / "state"), str(tmp_path / "exported.json")
    on_loopback = start("--state", kept)
    assert wxemu("state", "export", exported, of=on_loopback).returncode == 0
    assert on_loopback.stop()[0] == 0

    assert REFUSED in refusal_to_start(process_of, "--state", kept)
    assert REFUSED in refusal_to_start(process_of, "--state", ":memory:", "--import", exported)


def test_nor_can_one_be_brought_in_while_it_runs(start, wxemu, tmp_path):
    exported = str(tmp_path / "exported.json")
    assert wxemu("state", "export", exported, of=start()).returncode == 0
    opened = start(*OPENED, "--control-token", TOKEN)
    imported = wxemu("state", "import", exported, of=opened, WXEMU_TOKEN=TOKEN)
    added = wxemu("app", "new", "--data", json.dumps({"secret": PUBLISHED["secret"]}), of=opened, WXEMU_TOKEN=TOKEN)

    assert (imported.returncode, added.returncode) == (1, 1)
    assert REFUSED in imported.stderr
    assert REFUSED in added.stderr
    assert answers_to_token(opened.remote, PUBLISHED["secret"])["errcode"] == 40125
