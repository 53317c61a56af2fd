"""A name server for commands that are led by an /etc/hosts of their own: for the names that this cannot list.

Emulated names are at our address. Those of this machine's own network are asked of its own servers. All others do not
exist, unless they pass through: as for the proxy, no request leaves the machine by mistake.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import anyio
from anyio.abc import UDPSocket

from wxemu.core.http.hosts import is_emulated, is_loopback, is_named
from wxemu.intercept.direct import NAMES

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from wxemu.intercept.destinations import Destinations

RESOLVER: Final = Path("/etc/resolv.conf")
OWN_NETWORK: Final = ("local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain", "test", "arpa")
"""Ends of names that no registry gives out (RFC 6762, appendix G), and of names that stand for addresses."""
LOOPBACK: Final = "127.0.0.1"
MOST_ASKED: Final = 100
PATIENCE: Final = 3.0
"""Seconds for an answer of one of the machine's servers."""

_HEADER: Final = struct.Struct("!HHHHHH")
_ADDRESS: Final = struct.Struct("!HHHIH4s")
_ADDRESS_TYPE: Final = 1
_FAILED, _NO_SUCH_NAME = 2, 3
_LONGEST_LABEL: Final = 63
_IS_NO_QUESTION: Final = 0xF8
"""In the third byte: an answer, or something else than a query."""
_NAME_OF_QUESTION: Final = 0xC00C


class Question(NamedTuple):
    """What a packet asks."""

    name: str
    kind: int
    packet: bytes
    end: int

    @classmethod
    def of(cls, packet: bytes) -> Self:
        """Read one (RFC 1035 4.1).

        :raises ValueError: it is none.
        """
        labels, at = [], _HEADER.size
        if len(packet) < at or packet[2] & _IS_NO_QUESTION or packet[4:6] != b"\0\1":
            raise ValueError("no question")
        while length := int.from_bytes(packet[at : at + 1]):
            if length > _LONGEST_LABEL:
                raise ValueError("no name")
            labels.append(packet[at + 1 : at + 1 + length].decode("ascii"))
            at += 1 + length
        end = at + 5
        if len(packet) < end:
            raise ValueError("half a question")
        return cls(".".join(labels), int.from_bytes(packet[at + 1 : at + 3]), packet, end)

    def answer(self, code: int = 0, address: str | None = None) -> bytes:
        """An answer with one address, or none."""
        told = b"" if address is None else self._address(address)
        flags = 0x8080 | (self.packet[2] & 1) << 8 | code
        head = _HEADER.pack(int.from_bytes(self.packet[:2]), flags, 1, bool(told), 0, 0)
        return head + self.packet[_HEADER.size : self.end] + told

    @staticmethod
    def _address(address: str) -> bytes:
        packed = IPv4Address(address).packed
        return _ADDRESS.pack(_NAME_OF_QUESTION, _ADDRESS_TYPE, 1, 1, len(packed), packed)


class NameServer:
    """Answers questions for addresses.

    :param address: where emulated names are.
    """

    def __init__(self, address: str, destinations: Destinations) -> None:
        self._address = address
        self._destinations = destinations
        self._asking = anyio.Semaphore(MOST_ASKED)

    async def serve(self, bound: socket.socket) -> None:
        """Answer until cancelled."""
        async with await UDPSocket.from_socket(bound) as asked, anyio.create_task_group() as answers:
            async for packet, client in asked:
                with suppress(ValueError):
                    answers.start_soon(self._answer, asked, client, Question.of(packet))

    async def _answer(self, asked: UDPSocket, client: tuple[str, int], question: Question) -> None:
        async with self._asking:
            answer = await self._decide(question)
        with suppress(OSError):  # the client has gone
            await asked.sendto(answer, *client)

    async def _decide(self, question: Question) -> bytes:
        name, is_for_address = question.name, question.kind == _ADDRESS_TYPE
        if self._destinations.is_let_out(name):
            return await _ask_machines(question)
        if (own := self._own_address(name)) is not None:
            return question.answer(address=own if is_for_address else None)
        if _is_of_own_network(name):
            return await _ask_machines(question)
        if is_for_address:
            self._destinations.refuse_name(name)
        return question.answer(_NO_SUCH_NAME)

    def _own_address(self, name: str) -> str | None:
        if is_emulated(name):
            return self._address
        return LOOPBACK if is_loopback(name.lower()) else None  # RFC 6761


async def _ask_machines(question: Question) -> bytes:
    """Ask the servers of this machine, which may change at any time."""
    for server in _told("nameserver"):
        with suppress(OSError, anyio.ClosedResourceError), anyio.move_on_after(PATIENCE):
            async with await anyio.create_connected_udp_socket(server, NAMES) as asked:
                await asked.send(question.packet)
                return await asked.receive()
    return question.answer(_FAILED)


def _is_of_own_network(name: str) -> bool:
    ends = (*OWN_NETWORK, *_told("search"), *_told("domain"))
    return "." not in name or is_named(name, [f"*.{end.strip('.')}" for end in ends if end.strip(".")])


def _told(key: str) -> Iterator[str]:
    with suppress(OSError):
        for line in RESOLVER.read_text("utf-8", "replace").splitlines():
            words = line.split()
            if words[:1] == [key]:
                yield from words[1:]
