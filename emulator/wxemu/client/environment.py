"""Environment variables that bring clients in any language to a running emulator, with their code unchanged.

NoInterceptionError
    The emulator has no proxy, or its CA is not on this machine.
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from wxemu.control.operations.functions import SHOW_ENVIRONMENT
from wxemu.control.operations.health import SHOW_PROXY
from wxemu.core.messages import Message, MessageError
from wxemu.intercept import truststore
from wxemu.intercept.variables import LOOPBACK, make_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.client.remote import Remote

JAVA: Final = "JAVA_TOOL_OPTIONS"
NODE: Final = "NODE_OPTIONS"
INTERCEPTION: Final = "WXEMU_INTERCEPTION"
PRELOAD: Final = Path(__file__).with_name("preload.cjs")
"""It leads Node.js; ``WXEMU_INTERCEPTION`` tells it where."""


class NoInterceptionError(MessageError):
    """The emulator has no proxy, or its CA is not on this machine; the text says what to do."""


def of_invocation(
    remote: Remote, *, openid: str | None = None, function: str | None = None, appid: str | None = None
) -> dict[str, str]:
    """The variables that the platform sets for one invocation, and the emulator's URL.

    :param openid: the user on whose behalf it runs.
    :param function: whose permissions it has; by default all functions'.
    :param appid: by default the first app's.
    :raises RemoteError: the emulator does not answer, or does not know one of them.
    """
    answer = remote.call(SHOW_ENVIRONMENT, openid=openid, function=function, appid=appid)
    return {**answer["env"], "WXEMU_URL": remote.url}


def of_real_names(remote: Remote, environ: Mapping[str, str], token: str | None = None) -> dict[str, str]:
    """The variables that lead clients to the emulator and make them trust its CA besides the system's roots.

    Java's truststore is written too; if that fails, Java's variable is left out.

    :param environ: the present environment of the clients.
    :param token: the control token, which the proxy may require for hosts that pass through. Java's properties have no
        place for it.
    :raises NoInterceptionError: the emulator has no proxy, or its CA is not on this machine.
    :raises RemoteError: the emulator does not answer.
    """
    facts = remote.call(SHOW_PROXY)
    proxy, bundle = _proxy_and_bundle(remote.url, facts)
    unproxied = [urlsplit(remote.url).hostname or LOOPBACK[0]]
    variables = make_variables(proxy, ca=str(facts["ca"]), bundle=str(bundle), unproxied=unproxied, token=token)
    with suppress(OSError):  # the folder belongs to another user
        options = _java_options(proxy, truststore.make_beside(bundle), urlsplit(remote.url).hostname or "")
        variables[JAVA] = _added(environ.get(JAVA, ""), options)
    variables[NODE] = _added(environ.get(NODE, ""), _node_options())
    variables[INTERCEPTION] = _interception(proxy, facts, unproxied)
    return variables


def _added(present: str, options: str) -> str:
    return present if present.endswith(options) else f"{present} {options}".strip()


def _node_options() -> str:
    quoted = re.sub(r'(["\\])', r"\\\1", str(PRELOAD))  # as Node.js reads this variable [doc]
    return f'--require "{quoted}"'


def _interception(proxy: str, facts: Mapping[str, Any], unproxied: list[str]) -> str:
    parts = urlsplit(proxy)
    return json.dumps(
        {
            "host": parts.hostname,
            "port": parts.port,
            "emulated": facts["hosts"],
            "passThrough": facts["passThrough"],
            "unproxied": unproxied,
        },
        separators=(",", ":"),
    )


def _proxy_and_bundle(url: str, facts: Mapping[str, Any]) -> tuple[str, Path]:
    """The proxy's URL, and the bundle.

    :raises NoInterceptionError: there is no proxy, or the bundle is not on this machine.
    """
    if facts["proxy"] is None:
        raise NoInterceptionError(
            Message(
                "the emulator at {url} runs without its proxy, so clients of api.weixin.qq.com cannot reach it; "
                "start it without --no-intercept",
                "{url} 的模拟器没有运行代理，访问 api.weixin.qq.com 的客户端无法到达它；请不带 --no-intercept 启动",
                url=url,
            )
        )
    bundle = Path(facts["caBundle"])
    if not bundle.is_file() or not Path(facts["ca"]).is_file():
        raise NoInterceptionError(
            Message(
                "the CA of the emulator at {url} is not here: {file} is a file of the container or machine that it "
                "runs on; copy it from there, and set it and the proxy for your clients by hand",
                "{url} 的模拟器的 CA 不在本机：{file} 是它所在的容器或机器上的文件；"
                "请从那里复制过来，并为你的客户端手动设置它和代理",
                url=url,
                file=facts["ca"],
            )
        )
    return str(facts["proxy"]), bundle


def _java_options(proxy: str, truststore_file: Path, host: str) -> str:
    """Java reads no proxy variables, only this one: properties of the virtual machine, quoted as in a shell [doc]."""
    parts = urlsplit(proxy)
    unproxied = dict.fromkeys(("localhost", "127.*", "[::1]", *([host] if host not in LOOPBACK else [])))
    properties = {
        "https.proxyHost": parts.hostname,
        "https.proxyPort": parts.port,
        "http.proxyHost": parts.hostname,
        "http.proxyPort": parts.port,
        "http.nonProxyHosts": "|".join(unproxied),
        "javax.net.ssl.trustStore": truststore_file,
        "javax.net.ssl.trustStoreType": "PKCS12",
    }
    return " ".join(shlex.quote(f"-D{name}={value}") for name, value in properties.items())
