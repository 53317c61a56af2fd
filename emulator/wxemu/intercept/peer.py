"""The other end of an HTTP/1.1 connection: a stream of bytes, and h11's state for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

import anyio
import h11
from anyio.streams.buffered import BufferedByteStream

from wxemu.core.messages import Message, spoken

if TYPE_CHECKING:
    from anyio.abc import ByteStream

LARGEST_HEAD: Final = 64 * 1024
STALLED: Final = 60.0
"""Seconds that the other end may take to send its next bytes or to accept ours."""

HOP_BY_HOP: Final = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"upgrade",
    )
)
"""Headers for the next hop only (RFC 9110 7.6.1); h11 itself handles ``transfer-encoding``."""


class Peer:
    """A client (h11 plays the server) or a server (h11 plays the client).

    :param head: bytes that were read already.
    """

    def __init__(self, stream: ByteStream, role: type[h11.SERVER | h11.CLIENT], head: bytes = b"") -> None:
        self.stream = stream
        self.http = h11.Connection(role, max_incomplete_event_size=LARGEST_HEAD)
        if head:
            self.http.receive_data(head)

    async def receive(self, *, within: float) -> h11.Event:
        """Receive the next event of this request or answer, or the next request after both have ended.

        :param within: seconds to wait for it.
        :raises TimeoutError: it did not come.
        :raises h11.RemoteProtocolError: the other end does not speak HTTP/1.1.
        """
        with anyio.fail_after(within):
            while (event := self.http.next_event()) is h11.NEED_DATA:
                try:
                    self.http.receive_data(await self.stream.receive())
                except anyio.EndOfStream:
                    self.http.receive_data(b"")
        return cast("h11.Event", event)

    async def send(self, *events: h11.Event) -> None:
        """Send events, all of them in one write.

        :raises TimeoutError: the other end does not accept it.
        """
        content = b"".join(self.http.send(event) or b"" for event in events)
        if content:
            with anyio.fail_after(STALLED):
                await self.stream.send(content)

    @property
    def may_answer(self) -> bool:
        """Whether nothing of an answer to this client has been sent."""
        return self.http.our_state in (h11.IDLE, h11.SEND_RESPONSE)

    async def accept_tunnel(self) -> None:
        """Answer a CONNECT; what follows is not HTTP to us."""
        await self.receive(within=STALLED)  # h11 must see the end of the request first
        await self.send(h11.Response(status_code=200, headers=[], reason="Connection Established"))

    async def refuse(self, status: int, message: Message) -> None:
        """Answer a request ourselves, and end the connection with that."""
        body = f"wxemu: {spoken(message)}\n".encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            headers.append(("Proxy-Authenticate", 'Basic realm="wxcloud emulator"'))
        head = h11.Response(status_code=status, reason=HTTPStatus(status).phrase, headers=headers)
        # In one write: Node's https-proxy-agent, and so the tcb CLI, takes what the first read of a refusal brings for
        # the whole of it, and waits 15 seconds for a body that comes in another.
        await self.send(head, h11.Data(data=body), h11.EndOfMessage())

    def unread(self) -> BufferedByteStream:
        """The stream, with what h11 has read from it and not used."""
        rest = BufferedByteStream(self.stream)
        rest.feed_data(self.http.trailing_data[0])
        return rest


def proxy_authorization(request: h11.Request) -> bytes:
    """The client's ``Proxy-Authorization``; empty without one."""
    return next((value for name, value in request.headers if name == b"proxy-authorization"), b"")


def end_to_end(message: h11.Request | h11.Response) -> list[tuple[bytes, bytes]]:
    """The headers of a message without those for the next hop only, in their original spelling."""
    headers = message.headers
    named = {name.strip().lower() for key, value in headers if key == b"connection" for name in value.split(b",")}
    dropped = HOP_BY_HOP | named
    return [(name, value) for name, value in headers.raw_items() if name.lower() not in dropped]
