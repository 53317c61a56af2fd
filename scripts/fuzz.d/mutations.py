"""Changes that make a good request a hostile one: of its bytes, and of the JSON in its body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

TOKENS: Final = (
    *(b"\0", b"\r\n", b"\n", b"\x1b[2J", b"\xff\xfe", b"\xed\xa0\x80", b"%00", b"%0d%0a", b"%", b"%zz", b"../", b"//"),
    *(b"{", b"}", b"[" * 2000, b'"', b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"-1", b"9" * 400, b"null", b"true"),
    *(
        b"; ",
        b"=",
        b"&",
        b"a" * 9000,
        "\u202e".encode(),
        "é中文😀".encode(),
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"__proto__",
    ),
)
VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**63,
        10**400,
        1e308,
        -0.0,
        "",
        " ",
        "\0",
        "\ud800",
        "a" * 9000,
        "中文",
        "😀",
        "1",
        "{}",
    ),
    *([], [[]], {}, {"": ""}, ["\ud800"], {"a": {"b": {"c": []}}}),
)
FRAMINGS: Final = (
    *(b"Content-Length: 0", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Content-Length: 1,1"),
    *(
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Expect: 100-continue",
        b"Connection: close",
    ),
    *(b"Upgrade: h2c", b"Host: ", b"Host: evil.example", b"Range: bytes=0-", b"X: " + b"a" * 70_000, b"A B: c", b": d"),
)


def mutate_bytes(random: Random, sent: bytes) -> bytes:
    """Change one to four places of ``sent``."""
    for _ in range(random.randint(1, 4)):
        sent = random.choice(_OF_BYTES)(random, sent)
    return sent


def mutate_head(random: Random, sent: bytes) -> bytes:
    """Add a header that says something else of the body, the connection or the host."""
    head, end, body = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    lines.insert(random.randint(1, len(lines)), random.choice(FRAMINGS))
    return b"\r\n".join(lines) + end + body


def mutate_json(random: Random, text: bytes) -> bytes:
    """Change one to three members of a JSON text, however deep; of any other text, its bytes."""
    try:
        value = json.loads(text)
    except ValueError:
        return mutate_bytes(random, text)
    for _ in range(random.randint(1, 3)):
        value = _mutate_value(random, value)
    return json.dumps(value).encode()


def _mutate_value(random: Random, value: Any) -> Any:
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        change = random.randrange(5)
        if change == 0:
            return {other: value[other] for other in value if other != name}
        if change == 1:
            return {**value, random.choice((name.upper(), f"{name}\0", "", "__class__")): value[name]}
        return {**value, name: _mutate_value(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.5:
        place = random.randrange(len(value))
        return [*value[:place], _mutate_value(random, value[place]), *value[place:]]
    if isinstance(value, str) and random.random() < 0.5:
        return mutate_bytes(random, value.encode(errors="surrogatepass")).decode(errors="surrogateescape")
    return random.choice(VALUES)


def _place(random: Random, sent: bytes) -> int:
    return random.randint(0, len(sent))


def _flip(random: Random, sent: bytes) -> bytes:
    place = _place(random, sent)
    return sent[:place] + bytes([random.randrange(256)]) + sent[place + 1 :]


def _insert(random: Random, sent: bytes) -> bytes:
    place = _place(random, sent)
    return sent[:place] + random.choice(TOKENS) + sent[place:]


def _leave_out(random: Random, sent: bytes) -> bytes:
    first, last = sorted((_place(random, sent), _place(random, sent)))
    return sent[:first] + sent[min(last, first + 40) :]


def _repeat(random: Random, sent: bytes) -> bytes:
    first, last = sorted((_place(random, sent), _place(random, sent)))
    return sent[:last] + sent[first:last] * random.randint(1, 3) + sent[last:]


def _cut(random: Random, sent: bytes) -> bytes:
    return sent[: _place(random, sent)]


_OF_BYTES: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (_flip, _insert, _insert, _leave_out, _repeat, _cut)
