"""Lines to paste for each client, which run as they are; they contain no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.apps import App


@dataclass(frozen=True)
class Client:
    """What one client takes.

    :param name: the client's name.
    :param note: the key of the text below the lines; empty for none.
    """

    name: str
    lines: str
    note: str = ""


def list_clients(url: str, app: App, *, function: str, proxy: str | None, ca: str | None) -> Iterator[Client]:
    """Every client that can use this emulator.

    :param url: the emulator's URL, as the browser uses it.
    :param function: one that servers and web apps call.
    :param proxy: URL of the intercepting proxy, ``None`` without one; likewise the file ``ca``.
    """
    host = urlsplit(url).netloc
    yield Client("Python · wxcloud", f"{_confirmation(url, app)}\n{_PYTHON}", "client.by_hand")
    yield Client("wx-server-sdk · Node.js", f"{_confirmation(url, app)}\n{_NODE}", "client.by_hand")
    yield Client(
        "@cloudbase/node-sdk",
        "const tcb = require('@cloudbase/node-sdk')\n"
        "const app = tcb.init({\n"
        f"  env: '{app.env}',\n"
        "  secretId: process.env.TENCENTCLOUD_SECRETID,\n"
        "  secretKey: process.env.TENCENTCLOUD_SECRETKEY,\n"
        f"  serviceUrl: '{url}/admin'\n"
        "})\n"
        f"app.callFunction({{ name: '{function}', data: {{}} }}).then(({{ result }}) => console.log(result))",
        "client.secret_key",
    )
    yield Client(
        "@cloudbase/js-sdk",
        "const cloudbase = require('@cloudbase/js-sdk')\n"
        f"const app = cloudbase.init({{ env: '{app.env}' }})\n"
        f"app.registerHost('{host}', '{urlsplit(url).scheme}')\n"
        "app.auth().signInAnonymously({})\n"
        f"  .then(() => app.callFunction({{ name: '{function}', data: {{}} }}))\n"
        "  .then(({ result }) => console.log(result))",
    )
    if proxy is not None:
        yield Client(
            "wechatpy, EasyWeChat, WxJava, ...",
            f"export HTTPS_PROXY={proxy}\n"
            f"export CURL_CA_BUNDLE={ca} REQUESTS_CA_BUNDLE={ca} SSL_CERT_FILE={ca}\n"
            "curl -s https://api.weixin.qq.com/healthz",
            "client.proxy",
        )
        yield Client(
            "tcb · @cloudbase/cli",
            f"{_environment(url, app)}\n"
            "export TZ=Asia/Shanghai\n"
            'tcb login -k --apiKeyId "$TENCENTCLOUD_SECRETID" --apiKey "$TENCENTCLOUD_SECRETKEY"\n'
            "tcb fn deploy --all --force --yes",
            "client.tcb",
        )
    yield Client(
        "curl",
        f"{_environment(url, app)}\n"
        f'curl -s "{url}/cgi-bin/token?grant_type=client_credential&appid=$WX_APPID&secret=$WX_SECRET"',
        "client.secret",
    )


_PYTHON: Final = """\
python3 -c '
import json, os, wxcloud
context = {"environment": json.dumps(dict(os.environ))}
invocation, signed = wxcloud.init().of(context), json.loads(os.environ["SIGNED"])
print(invocation.openapi.soter.verifySignature(
    openid=invocation.caller.openid,
    jsonString=signed["resultJSON"],
    jsonSignature=signed["resultJSONSignature"],
))'"""
_NODE: Final = """\
node -e '
const cloud = require("wx-server-sdk")
cloud.init()
const { resultJSON, resultJSONSignature } = JSON.parse(process.env.SIGNED)
cloud.openapi.soter.verifySignature({
  openid: cloud.getWXContext().OPENID,
  jsonString: resultJSON,
  jsonSignature: resultJSONSignature
}).then(console.log)'"""


def _confirmation(url: str, app: App) -> str:
    """A new user confirms something, for whom an invocation begins."""
    return (
        f"export WXEMU_URL={url}\n"
        f"OPENID=$(wxemu user new --appid {app.appid} -q)\n"
        f"PHONE=$(wxemu phone new --appid {app.appid} --openid $OPENID -q)\n"
        "export SIGNED=$(wxemu phone startSoterAuthentication $PHONE --challenge order-1 --json)\n"
        f'eval "$(wxemu env --appid {app.appid} --as $OPENID)"'
    )


def _environment(url: str, app: App) -> str:
    return f'export WXEMU_URL={url}\neval "$(wxemu env --appid {app.appid})"'
