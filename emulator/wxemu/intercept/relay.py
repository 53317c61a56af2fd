"""Carrying requests from a client to whoever answers them, and the answers back.

Requests are told apart (h11), not copied as bytes: granian drops a request whose client has closed its half of the
connection, as one may that waits for nothing but the answer. So the server's half is never closed before the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
import h11

from wxemu.intercept.peer import STALLED, Peer, end_to_end

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import ByteStream

    Connect = Callable[[h11.Request], Awaitable[tuple[ByteStream, h11.Request]]]
    """Whom a request goes to, and the request as that one shall read it; raises RefusedError for nobody."""

LONGEST_SILENCE: Final = 960.0
"""Seconds that an answer may take: a function may run for 900."""


async def relay(client: Peer, connect: Connect) -> h11.Request | None:
    """Carry one request after another, until either side will have no more.

    :returns: the CONNECT that ends this conversation and begins a tunnel, if there is one.
    """
    while True:
        request = await client.receive(within=STALLED)
        if not isinstance(request, h11.Request):
            return None
        if request.method == b"CONNECT":
            return request
        stream, asked = await connect(request)
        async with stream:
            await _exchange(client, Peer(stream, h11.CLIENT), asked)
        if client.http.our_state is not h11.DONE or client.http.their_state is not h11.DONE:
            return None
        client.http.start_next_cycle()


async def _exchange(client: Peer, server: Peer, request: h11.Request) -> None:
    await server.send(request)
    async with anyio.create_task_group() as both:
        both.start_soon(_carry_body, client, server)
        await _carry_answer(server, client)
        both.cancel_scope.cancel()  # a server may answer before it has read everything


async def _carry_body(client: Peer, server: Peer) -> None:
    while True:
        event = await client.receive(within=STALLED)
        try:
            await server.send(event)
        except (anyio.BrokenResourceError, TimeoutError):
            return  # its answer says why it reads no more
        if isinstance(event, h11.EndOfMessage):
            return


async def _carry_answer(server: Peer, client: Peer) -> None:
    while True:
        event = await server.receive(within=LONGEST_SILENCE)
        if isinstance(event, h11.ConnectionClosed):
            raise anyio.BrokenResourceError  # so does the client's break off: that may be what a test is about
        await client.send(_next_hop(event))
        if isinstance(event, h11.EndOfMessage):
            return


def _next_hop(event: h11.Event) -> h11.Event:
    if isinstance(event, h11.Response):
        return h11.Response(status_code=event.status_code, reason=event.reason, headers=end_to_end(event))
    return event


def onward(request: h11.Request, target: bytes | None = None, host: bytes | None = None) -> h11.Request:
    """A request as its next hop shall read it: its only one on that connection.

    :param target: instead of the request's own.
    :param host: instead of the request's own ``Host``.
    """
    headers = end_to_end(request)
    if host is not None:
        headers = [(b"Host", host), *((name, value) for name, value in headers if name.lower() != b"host")]
    headers.append((b"Connection", b"close"))
    return h11.Request(method=request.method, target=target or request.target, headers=headers)
