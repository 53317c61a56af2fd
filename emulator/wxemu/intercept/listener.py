"""The port that is both proxy and HTTPS listener: the first byte shows which of them a client wants."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import anyio
import h11
from anyio.abc import SocketAttribute, SocketListener
from anyio.streams.buffered import BufferedByteStream
from anyio.streams.tls import TLSStream

from wxemu.core.http.hosts import is_emulated
from wxemu.core.messages import Message, spoken
from wxemu.intercept.authority import default_host
from wxemu.intercept.destinations import Destination, RefusedError, host_and_port, is_this_machine
from wxemu.intercept.peer import STALLED, Peer, proxy_authorization
from wxemu.intercept.relay import forward, pipe, relay

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from anyio.abc import ByteStream, SocketStream

    from wxemu.intercept.authority import Authority
    from wxemu.intercept.destinations import Destinations
    from wxemu.intercept.relay import Connect

CLIENT_HELLO: Final = b"\x16"
"""The first byte of TLS, which no HTTP request begins with."""

HANDSHAKE: Final = 10.0
CONNECTING: Final = 10.0
DRAINING: Final = 1.0
"""Seconds to read on after the last answer: if we closed at once, a client that still sends could lose the answer."""

_log = logging.getLogger(__name__)
_ENDS: Final = (SocketAttribute.local_address, SocketAttribute.remote_address)
_DISTRUST: Final = ("TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN")
_CLIENT_ERRORS: Final = (OSError, h11.ProtocolError, anyio.BrokenResourceError, anyio.EndOfStream)
"""A client left, was too slow (a TimeoutError is an OSError), or does not speak HTTP."""


class Listener:
    """Accepts clients, and brings their requests for emulated hosts to the emulator.

    :param most: clients served at a time; more of them wait.
    """

    def __init__(self, authority: Authority, destinations: Destinations, *, most: int) -> None:
        self._authority = authority
        self._destinations = destinations
        self._slots = anyio.Semaphore(most)
        self._has_advised = False

    async def serve(self, listening: socket.socket) -> None:
        """Serve every client that connects to one of its sockets, until cancelled."""
        async with await SocketListener.from_socket(listening) as listener, anyio.create_task_group() as clients:
            while True:
                stream = await _accept(listener)
                await self._slots.acquire()  # not before: one socket would keep a slot from the others while it waits
                clients.start_soon(self._serve, stream)

    async def _serve(self, stream: SocketStream) -> None:
        try:
            async with stream:
                await self._answer(stream)
        except* ssl.SSLError as failed:
            self._advise(failed)
        except* _CLIENT_ERRORS as errors:
            _log.debug("a client's connection ended: %r", errors.exceptions)
        except* Exception:  # noqa: BLE001 - an error on one connection must not end the others
            _log.exception("a bug in the interception")
        finally:
            self._slots.release()

    def _advise(self, failed: BaseExceptionGroup[ssl.SSLError]) -> None:
        """Say once how to make clients trust the CA: their own messages seldom do."""
        if not self._has_advised and any(error.reason in _DISTRUST for error in _flatten(failed)):
            self._has_advised = True
            distrust = Message(
                "a client does not trust the emulator's CA; name it by SSL_CERT_FILE, REQUESTS_CA_BUNDLE, "
                "CURL_CA_BUNDLE or NODE_EXTRA_CA_CERTS: {file}",
                "有客户端不信任模拟器的 CA；请用 SSL_CERT_FILE、REQUESTS_CA_BUNDLE、"
                "CURL_CA_BUNDLE 或 NODE_EXTRA_CA_CERTS 指定它：{file}",
                file=self._authority.bundle,
            )
            _log.warning("%s", spoken(distrust))

    async def _answer(self, stream: SocketStream) -> None:
        first = await _first_bytes(stream)
        if first.startswith(CLIENT_HELLO):
            await self._serve_emulated(_put_back(stream, first), default_host())
            return
        client = Peer(stream, h11.SERVER, head=first)
        request = await _relay_or_refuse(client, self._connect_as_proxy)
        if request is None:
            await _drain(stream)
        else:
            await self._tunnel(client, request)

    async def _tunnel(self, client: Peer, request: h11.Request) -> None:
        try:
            host, port = host_and_port(request.target.decode("ascii"))
            destination = self._destinations.of(host, port, proxy_authorization(request))
            outside = None if destination.is_emulator else await self._connect(destination)
        except RefusedError as refused:
            await client.refuse(refused.status, refused.message)
            await _drain(client.stream)
            return
        await client.accept_tunnel()
        if outside is None:
            await self._serve_emulated(client.unread(), host)
        else:
            async with outside:
                await pipe(client.unread(), outside)

    async def _serve_emulated(self, stream: BufferedByteStream, host: str) -> None:
        """Relay requests to the emulator, inside TLS if the client begins with it."""
        first = await _first_bytes(stream)
        stream.feed_data(first)
        if not first.startswith(CLIENT_HELLO):
            await self._relay_to_emulator(stream, host)
            await _drain(stream)
            return
        names = [host]
        context = self._authority.context(host, on_named=names.append)
        with anyio.fail_after(HANDSHAKE):
            decrypted = await TLSStream.wrap(stream, server_side=True, ssl_context=context)
        await self._relay_to_emulator(decrypted, names[-1])
        with anyio.move_on_after(DRAINING):
            await decrypted.aclose()

    async def _relay_to_emulator(self, stream: ByteStream, host: str) -> None:
        async def connect(request: h11.Request) -> tuple[ByteStream, h11.Request]:
            return await self._connect(self._destinations.of_direct_request(host)), forward(request)

        client = Peer(stream, h11.SERVER)
        if await _relay_or_refuse(client, connect) is not None:
            await client.refuse(400, Message("there are no tunnels within a tunnel", "隧道之内没有隧道"))

    async def _connect_as_proxy(self, request: h11.Request) -> tuple[ByteStream, h11.Request]:
        """Connect for a request with an absolute URI; the request comes back in the form that servers read.

        One with a path alone is of a client that was led here at port 80.
        """
        target = request.target.decode("ascii")
        try:
            uri = urlsplit(target)
        except ValueError:
            raise RefusedError(
                400, Message("expected a URI like http://api.weixin.qq.com/", "应为 URI，如 http://api.weixin.qq.com/")
            ) from None
        if uri.scheme not in ("http", "https") or not uri.netloc:
            emulator = self._destinations.emulator
            if target.startswith("/") and is_emulated(_host_of(request)):
                return await self._connect(emulator), forward(request)
            raise RefusedError(
                400,
                Message(
                    "this port is for proxy requests and TLS; the emulator is at http://{host}:{port}",
                    "这个端口只接受代理请求和 TLS；模拟器位于 http://{host}:{port}",
                    host=emulator.host,
                    port=emulator.port,
                ),
            )
        host, port = host_and_port(uri.netloc, default=443 if uri.scheme == "https" else 80)
        destination = self._destinations.of(host, port, proxy_authorization(request))
        if uri.scheme == "https" and not destination.is_emulator:
            raise RefusedError(
                400, Message("https to {host} takes CONNECT", "对 {host} 的 https 请求要用 CONNECT", host=host)
            )
        rest = target[len(f"{uri.scheme}://{uri.netloc}") :]
        path = rest if rest.startswith("/") else f"/{rest}"
        authority = uri.netloc.rpartition("@")[2]
        return await self._connect(destination), forward(request, path.encode(), authority.encode())

    async def _connect(self, destination: Destination) -> SocketStream:
        name = Message("the emulator", "模拟器") if destination.is_emulator else destination.host
        try:
            with anyio.fail_after(CONNECTING):
                stream = await anyio.connect_tcp(destination.host, destination.port)
        except OSError:
            raise RefusedError(
                502,
                Message(
                    "{name} cannot be reached at port {port}",
                    "无法连接 {name} 的端口 {port}",
                    name=name,
                    port=destination.port,
                ),
            ) from None
        if not destination.is_emulator and not self._destinations.may_be_local(destination.host):
            ours, theirs = (str(stream.extra(one)[0]) for one in _ENDS)  # noqa: S610 - anyio's, not Django's
            if is_this_machine(theirs) or ours == theirs:
                await stream.aclose()
                raise self._destinations.refuse_local(destination.host)
        return stream


def _host_of(request: h11.Request) -> str:
    """The host that a request is for, without its port; empty if it names none."""
    named = next((value.decode("ascii", "replace") for name, value in request.headers if name == b"host"), "")
    try:
        return urlsplit(f"//{named}").hostname or ""
    except ValueError:
        return ""


def _flatten(group: BaseExceptionGroup[ssl.SSLError]) -> Iterator[ssl.SSLError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _flatten(error)
        else:
            yield error


async def _accept(listener: SocketListener) -> SocketStream:
    while True:
        try:
            return await listener.accept()
        except OSError:  # the client has left already, or there are no file descriptors left
            await anyio.sleep(0.05)


async def _relay_or_refuse(client: Peer, connect: Connect) -> h11.Request | None:
    """Relay; if a request goes nowhere, tell the client why."""
    try:
        return await relay(client, connect)
    except RefusedError as refused:
        await client.refuse(refused.status, refused.message)
    except h11.RemoteProtocolError as error:
        if client.may_answer:
            await client.refuse(
                error.error_status_hint,
                Message("that is no request in HTTP/1.1, or it is too large", "这不是 HTTP/1.1 的请求，或者太大"),
            )
    return None


async def _first_bytes(stream: ByteStream) -> bytes:
    with anyio.fail_after(STALLED):
        return await stream.receive()


def _put_back(stream: ByteStream, head: bytes) -> BufferedByteStream:
    buffered = BufferedByteStream(stream)
    buffered.feed_data(head)
    return buffered


async def _drain(stream: ByteStream) -> None:
    with anyio.move_on_after(DRAINING):
        await stream.send_eof()
        async for _ in stream:
            pass
