"""An emulated world in memory, and the two who talk to it: a mini program's server and a phone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from sqlite3 import connect
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from in_process import HeldPhone, emulator_of
from mini_program_server import WeChat
from node_sdk import NodeSdk
from tencent_cloud import TencentCloud
from web_app import WebApp

from wxemu.app import create_app
from wxemu.client.testing import App, Emulator
from wxemu.cloudbase import grants
from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.core.http.access import LOOPBACK_ONLY, Access
from wxemu.core.store import Store
from wxemu.core.world import World
from wxemu.scf.deployment import Deployment
from wxemu.scf.runtime import runtime
from wxemu.scf.runtime.forkserver import ForkServer
from wxemu.state import seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

    from wxemu.core.clock import Clock

NOON = 1_700_000_000.0
POOLED_KEYS = 60
INVOCATION = "11111111-2222-4333-8444-555555555555"
SEED: dict[str, Any] = {
    "apps": [
        {
            "appid": "wx1234567890abcdef",
            "secret": "0123456789abcdef0123456789abcdef",
            "env": "env-demo",
            "secret_id": "AKIDlocal",
            "secret_key": "local-secret-key",
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


@dataclass(frozen=True)
class Control:
    """The control plane, of which every answer here is a success."""

    emulator: Emulator

    def get(self, path: str) -> Any:
        return self.emulator.ask("GET", f"/emulator/v1/{path}")

    def post(self, path: str, **members: object) -> Any:
        return self.emulator.ask("POST", f"/emulator/v1/{path}", members)

    def set(self, **settings: object) -> Any:
        return self.emulator.ask("PATCH", "/emulator/v1/settings", settings)

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = self.get("exchanges?limit=1000")["exchanges"]
        return kept


@pytest.fixture(scope="session")
def rsa_pems() -> tuple[str, ...]:
    """Private keys; each takes 50 ms, so that they are made once."""
    keys = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(12))
    return tuple(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in keys)


@pytest.fixture(scope="session")
def copied_store() -> Iterator[type[Store]]:
    """A store that begins in memory as a copy of another: its tables take longer to make than most tests to run."""
    with closing(connect(":memory:", check_same_thread=False)) as tables:
        first = Store()
        first._connection.backup(tables)
        first.close()

        class CopiedStore(Store):
            def _create_or_check(self, path: Path | None) -> None:
                if path is None:
                    tables.backup(self._connection)
                super()._create_or_check(path)

        yield CopiedStore


@pytest.fixture
def open_world(
    rsa_pems: tuple[str, ...], copied_store: type[Store], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., World]]:
    """Open worlds with RSA keys in their pool; they are closed at the end."""
    monkeypatch.setattr("wxemu.core.world.Store", copied_store)
    opened = []

    def open_one(state: Path | None = None, *, random_seed: str | None = None) -> World:
        world = World(state, random_seed=random_seed)
        opened.append(world)
        with world.transaction():
            if world.store.row("SELECT number FROM rsa_keys") is None:  # none of an earlier opening
                pems = islice(cycle(rsa_pems), POOLED_KEYS)
                world.store.add("rsa_keys", (("system", number, pem) for number, pem in enumerate(pems)))
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
    """A world with the seed loaded, whose clock stands still at noon."""
    world = open_world()
    world.clock.freeze(NOON)
    seed.load(world, world_seed)
    return world


@pytest.fixture
def clock(world: World) -> Clock:
    return world.clock


class WarmServer(ForkServer):
    """One that outlives the runtimes that have used it; each of them ends its own instances."""

    def close(self) -> None:
        """Stay."""

    def end(self) -> None:
        """End, as others do by ``close``."""
        super().close()


@pytest.fixture(scope="session")
def warm_server() -> Iterator[Callable[..., WarmServer]]:
    """The warm process of an interpreter, for all tests: it takes 150 ms to start, and never learns what it forks."""
    servers: dict[tuple[object, ...], WarmServer] = {}

    def find(command: Sequence[str], **options: Any) -> WarmServer:
        return servers.setdefault((command, *options.values()), WarmServer(command, **options))

    yield find
    for server in servers.values():
        server.end()


@pytest.fixture
def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_server: Callable[..., WarmServer]
) -> Iterator[Callable[..., FlaskClient]]:
    """A client of the faces over a world, with the functions of a project if there is one."""
    deployments = []
    monkeypatch.setattr(runtime, "ForkServer", warm_server)

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
def project() -> Path | None:
    """The folder of the functions that there are: none, unless a test module has a project."""
    return None


@pytest.fixture
def http(world: World, serve: Callable[..., FlaskClient], project: Path | None) -> FlaskClient:
    return serve(world, project)


@pytest.fixture
def emulator(http: FlaskClient) -> Emulator:
    return emulator_of(http)


def _seeded(number: int, emulator: Emulator) -> App:
    entry = SEED["apps"][number]
    secret_id = entry.get("secret_id", f"AKID{entry['appid'].removeprefix('wx')}")
    secret_key = entry.get("secret_key", entry["secret"])
    return App(entry["appid"], entry["secret"], entry["env"], secret_id, secret_key, emulator)


@pytest.fixture
def tenant(emulator: Emulator) -> App:
    return _seeded(0, emulator)


@pytest.fixture
def other_tenant(emulator: Emulator) -> App:
    return _seeded(1, emulator)


@pytest.fixture
def wechat(http: FlaskClient, tenant: App) -> WeChat:
    return WeChat(http, tenant)


@pytest.fixture
def other_wechat(http: FlaskClient, other_tenant: App) -> WeChat:
    return WeChat(http, other_tenant)


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return Control(emulator)


@pytest.fixture
def new_phone(tenant: App) -> Callable[..., HeldPhone]:
    """A phone of a profile, in the hand of an openid (a new user's without)."""

    def create(profile: str = "android", **members: str) -> HeldPhone:
        made = tenant.emulator.ask("POST", "/phone/v1/phones", {"appid": tenant.appid, "profile": profile, **members})
        return HeldPhone(made["phoneId"], made["profile"], made["supportMode"], made["openid"], tenant.emulator)

    return create


@pytest.fixture
def sdk(http: FlaskClient, tenant: App) -> NodeSdk:
    """node-sdk with the credentials of the first app's environment."""
    return NodeSdk(http, tenant.secret_id, tenant.secret_key)


@pytest.fixture
def grant(world: World, tenant: App) -> Callable[..., str]:
    """The token of an invocation for a user, who is Alice without a name."""

    def token(openid: str | None = "oAlice", openapis: Iterable[str] = ("soter.verifySignature",), **app: str) -> str:
        with world.transaction():
            grant = grants.issue(
                world,
                **{"appid": tenant.appid, "env": tenant.env, **app},
                function="ask",
                openid=openid,
                permissions=frozenset(openapis),
                request_id=INVOCATION,
            )
        return grant.wx_api_token

    return token


@pytest.fixture
def web_app(http: FlaskClient) -> WebApp:
    return WebApp(http)


@pytest.fixture
def cloud(http: FlaskClient, tenant: App) -> TencentCloud:
    """Tencent Cloud's API with the credentials of the first app's account."""
    return TencentCloud(http, tenant.secret_id, tenant.secret_key)


@pytest.fixture
def project_of(tmp_path: Path) -> Callable[..., Path]:
    """Write a project whose functions all have the given code; there is ``ask`` alone, if no other is named."""

    def write(code: str, *names: str, keys: str = "timeout: 5") -> Path:
        lines = ["envId: env-demo", "functions:"]
        for name in names or ("ask",):
            folder = tmp_path / "functions" / name
            folder.mkdir(parents=True)
            (folder / "index.py").write_text(code)
            lines.append(f"  - {{name: {name}, runtime: Python3.11, handler: index.main, {keys}}}")
        (tmp_path / "cloudbaserc.yaml").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write
