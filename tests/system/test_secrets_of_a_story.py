"""After a whole story, with its failures, no page, journal, log or command holds a secret."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import yaml

import wxcloud

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
KEY = base64.urlsafe_b64encode(bytes(range(100, 132))).decode()
REDIS_PASSWORD = "the-password-of-the-redis"
HALF_A_KEY = "bm90IGEgd2hvbGUga2V5"
WHO_AM_I = """
import wxcloud
cloud = wxcloud.init()

@wxcloud.answers("whoAmI")
def main(event, context):
    return {"openid": cloud.of(context).login_tokens.check(event["token"])}
"""
VARIANTS = {  # of login, with what is wrong
    "loginWithoutStore": {"WX_STORE": f"redis://:{REDIS_PASSWORD}@127.0.0.1:1/0"},
    "loginWithWrongStore": {"WX_STORE": f"redi://:{REDIS_PASSWORD}@127.0.0.1:1/0"},
    "loginWithWrongKey": {"WX_STORE_KEY": f"k1:{HALF_A_KEY}"},
}
LEFT_OUT = {
    "/emulator/v1/state",  # hands secrets out on purpose
    *("/emulator/v1/exchanges/stream", "/emulator/v1/logs/stream"),  # do not end
}


@pytest.fixture(scope="module")
def running(start_for_module, tmp_path_factory):
    """An emulator with this project's functions, one for login tokens, and some that cannot work."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "functions", project / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    declared = yaml.safe_load((PROJECT / "cloudbaserc.yaml").read_text(encoding="utf-8"))
    for name, variables in {**VARIANTS, "whoAmI": {}}.items():
        shutil.copytree(project / "functions/login", project / "functions" / name)
        declared["functions"].append({"name": name, "runtime": "Python3.11", "envVariables": variables})
    (project / "functions/whoAmI/index.py").write_text(WHO_AM_I)
    (project / "cloudbaserc.yaml").write_text(yaml.safe_dump(declared))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WX_STORE_KEY", f"k1:{KEY}")
        return start_for_module(project=project)


@pytest.fixture(scope="module")
def app(running):
    """One whose secrets stand in no file."""
    return running.new_app()


@pytest.fixture(scope="module")
def phone(app):
    return app.new_user().new_phone()


@pytest.fixture(scope="module")
def invocation(running, app, phone):
    """The library with the functions' own store, for what this test has to know."""
    variables = running.environment(function="login", appid=app.appid, openid=phone.openid)
    settings = {"WX_APPID": app.appid, "WX_SECRET": app.secret, "WX_STORE": "cloudbase", "WX_STORE_KEY": f"k1:{KEY}"}
    return wxcloud.init(settings).of({"request_id": "1", "environment": json.dumps(variables)})


@pytest.fixture(scope="module")
def played(running, app, phone, invocation):
    """The story; what was answered to its failures, and its secrets by their names."""
    http = f"{running.url}/cgi-bin"
    assert phone.call_function("login", code=phone.login())["errCode"] == 0
    assert phone.call_function("checkSession")["errCode"] == 0
    issued = invocation.login_tokens.issue(phone.openid)
    assert phone.call_function("whoAmI", token=issued.token)["openid"] == phone.openid
    challenge = phone.call_function("issueChallenge", purpose="pay", payload="order-1")["challenge"]
    signed = phone.start_soter_authentication(challenge).signed
    other = phone.call_function("issueChallenge", purpose="pay", payload="order-2")["challenge"]
    honest = phone.start_soter_authentication(other).signed
    assert phone.call_function("verifySignature", **honest, purpose="pay")["isOk"] is True
    wrong = {**signed, "jsonSignature": signed["jsonSignature"][:-8] + "AAAAAAA="}
    plain = {"grant_type": "client_credential", "appid": app.appid, "secret": app.secret}
    access_token = requests.post(f"{http}/stable_token", json=plain, timeout=20).json()["access_token"]
    app.faults.add(api="auth.code2Session", abort=True, times=1)
    answers = [
        phone.call_function("login", code=phone.login()),
        phone.call_function("verifySignature", **wrong, purpose="pay"),
        phone.call_function("verifySignature", **signed, purpose="pay"),
        phone.call_function("verifySignature", **wrong),
        phone.call_function("whoAmI", token=issued.token[:-1]),
        *(phone.call_function(name, code=phone.login()) for name in VARIANTS),
        requests.get(f"{http}/token", params={**plain, "appid": "wx0000000000000000"}, timeout=20).json(),
        requests.post(f"{http}/soter/verify_signature?access_token={access_token}", data="{", timeout=20).json(),
        requests.get(f"{http}/nothing?access_token={access_token}&secret={app.secret}", timeout=20).text,
    ]
    assert [answer["errCode"] for answer in answers[5:8]] == [-501001, -501009, -501009]
    assert answers[0]["errCode"] != 0
    requests.post(f"{running.url}/", data=json.dumps({"EnvId": app.env, "SecretKey": app.secret_key}), timeout=20)
    secrets = {
        "the session key": invocation.sessions.find(phone.openid).session_key,
        "the AppSecret": app.secret,
        "the account's SecretKey": app.secret_key,
        "WX_STORE_KEY": KEY,
        "a broken WX_STORE_KEY": HALF_A_KEY,
        "the access_token": access_token,
        "the login token": issued.token,
        "the password of Redis": REDIS_PASSWORD,
    }
    return answers, secrets, challenge


