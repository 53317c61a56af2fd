"""An emulated world in memory, and the two who talk to it: a mini program's server and a phone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wxemu.app import create_app
from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.core.http.access import LOOPBACK_ONLY, Access
from wxemu.core.world import World
from wxemu.scf.deployment import Deployment
from wxemu.state import seed
from wxemu.wechat import sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flask.testing import FlaskClient

    from wxemu.core.clock import Clock

NOON = 1_700_000_000.0
POOLED_KEYS = 60
SEED = {
    "apps": [
        {
            "appid": "wx1234567890abcdef",
            "secret": "0123456789abcdef0123456789abcdef",
            "env": "env-demo",
            "users": [
                {"openid": "oAlice", "unionid": "uAlice", "session_key": "o0q0otL8aEzpcZL/FT9WsQ=="},
                {"openid": "oBob", "session_key": "9hAb/NEYUlkaMBEsmFgzig=="},
                {"openid": "oCarol"},
                {"openid": "oMallory", "is_high_risk": True},
            ],
        },
        {
            "appid": "wxfedcba0987654321",
            "secret": "fedcba9876543210fedcba9876543210",
            "env": "env-other",
            "users": [{"openid": "oDave", "session_key": "49Q2zEXM3ogcyacpGdCa3A=="}],
        },
    ]
}

RID = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"


@dataclass(frozen=True)
class Tenant:
    appid: str
    secret: str

    @property
    def credentials(self) -> dict[str, str]:
        return {"appid": self.appid, "secret": self.secret}


@dataclass(frozen=True)
class Answer:
    """WeChat's answer to one call; that it is HTTP 200 and a JSON object is checked already."""

    path: str
    members: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    @property
    def errcode(self) -> int:
        return self.members.get("errcode", 0)

    @property
    def is_success(self) -> bool:
        return self.errcode == 0

    @property
    def refusal(self) -> tuple[int, str]:
        """errcode and the text before the rid, which is there in the form of the path's family."""
        assert set(self.members) == {"errcode", "errmsg"}
        separator = ", rid: " if self.path.startswith("/sns/") else " rid: "
        text, _, rid = self.members["errmsg"].rpartition(separator)
        assert re.fullmatch(RID, rid)
        return self.members["errcode"], text

    @property
    def rid(self) -> str:
        return re.search(RID, self.members["errmsg"])[0]


class WeChat:
    """api.weixin.qq.com as a mini program's server calls it."""

    def __init__(self, http: FlaskClient, tenant: Tenant) -> None:
        self.http = http
        self.tenant = tenant

    def call(self, method: str, path: str, *, body: bytes | None = None, **query: str) -> Answer:
        response = self.http.open(f"{path}?{urlencode(query)}", method=method, data=body)
        members = json.loads(response.data)
        assert response.status_code == 200
        assert isinstance(members, dict)
        return Answer(path, members)

    def get(self, path: str, **query: str) -> Answer:
        return self.call("GET", path, **query)

    def post(self, path: str, members: object, **query: str) -> Answer:
        return self.call("POST", path, body=json.dumps(members).encode(), **query)

    def plain_token(self, **changes: str) -> Answer:
        return self.get("/cgi-bin/token", **{"grant_type": "client_credential", **self.tenant.credentials, **changes})

    def stable_token(self, **changes: object) -> Answer:
        credentials = {"grant_type": "client_credential", **self.tenant.credentials}
        return self.post("/cgi-bin/stable_token", {**credentials, **changes})

    @property
    def access_token(self) -> str:
        token: str = self.stable_token()["access_token"]
        return token

    def code_to_session(self, code: str, **changes: str) -> Answer:
        query = {**self.tenant.credentials, "js_code": code, "grant_type": "authorization_code", **changes}
        return self.get("/sns/jscode2session", **query)

    def log_in(self, openid: str) -> str:
        """The session_key of a fresh login of this user, who holds a phone somewhere else."""
        answered = self.http.post(
            "/phone/v1/phones", json={"appid": self.tenant.appid, "profile": "none", "openid": openid}
        )
        code = self.http.post(f"/phone/v1/phones/{answered.json['phoneId']}/login").json["code"]
        session_key: str = self.code_to_session(code)["session_key"]
        return session_key

    def with_signature(self, path: str, openid: str, signature: str, **changes: str) -> Answer:
        query = {"openid": openid, "signature": signature, "sig_method": "hmac_sha256", **changes}
        if "access_token" not in query:  # fetching one may renew the one under test
            query["access_token"] = self.access_token
        return self.get(path, **query)

    def check_session(self, openid: str, session_key: str, **changes: str) -> Answer:
        return self.with_signature("/wxa/checksession", openid, sessions.signature_of(session_key), **changes)

    def reset_session(self, openid: str, session_key: str, **changes: str) -> Answer:
        signature = sessions.signature_of(session_key)
        return self.with_signature("/wxa/resetusersessionkey", openid, signature, **changes)

    def verify(self, openid: str, json_string: str, json_signature: str) -> Answer:
        members = {"openid": openid, "json_string": json_string, "json_signature": json_signature}
        return self.post("/cgi-bin/soter/verify_signature", members, access_token=self.access_token)

    def explain(self, rid: str) -> Answer:
        return self.post("/cgi-bin/openapi/rid/get", {"rid": rid}, access_token=self.access_token)


