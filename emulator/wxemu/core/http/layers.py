"""An exchange decoded on every layer: from the wire inwards, as far as there is something inside.

A face adds what it found in a body that is no text (a form, protobuf); the rest is JSON inside JSON, and is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from wxemu.core.journal import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.journal import Exchange

REQUEST: Final = "request"
RESPONSE: Final = "response"
MOST_LAYERS: Final = 8
"""Inside a body; nobody wraps a text more often for a good reason."""


@dataclass(frozen=True)
class Layer:
    """One layer.

    :param direction: ``request`` or ``response``.
    :param form: what it is written in: ``query``, ``JSON``, ``multipart/form-data``, ``CommApiData (protobuf)``.
    :param place: where it stands in the layer around it; empty for the body itself.
    :param content: what was found, as a JSON value; bytes as base64.
    """

    direction: str
    form: str
    place: str
    content: Any

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return dict(vars(self))  # not asdict, which copies the content to its last text


def of(exchange: Exchange) -> list[Layer]:
    """The layers of the request, then those of the response, each from the outermost to the innermost."""
    kept = [Layer(**layer) for layer in json_value(exchange.layers or "[]") or []]
    query = dict(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True))
    return [
        *([Layer(REQUEST, "query", "", query)] if query else []),
        *_of_one(REQUEST, exchange.request_body, kept),
        *_of_one(RESPONSE, exchange.response_body, kept),
    ]


def _of_one(direction: str, body: str, kept: list[Layer]) -> Iterator[Layer]:
    found = [layer for layer in kept if layer.direction == direction]
    outer = found or [Layer(direction, "JSON", "", json_value(body))]
    yield from outer[:-1]
    if outer[-1].content is not None:
        yield from _peel(outer[-1], MOST_LAYERS)


def _peel(layer: Layer, most: int) -> Iterator[Layer]:
    """The layer, and what its texts hold in turn."""
    yield layer
    if most and isinstance(layer.content, dict):
        for place, text in _texts(layer.content):
            content = json_value(text) if text.lstrip()[:1] == "{" else None
            if content is not None:
                yield from _peel(Layer(layer.direction, "JSON", place, content), most - 1)


def _texts(content: dict[str, Any], around: str = "") -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if isinstance(value, str):
            yield around + name, value
        elif isinstance(value, dict) and not around:
            yield from _texts(value, f"{name}.")
