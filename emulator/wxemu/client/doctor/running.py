"""This machine's versions and clock, and the running emulator: whether it answers, and what could disturb a test."""

from __future__ import annotations

import platform
import socket
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.client.project_of import describe, is_another, project_of
from wxemu.client.pytest_found import find_foreign
from wxemu.client.remote import NobodyError, Remote, RemoteError
from wxemu.control.operations import clock as clocks
from wxemu.control.operations import health
from wxemu.control.operations.faults import LIST
from wxemu.core.messages import Message, as_it_is, part

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_TOLERATED_SECONDS: Final = 5.0
"""By which the clocks of two machines may differ, request time included."""
_ANSWER_SECONDS: Final = 2.0
_SYSTEM_CLOCK: Final = Message("system clock", "系统时钟")
_EMULATOR: Final = Message("emulator", "模拟器")
_CONTROL_TOKEN: Final = Message("control token", "控制令牌")
_CLOCK: Final = Message("clock", "时钟")
_FAULTS: Final = Message("faults", "故障")


def examine_machine(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report versions, and check the clock, with which clients compare certificates, and whose pytest this is."""
    versions = Message(
        "wxemu {wxemu} on Python {python}",
        "wxemu {wxemu}，运行于 Python {python}",
        wxemu=metadata.version("wxemu"),
        python=platform.python_version(),
    )
    yield ok(Message("versions", "版本"), versions)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if time.time() < Path(__file__).stat().st_mtime:
        yield broken(
            _SYSTEM_CLOCK,
            Message(
                "it shows {now}, which is before this software was installed",
                "显示 {now}，早于本软件的安装时间",
                now=now,
            ),
            Message("set it: clients refuse certificates of other times", "请校准：客户端会拒绝时间不符的证书"),
        )
    else:
        yield ok(_SYSTEM_CLOCK, as_it_is(now))
    if (foreign := find_foreign(path=environ.get("PATH"))) is not None:
        yield hint(as_it_is("pytest"), foreign.found, foreign.advice)


def examine(remote: Remote, environ: Mapping[str, str], project: Path) -> Generator[Finding, None, str | None]:
    """Check the emulator; return its proxy's URL, if it tells one.

    :param project: the folder whose functions it should have.
    """
    try:
        remote.call(health.READY)
    except RemoteError as error:
        yield _silence(remote.url, error)
        return None
    yield ok(_EMULATOR, Message("answers at {url}", "在 {url} 应答", url=remote.url))
    try:
        facts = remote.call(health.SHOW_PROXY)
        clock = remote.call(clocks.SHOW)
        faults = remote.call(LIST)["faults"]
        settings = remote.call(health.SHOW_SETTINGS)
        theirs = project_of(remote)
    except RemoteError as error:
        yield broken(
            Message("control plane", "控制接口"),
            error.message,
            Message(
                "name its token, or update the older of client and emulator",
                "请提供它的令牌，或更新客户端和模拟器中较旧的一个",
            ),
        )
        return None
    if is_another(theirs, project):
        yield hint(
            Message("emulator's project", "模拟器的项目"),
            Message(
                "it has {theirs}, not those of {ours}",
                "它的项目是{theirs}，而不是 {ours}",
                theirs=describe(theirs),
                ours=project,
            ),
            Message(
                "start one here (wxemu start --port 0) and name it by --url or WXEMU_URL; `wxemu exec` starts its own",
                "请在这里启动一个（wxemu start --port 0），并用 --url 或 WXEMU_URL 指定；"
                "`wxemu exec` 会启动自己的模拟器",
            ),
        )
    yield from _token(remote.url, environ)
    yield _clock(clock)
    yield _faults(len(faults))
    if not settings["verify_signatures"]:
        yield hint(
            Message("signatures", "签名"),
            Message(
                "verify_signatures is false: CloudBase accepts requests that the real one refuses",
                "verify_signatures 为 false：云开发会接受真实环境拒绝的请求",
            ),
            Message("set it to true", "请设为 true"),
        )
    if facts["proxy"] is None:
        yield hint(
            Message("proxy", "代理"),
            Message("the emulator runs with --no-intercept", "模拟器以 --no-intercept 运行"),
            Message("clients need its address instead of the real names", "客户端需要使用它的地址，而不是真实的域名"),
        )
    proxy: str | None = facts["proxy"]
    return proxy


def _silence(url: str, error: RemoteError) -> Finding:
    if not isinstance(error, NobodyError):
        advice = Message(
            "stop what listens at {url}, or name another address by --url",
            "请停止占用 {url} 的程序，或用 --url 指定另一个地址",
            url=url,
        )
        told, own_advice = part(error.message)
        return broken(_EMULATOR, told, own_advice if str(own_advice) else advice)
    if not is_listening(url):
        return broken(
            _EMULATOR,
            Message("no emulator answers at {url}", "{url} 没有模拟器应答", url=url),
            Message(
                "start one with `wxemu start`, or name another with --url",
                "请运行 `wxemu start` 启动，或用 --url 指定另一个",
            ),
        )
    return broken(
        _EMULATOR,
        Message("something other than an emulator listens at {url}", "监听 {url} 的不是模拟器", url=url),
        Message(
            "stop that, or start the emulator elsewhere (wxemu start --port 0) and name it by --url or WXEMU_URL",
            "请停止它，或在别处启动模拟器（wxemu start --port 0）并用 --url 或 WXEMU_URL 指定",
        ),
    )


def is_listening(url: str) -> bool:
    """Whether anything listens at the host and port of a URL."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_ANSWER_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _token(url: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    if not environ.get("WXEMU_TOKEN"):
        return
    try:
        Remote(url).call(clocks.SHOW)
    except RemoteError:
        right = Message("is required, and the one in WXEMU_TOKEN is right", "需要令牌，WXEMU_TOKEN 中的令牌正确")
        yield ok(_CONTROL_TOKEN, right)
    else:
        yield hint(
            _CONTROL_TOKEN,
            Message(
                "WXEMU_TOKEN is set, but this emulator requires none", "设置了 WXEMU_TOKEN，但这个模拟器不需要令牌"
            ),
            Message("unset WXEMU_TOKEN", "请取消设置 WXEMU_TOKEN"),
        )


def _clock(clock: Mapping[str, Any]) -> Finding:
    advice = Message("`wxemu clock release` returns to real time", "`wxemu clock release` 可以恢复真实时间")
    if clock["isFrozen"]:
        return hint(_CLOCK, Message("it is frozen", "已冻结"), advice)
    if clock["scale"] != 1:
        fast = Message(
            "it runs {factor} times as fast as real time", "以真实时间的 {factor} 倍运行", factor=f"{clock['scale']:g}"
        )
        return hint(_CLOCK, fast, advice)
    if clock["offset"]:
        ahead = Message(
            "it is {seconds} seconds ahead of real time", "比真实时间快 {seconds} 秒", seconds=f"{clock['offset']:.0f}"
        )
        return hint(_CLOCK, ahead, advice)
    behind = time.time() - clock["now"]
    if abs(behind) > _TOLERATED_SECONDS:
        apart = Message(
            "its machine's clock and this one's are {seconds} seconds apart",
            "它所在机器的时钟与本机相差 {seconds} 秒",
            seconds=f"{abs(behind):.0f}",
        )
        return hint(_CLOCK, apart, Message("set them", "请校准"))
    return ok(_CLOCK, Message("shows real time", "显示真实时间"))


def _faults(count: int) -> Finding:
    if count:
        return hint(
            _FAULTS,
            Message("{count} are set", "设置了 {count} 个", count=count),
            Message(
                "`wxemu fault list` shows them, `wxemu fault remove --all` removes them",
                "`wxemu fault list` 可以查看，`wxemu fault remove --all` 可以移除",
            ),
        )
    return ok(_FAULTS, Message("none", "无"))
