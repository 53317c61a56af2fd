"""Carry requests from a client to a server and the answers back, or plain bytes both ways.

Requests are parsed (h11), not copied as bytes. A client may close its half of the connection after its last request,
but many servers drop a request if the half is closed before the answer. So we close it only after the answer.
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
    """Connects to the server for a request; returns also the request in the form for that server.

    :raises RefusedError: the request goes nowhere.
    """

LONGEST_SILENCE: Final = 960.0
"""Seconds that an answer may take, since a function may run for 900, and that a pipe stays open without a byte."""


async def relay(client: Peer, connect: Connect) -> h11.Request | None:
    """Carry one request after another, until either side closes the connection.

    :returns: the CONNECT that asks for a tunnel, if there is one.
    """
    while True:
        request = await client.receive(within=STALLED)
        if not isinstance(request, h11.Request):
            return None
        if request.method == b"CONNECT":
            return request
        stream, forwarded = await connect(request)
        async with stream:
            await _exchange(client, Peer(stream, h11.CLIENT), forwarded)
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
            return  # the server's answer says why it reads no more
        if isinstance(event, h11.EndOfMessage):
            return


async def _carry_answer(server: Peer, client: Peer) -> None:
    while True:
        event = await server.receive(within=LONGEST_SILENCE)
        if isinstance(event, h11.ConnectionClosed):
            raise anyio.BrokenResourceError  # break the client's connection too: a test may be about that
        await client.send(_next_hop(event))
        if isinstance(event, h11.EndOfMessage):
            return


def _next_hop(event: h11.Event) -> h11.Event:
    if isinstance(event, h11.Response):
        return h11.Response(status_code=event.status_code, reason=event.reason, headers=end_to_end(event))
    return event


def forward(request: h11.Request, target: bytes | None = None, host: bytes | None = None) -> h11.Request:
    """The request for the next hop, as the only one on its connection.

    :param target: replaces the request's own.
    :param host: replaces the request's own ``Host``.
    """
    headers = end_to_end(request)
    if host is not None:
        headers = [(b"Host", host), *((name, value) for name, value in headers if name.lower() != b"host")]
    headers.append((b"Connection", b"close"))
    return h11.Request(method=request.method, target=target or request.target, headers=headers)


async def pipe(one: ByteStream, other: ByteStream) -> None:
    """Carry bytes until both ends have closed their half, one breaks, or no byte comes for ``LONGEST_SILENCE``."""
    async with anyio.create_task_group() as both:
        both.cancel_scope.deadline = anyio.current_time() + LONGEST_SILENCE
        both.start_soon(_carry, one, other, both.cancel_scope)
        both.start_soon(_carry, other, one, both.cancel_scope)


async def _carry(source: ByteStream, sink: ByteStream, scope: anyio.CancelScope) -> None:
    try:
        async for chunk in source:
            scope.deadline = anyio.current_time() + LONGEST_SILENCE
            await sink.send(chunk)
        await sink.send_eof()
    except (anyio.BrokenResourceError, OSError):
        scope.cancel()