@dataclass(frozen=True)
class HeldPhone:
    """A phone in somebody's hand; what is asked of it answers what `success` or `fail` would get."""

    http: FlaskClient
    phone_id: str
    appid: str
    openid: str

    def do(self, operation: str, **members: object) -> dict[str, Any]:
        response = self.http.post(f"/phone/v1/phones/{self.phone_id}/{operation}", json=members)
        assert response.status_code == 200, response.text
        answered: dict[str, Any] = response.json
        return answered

    def login(self) -> str:
        code: str = self.do("login")["code"]
        return code

    def has_session(self) -> bool:
        return self.do("checkSession")["errMsg"] == "checkSession:ok"

    def confirm(self, challenge: str = "order-1", **members: object) -> dict[str, Any]:
        asked = {"requestAuthModes": ["fingerPrint", "facial"], "challenge": challenge, "authContent": "pay", **members}
        return self.do("startSoterAuthentication", **asked)

    @property
    def state(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.http.get(f"/phone/v1/phones/{self.phone_id}").json
        return shown


class Control:
    """The control plane."""

    def __init__(self, http: FlaskClient) -> None:
        self.http = http

    def get(self, path: str) -> Any:
        response = self.http.get(f"/emulator/v1/{path}")
        assert response.status_code == 200, response.text
        return response.json

    def post(self, path: str, **members: object) -> Any:
        response = self.http.post(f"/emulator/v1/{path}", json=members)
        assert response.status_code == 200, response.text
        return response.json

    def set(self, **settings: object) -> Any:
        response = self.http.patch("/emulator/v1/settings", json=settings)
        assert response.status_code == 200, response.text
        return response.json

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = self.get("exchanges?limit=1000")["exchanges"]
        return kept


@pytest.fixture(scope="session")
def rsa_pems() -> tuple[str, ...]:
    """Private keys; each takes 50 ms, so that they are made once."""
    keys = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(12))
    return tuple(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in keys)


@pytest.fixture
def open_world(rsa_pems: tuple[str, ...]) -> Iterator[Callable[..., World]]:
    """Open worlds with RSA keys in their pool; they are closed at the end."""
    opened = []

    def open_one(state: Path | None = None, *, random_seed: str | None = None) -> World:
        world = World(state, random_seed=random_seed)
        opened.append(world)
        with world.transaction():
            for number in range(POOLED_KEYS):
                pem = rsa_pems[number % len(rsa_pems)]
                world.store.run("INSERT OR IGNORE INTO rsa_keys VALUES ('system', ?, ?)", number, pem)
        return world

    yield open_one
    for world in opened:
        world.close()


@pytest.fixture
def world_seed() -> Mapping[str, Any]:
    """The seed of `world`; a test module may have its own."""
    return SEED


@pytest.fixture
def world(open_world: Callable[..., World], world_seed: Mapping[str, Any]) -> World:
    """A world with its seed, whose clock stands still at noon."""
    world = open_world()
    world.clock.freeze(NOON)
    seed.load(world, world_seed)
    return world


@pytest.fixture
def clock(world: World) -> Clock:
    return world.clock


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """A client of the faces over a world, with the functions of a project if there is one."""
    deployments = []

    def client(world: World, project: Path | None = None, access: Access = LOOPBACK_ONLY) -> FlaskClient:
        deployment = Deployment(
            world,
            directory=project,
            base_url="http://127.0.0.1:0",
            storage=tmp_path,
            issue_wx_api_token=issue_wx_api_token,
        )
        deployments.append(deployment)
        return create_app(world, deployment, access).test_client()

    yield client
    for deployment in deployments:
        deployment.close()


@pytest.fixture
def http(world: World, serve: Callable[..., FlaskClient]) -> FlaskClient:
    return serve(world)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant("wx1234567890abcdef", "0123456789abcdef0123456789abcdef")


@pytest.fixture
def other_tenant() -> Tenant:
    return Tenant("wxfedcba0987654321", "fedcba9876543210fedcba9876543210")


@pytest.fixture
def wechat(http: FlaskClient, tenant: Tenant) -> WeChat:
    return WeChat(http, tenant)


@pytest.fixture
def other_wechat(http: FlaskClient, other_tenant: Tenant) -> WeChat:
    return WeChat(http, other_tenant)


@pytest.fixture
def control(http: FlaskClient) -> Control:
    return Control(http)


@pytest.fixture
def new_phone(http: FlaskClient, tenant: Tenant) -> Callable[..., HeldPhone]:
    """A phone of a profile, in the hand of an openid (a new user's without)."""

    def create(profile: str = "android", **members: str) -> HeldPhone:
        response = http.post("/phone/v1/phones", json={"appid": tenant.appid, "profile": profile, **members})
        assert response.status_code == 200, response.text
        return HeldPhone(http, response.json["phoneId"], response.json["appid"], response.json["openid"])

    return create


@pytest.fixture
def restricted(world: World, http: FlaskClient, tenant: Tenant) -> Callable[..., None]:
    """Begin the world anew with the first app under these restrictions."""

    def restrict(**restrictions: object) -> None:
        first, *others = SEED["apps"]
        seed.load(world, {"apps": [{**first, **restrictions}, *others]})

    return restrict


@pytest.fixture
def project_of(tmp_path):
    """Write a project whose one function, ``ask``, has the given code."""

    def write(code):
        (tmp_path / "functions" / "ask").mkdir(parents=True)
        (tmp_path / "functions" / "ask" / "index.py").write_text(code)
        (tmp_path / "cloudbaserc.yaml").write_text(
            "envId: env-demo\nfunctions:\n  - {name: ask, runtime: Python3.11, handler: index.main, timeout: 5}\n"
        )
        return tmp_path

    return write