def spellings(secret):
    """How it could stand in a text: as it is, in a URL, in JSON of PHP."""
    return {secret, quote(secret, safe=""), secret.replace("/", r"\/")}


def check(secrets, text, place):
    assert {name for name, secret in secrets.items() for one in spellings(secret) if one in text} == set(), place


def rows_of(invocation):
    """What is in the store."""
    return invocation.database().collection("wxcloud").limit(1000).get()["data"]


def rids(running):
    return [exchange["rid"] for exchange in running.ask("GET", "/emulator/v1/exchanges?limit=1000")["exchanges"]]


def test_no_answer_of_a_function_or_of_wechat_holds_a_secret(played):
    answers, secrets, _ = played
    check(secrets, json.dumps(answers, ensure_ascii=False), "answers")


def test_no_operation_of_our_own_interface_holds_one(running, played, phone):
    _, secrets, _ = played
    paths = requests.get(f"{running.url}/openapi.json", timeout=20).json()["paths"]
    plain = {path for path, operations in paths.items() if "get" in operations and "{" not in path} - LEFT_OUT
    ours = {path for path in plain if path.startswith(("/emulator/", "/phone/"))}
    assert {"/emulator/v1/exchanges", "/emulator/v1/logs", "/phone/v1/phones"} <= ours
    looked_at = [f"{path}?limit=1000" if path.endswith(("exchanges", "logs")) else path for path in ours]
    looked_at += [f"/emulator/v1/exchanges/{rid}" for rid in rids(running)]
    for path in looked_at:
        check(secrets, requests.get(running.url + path, timeout=20).text, path)
    assert phone.openid in requests.get(f"{running.url}/emulator/v1/exchanges?limit=1000", timeout=20).text


def test_no_page_of_the_console_holds_one(running, played, app, phone, invocation):
    _, secrets, _ = played
    pages = [
        *("overview", "functions", "requests", "users", "phones", "tokens", "documents", "faults", "clock", "state"),
        *(f"functions/{name}" for name in ("login", "checkSession", "verifySignature", "whoAmI", *VARIANTS)),
        *(f"requests/{rid}" for rid in rids(running)),
        f"users/{app.appid}/{phone.openid}",
        f"phones/{phone.phone_id}",
        *(f"documents/wxcloud?key={quote(json.dumps(row['_id']))}" for row in rows_of(invocation)),
    ]
    for page in pages:
        answer = requests.get(f"{running.url}/{page}", params={"app": app.appid}, timeout=20)
        assert answer.status_code == 200, page
        check(secrets, answer.text, page)
    assert phone.openid in requests.get(f"{running.url}/users", params={"app": app.appid}, timeout=20).text


def test_no_command_prints_one(running, played, app, phone, wxemu):
    _, secrets, _ = played
    commands = [
        ("requests", "--limit", "1000"),
        ("requests", "--limit", "1000", "--json"),
        ("requests", "--failed"),
        *(("requests", "show", rid) for rid in rids(running)),
        *(("explain", rid) for rid in rids(running)),
        ("logs", "--limit", "1000"),
        ("logs", "--limit", "1000", "--json"),
        *(("invoke", name, "--appid", app.appid, "--openid", phone.openid) for name in VARIANTS),
        ("app", "list", "--json"),
        ("user", "list", "--appid", app.appid, "--json"),
        ("quotas", "--appid", app.appid),
        ("doctor",),
        ("health",),
    ]
    printed = {command: wxemu(*command, of=running) for command in commands}
    for command, done in printed.items():
        check(secrets, done.stdout + done.stderr, command)
    assert "loginWithoutStore" in printed["logs", "--limit", "1000"].stdout


def test_nothing_in_the_store_or_on_stderr_holds_one_nor_the_challenge(running, played, invocation):
    _, secrets, challenge = played
    rows = rows_of(invocation)
    assert {row["table"] for row in rows} >= {"sessions", "challenges", "counters"}
    for place, text in {"store": json.dumps(rows), "stderr": running.words.read_text()}.items():
        check({**secrets, "the challenge": challenge}, text, place)


def test_what_is_looked_for_can_be_found(running, played, app):
    """Where secrets are handed out on purpose they stand in this very form."""
    _, secrets, challenge = played
    handed_out = json.dumps(running.environment(function="login", appid=app.appid))
    assert secrets["the AppSecret"] in handed_out
    state = json.dumps(running.ask("GET", "/emulator/v1/state"))
    assert secrets["the session key"] in state
    assert challenge not in secrets.values()
