"""Bytes both ways between two streams, untouched: what is passed through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

if TYPE_CHECKING:
    from anyio.abc import ByteStream

IDLE: Final = 960.0
"""Seconds without a byte in either direction, after which both ends are let go."""


async def pipe(one: ByteStream, other: ByteStream) -> None:
    """Carry bytes until both ends have closed their half, one breaks, or nothing comes for ``IDLE``."""
    async with anyio.create_task_group() as both:
        both.cancel_scope.deadline = anyio.current_time() + IDLE
        both.start_soon(_carry, one, other, both.cancel_scope)
        both.start_soon(_carry, other, one, both.cancel_scope)


async def _carry(source: ByteStream, sink: ByteStream, scope: anyio.CancelScope) -> None:
    try:
        async for chunk in source:
            scope.deadline = anyio.current_time() + IDLE
            await sink.send(chunk)
        await sink.send_eof()
    except (anyio.BrokenResourceError, OSError):
        scope.cancel()
