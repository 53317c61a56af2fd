"""What points each client at this emulator: lines to paste, with no secret in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.apps import App


@dataclass(frozen=True)
class Client:
    """One client.

    :param name: as its users know it.
    :param note: the key of the words below the lines; empty without any.
    """

    name: str
    lines: str
    note: str = ""


def of(url: str, app: App, *, proxy: str | None, ca: str | None) -> Iterator[Client]:
    """The clients that can be pointed here.

    :param url: where the browser that asks reaches the emulator.
    :param proxy: address of the intercepting proxy, ``None`` while there is none; likewise the file of its ``ca``.
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
