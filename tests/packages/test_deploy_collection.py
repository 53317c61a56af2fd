"""`wxemu deploy` makes the collection of the functions' store: with the real API of an emulator, and a stand-in CLI."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

import wxcloud
from wxcloud.store.cloudbase import COLLECTION

SHARED = Path(__file__).parents[2] / "functions/_shared/wxcloud"
# Tencent's SDK leaves sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
BY_HAND = (
    "; make the collection wxcloud in the environment's console, with the permission ADMINONLY (nobody but"
    " administrators reads or writes), and deploy with --no-collection"
)


@pytest.fixture
def app(emulator):
    return emulator.new_app()


@pytest.fixture
def ours(ready):
    """The small project, whose function has our library."""
    shutil.copytree(SHARED, ready.directory / "functions/_shared/wxcloud")
    return ready


@pytest.fixture
def login(ours):
    """Write what `tcb login` keeps."""
    ours.environ["HOME"] = str(ours.directory / "home")

    def write(**credential):
        ours.write("home/.config/.cloudbase/auth.json", json.dumps({"credential": credential}))

    return write


@pytest.fixture
def deploy(ours, tcb, emulator, app, login):
    login(secretId=app.secret_id, secretKey=app.secret_key)
    reached = {"HTTPS_PROXY": emulator.proxy, "REQUESTS_CA_BUNDLE": emulator.ca_bundle, "NO_PROXY": ""}

    def run(*arguments, **variables):
        return ours.run("deploy", "--env", app.env, *arguments, **tcb.variables, **{**reached, **variables})

    return run


@pytest.fixture
def cloud(emulator, app):
    """Tencent's own SDK, for what the deployment has left behind."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=urlsplit(emulator.url).netloc))
    client = CommonClient("tcb", "2018-06-08", Credential(app.secret_id, app.secret_key), "ap-shanghai", profile)

    def ask(action, **parameters):
        named = {"EnvId": app.env, "CollectionName": COLLECTION, **parameters}
        return client.call_json(action, named)["Response"]

    return ask


@pytest.fixture
def acl(cloud):
    """Who may use the collection; None when there is none."""

    def read():
        try:
            return cloud("DescribeDatabaseACL")["AclTag"]
        except TencentCloudSDKException as refused:
            if refused.code != "ResourceNotFound":
                raise
            return None

    return read


def refused(done):
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.splitlines()[-1].removeprefix("Error: ")


def test_the_collection_is_made_and_closed_to_clients(deploy, acl, app):
    done = deploy()

    assert done.returncode == 0, done.stderr
    assert acl() == "ADMINONLY"
    assert f"collection wxcloud -> {app.env}\n  made, closed to clients (ADMINONLY)\n" in done.stdout
    assert app.secret_key not in done.stdout + done.stderr


def test_one_that_is_there_is_kept_with_what_is_in_it_and_closed(deploy, acl, cloud, emulator, app):
    cloud("CreateTable", TableName=COLLECTION)
    variables = emulator.environment(function="login", appid=app.appid)
    context = {"request_id": "1", "environment": json.dumps(variables)}
    rows = wxcloud.init({}).of(context).database().collection(COLLECTION)
    rows.add({"_id": "a", "value": "kept"})
    assert acl() == "PRIVATE"

    made = json.loads(deploy("--json").stdout)["collection"]

    assert made == {"name": COLLECTION, "envId": app.env, "acl": "ADMINONLY", "made": False}
    assert acl() == "ADMINONLY"
    assert rows.doc("a").get()["data"]["value"] == "kept"
    assert "kept (CreateTable: ResourceUnavailable.ResourceExist: " in deploy().stdout


def test_a_web_login_will_do(deploy, acl, app, login):
    login(tmpSecretId=app.secret_id, tmpSecretKey=app.secret_key, tmpToken="of two hours", refreshToken="of a month")

    assert deploy().returncode == 0
    assert acl() == "ADMINONLY"


def test_without_a_login_the_environment_s_account_will_do(deploy, acl, app, login):
    login()

    assert deploy(TENCENTCLOUD_SECRETID=app.secret_id, TENCENTCLOUD_SECRETKEY=app.secret_key).returncode == 0
    assert acl() == "ADMINONLY"


@pytest.mark.parametrize(("setting", "made"), [("redis://10.0.0.1:6379/0", False), ("cloudbase", True)])
def test_it_is_made_for_those_who_use_it(deploy, ours, acl, setting, made):
    ours.declare(defaults=f'{{envVariables: {{WX_STORE: "{setting}"}}}}')
    done = deploy()

    assert done.returncode == 0
    assert (acl() is not None, "collection" in done.stdout) == (made, made)


def test_who_does_not_want_it_says_so(deploy, acl):
    assert deploy("--no-collection").returncode == 0
    assert acl() is None


def test_a_dry_run_says_what_would_become_of_it(deploy, acl, app):
    shown = deploy("--dry-run").stdout
    document = json.loads(deploy("--dry-run", "--json").stdout)

    assert f"collection wxcloud -> {app.env}\n  to be made or kept, and closed to clients (ADMINONLY)\n" in shown
    assert document["collection"] == {"name": COLLECTION, "envId": app.env, "acl": "ADMINONLY", "made": None}
    assert acl() is None


def test_without_an_account_it_is_said_what_to_do(deploy, login):
    login(secretId="-")

    assert refused(deploy(TENCENTCLOUD_SECRETID="", TENCENTCLOUD_SECRETKEY="")) == (
        "the functions are deployed, but not their collection: expected the login of tcb in"
        f" ~/.config/.cloudbase/auth.json, found none (sign in: tcb login){BY_HAND}"
    )


def test_a_refusal_is_told_with_what_to_do(deploy, login, app, acl, tcb):
    login(secretId=app.secret_id, secretKey="a wrong key")
    sentence = refused(deploy())

    assert sentence.startswith("the functions are deployed, but not their collection: ")
    assert "AuthFailure.SignatureFailure" in sentence
    assert sentence.endswith(BY_HAND)
    assert "a wrong key" not in sentence
    assert acl() is None
    assert [asked["arguments"][1] for asked in tcb.asked] == ["deploy"]


def test_no_answer_is_told_with_what_to_do(deploy, acl):
    sentence = refused(deploy(HTTPS_PROXY="http://127.0.0.1:1"))

    assert "expected an answer of tcb.tencentcloudapi.com, found ProxyError" in sentence
    assert sentence.endswith(BY_HAND)
    assert acl() is None
