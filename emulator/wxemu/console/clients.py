"""Settings for each client, as lines to paste; they contain no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.apps import App


@dataclass(frozen=True)
class Client:
    """The settings of one client.

    :param name: the client's name.
    :param note: the key of the text below the lines; empty for none.
    """

    name: str
    lines: str
    note: str = ""


def list_clients(url: str, app: App, *, proxy: str | None, ca: str | None) -> Iterator[Client]:
    """Every client that can use this emulator.

    :param url: the emulator's URL, as the browser uses it.
    :param proxy: URL of the intercepting proxy, ``None`` without one; likewise the file ``ca``.
    """
    host = urlsplit(url).netloc
    yield Client(
        "Python · wxcloud",
        f"export WXEMU_URL={url}\n"
        f'eval "$(wxemu env --appid {app.appid} --as OPENID --function verifySignature)"\n'
        "python -c 'import index; print(index.main({}, {}))'",
        "client.python",
    )
    yield Client(
        "wx-server-sdk · Node.js",
        f"export WXEMU_URL={url}\n"
        f'eval "$(wxemu env --appid {app.appid} --as OPENID --function verifySignature)"\n'
        "node -e 'require(\"./index.js\").main({}).then(console.log)'",
        "client.node",
    )
    yield Client(
        "@cloudbase/node-sdk",
        "tcb.init({\n"
        f"  env: '{app.env}',\n"
        f"  secretId: '{app.secret_id}',\n"
        "  secretKey: process.env.SECRET_KEY,\n"
        f"  serviceUrl: '{url}/admin'\n"
        "})",
        "client.secret_key",
    )
    yield Client(
        "@cloudbase/js-sdk",
        f"const app = cloudbase.init({{ env: '{app.env}' }})\n"
        f"app.registerHost('{host}', '{urlsplit(url).scheme}')\n"
        "await app.auth().signInAnonymously({})",
    )
    if proxy is not None:
        yield Client(
            "wechatpy, EasyWeChat, WxJava, ...",
            f"export HTTPS_PROXY={proxy}\nexport REQUESTS_CA_BUNDLE={ca}\nexport SSL_CERT_FILE={ca}",
            "client.proxy",
        )
        yield Client(
            "tcb · @cloudbase/cli",
            f"export http_proxy={proxy} https_proxy={proxy} NODE_EXTRA_CA_CERTS={ca}\n"
            f'tcb login -k --apiKeyId {app.secret_id} --apiKey "$SECRET_KEY"\n'
            "tcb fn deploy --all --force --yes",
            "client.secret_key",
        )
    yield Client(
        "curl",
        f"curl -s {url}/cgi-bin/stable_token -d '"
        f'{{"grant_type": "client_credential", "appid": "{app.appid}", "secret": "\'"$SECRET"\'"}}\'',
        "client.secret",
    )
