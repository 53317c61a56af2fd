"""The one port: a proxy, and an HTTPS listener. The first byte tells which a client wants."""

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

from wxemu.intercept.authority import default_host
from wxemu.intercept.destinations import Destination, host_and_port, is_this_machine
from wxemu.intercept.errors import RefusedError
from wxemu.intercept.peer import STALLED, Peer, proxy_authorization
from wxemu.intercept.pipe import pipe
from wxemu.intercept.relay import onward, relay

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from anyio.abc import ByteStream, SocketStream

    from wxemu.intercept.authority import Authority
    from wxemu.intercept.destinations import Destinations
    from wxemu.intercept.relay import Connect

CLIENT_HELLO: Final = b"\x16"
"""What TLS begins with, and no HTTP request."""

HANDSHAKE: Final = 10.0
CONNECTING: Final = 10.0
PARTING: Final = 1.0
"""Seconds to read on after the last answer: closing at once could take it from a client that still sends."""

_log = logging.getLogger(__name__)
_ENDS: Final = (SocketAttribute.local_address, SocketAttribute.remote_address)
_DISTRUST: Final = ("TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN")
_TROUBLE: Final = (OSError, h11.ProtocolError, anyio.BrokenResourceError, anyio.EndOfStream)
"""What clients do that leave, dawdle or speak nonsense; a TimeoutError is an OSError."""


class Listener:
    """Lands what clients ask of the emulated hosts on the emulator.

    :param most: clients at a time; more of them wait.
    """

    def __init__(self, authority: Authority, destinations: Destinations, *, most: int) -> None:
        self._authority = authority
        self._destinations = destinations
        self._places = anyio.Semaphore(most)
        self._has_advised = False

    async def serve(self, listening: socket.socket) -> None:
        """Serve all who connect, until cancelled."""
        async with await SocketListener.from_socket(listening) as listener, anyio.create_task_group() as clients:
            while True:
                await self._places.acquire()
                clients.start_soon(self._serve, await _accepted(listener))

    async def _serve(self, stream: SocketStream) -> None:
        try:
            async with stream:
                await self._answer(stream)
        except* ssl.SSLError as failed:
            self._advise(failed)
        except* _TROUBLE as trouble:
            _log.debug("a client's connection ended: %r", trouble.exceptions)
        except* Exception:  # noqa: BLE001 - one client's connection never ends the others'
            _log.exception("a fault of the interception")
        finally:
            self._places.release()

    def _advise(self, failed: BaseExceptionGroup[ssl.SSLError]) -> None:
        """Say once what to do about clients that do not trust the CA, whose own messages seldom do."""
        if not self._has_advised and any(error.reason in _DISTRUST for error in _leaves(failed)):
            self._has_advised = True
            _log.warning(
                "a client does not trust the emulator's CA; name it by SSL_CERT_FILE, REQUESTS_CA_BUNDLE, "
                "CURL_CA_BUNDLE or NODE_EXTRA_CA_CERTS: %s",
                self._authority.bundle,
            )

    async def _answer(self, stream: SocketStream) -> None:
        first = await _first_bytes(stream)
        if first.startswith(CLIENT_HELLO):
            await self._land(_fed(stream, first), default_host())
            return
        client = Peer(stream, h11.SERVER, head=first)
        request = await _polite(client, self._as_proxy)
        if request is None:
            await _part(stream)
        else:
            await self._tunnel(client, request)

    async def _tunnel(self, client: Peer, request: h11.Request) -> None:
        try:
            host, port = host_and_port(request.target.decode("ascii"))
            destination = self._destinations.of(host, port, proxy_authorization(request))
            outside = None if destination.is_emulator else await self._connected(destination)
        except RefusedError as refused:
            await client.say(refused.status, str(refused))
            await _part(client.stream)
            return
        await client.accept_tunnel()
        if outside is None:
            await self._land(client.unread(), host)
        else:
            async with outside:
                await pipe(client.unread(), outside)

    async def _land(self, stream: BufferedByteStream, host: str) -> None:
        """Answer requests that are for the emulator, inside TLS if the client begins with that."""
        first = await _first_bytes(stream)
        stream.feed_data(first)
        if not first.startswith(CLIENT_HELLO):
            await self._inside(stream, host)
            await _part(stream)
            return
        names = [host]
        context = self._authority.context(host, on_named=names.append)
        with anyio.fail_after(HANDSHAKE):
            inside = await TLSStream.wrap(stream, server_side=True, ssl_context=context)
        await self._inside(inside, names[-1])
        with anyio.move_on_after(PARTING):
            await inside.aclose()

    async def _inside(self, stream: ByteStream, host: str) -> None:
        async def connect(request: h11.Request) -> tuple[ByteStream, h11.Request]:
            return await self._connected(self._destinations.landing(host)), onward(request)

        client = Peer(stream, h11.SERVER)
        if await _polite(client, connect) is not None:
            await client.say(400, "there are no tunnels within a tunnel")

    async def _as_proxy(self, request: h11.Request) -> tuple[ByteStream, h11.Request]:
        """Where a request with an absolute URI goes, and that request in the form of an ordinary one."""
        target = request.target.decode("ascii")
        try:
            uri = urlsplit(target)
        except ValueError:
            raise RefusedError(400, "expected a URI like http://api.weixin.qq.com/") from None
        if uri.scheme not in ("http", "https") or not uri.netloc:
            emulator = self._destinations.emulator
            raise RefusedError(
                400,
                f"this port is for proxy requests and TLS; the emulator is at http://{emulator.host}:{emulator.port}",
            )
        host, port = host_and_port(uri.netloc, default=443 if uri.scheme == "https" else 80)
        destination = self._destinations.of(host, port, proxy_authorization(request))
        if uri.scheme == "https" and not destination.is_emulator:
            raise RefusedError(400, f"https to {host} takes CONNECT")
        rest = target[len(f"{uri.scheme}://{uri.netloc}") :]
        path = rest if rest.startswith("/") else f"/{rest}"
        authority = uri.netloc.rpartition("@")[2]
        return await self._connected(destination), onward(request, path.encode(), authority.encode())

    async def _connected(self, destination: Destination) -> SocketStream:
        name = "the emulator" if destination.is_emulator else destination.host
        try:
            with anyio.fail_after(CONNECTING):
                stream = await anyio.connect_tcp(destination.host, destination.port)
        except OSError:
            raise RefusedError(502, f"{name} cannot be reached at port {destination.port}") from None
        if not destination.is_emulator and not self._destinations.may_be_local(destination.host):
            ours, theirs = (str(stream.extra(one)[0]) for one in _ENDS)  # noqa: S610 - anyio's, not Django's
            if is_this_machine(theirs) or ours == theirs:
                await stream.aclose()
                raise self._destinations.refuse_local(destination.host)
        return stream


def _leaves(group: BaseExceptionGroup[ssl.SSLError]) -> Iterator[ssl.SSLError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _accepted(listener: SocketListener) -> SocketStream:
    while True:
        try:
            return await listener.accept()
        except OSError:  # of a client that has left already, or for want of file descriptors
            await anyio.sleep(0.05)


async def _polite(client: Peer, connect: Connect) -> h11.Request | None:
    """Relay, and tell the client why if its request goes nowhere."""
    try:
        return await relay(client, connect)
    except RefusedError as refused:
        await client.say(refused.status, str(refused))
    except h11.RemoteProtocolError as error:
        if client.may_answer:
            await client.say(error.error_status_hint, "that is no request in HTTP/1.1, or a too large one")
    return None


async def _first_bytes(stream: ByteStream) -> bytes:
    with anyio.fail_after(STALLED):
        return await stream.receive()


def _fed(stream: ByteStream, head: bytes) -> BufferedByteStream:
    fed = BufferedByteStream(stream)
    fed.feed_data(head)
    return fed


async def _part(stream: ByteStream) -> None:
    with anyio.move_on_after(PARTING):
        await stream.send_eof()
        async for _ in stream:
            pass
