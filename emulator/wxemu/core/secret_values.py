"""Strike every secret of a world out of what is shown, by its value, however it is spelt and wherever it stands.

``wxemu.core.credentials`` strikes out by names before a text is kept, which costs a request little. What is kept may
still hold a secret under another name, in a path, a User-Agent or a function's log. So whatever shows what came from
outside asks here first. Secrets that have ended are looked for as long as the process that saw them lives.
"""

from __future__ import annotations

import base64
import dataclasses
import html
import logging
import re
import sqlite3
import threading
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from wxemu.core.credentials import STRUCK_OUT
from wxemu.core.store_errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wxemu.core.store import Store

Shown = TypeVar("Shown")

SHORTEST: Final = 6
"""Characters. A shorter secret would be found in every text; such a one is struck out by its name alone."""
MOST_ENDED: Final = 10_000
"""Of secrets that have ended; beyond it all of them are forgotten."""
MOST_SPELLINGS: Final = 4
"""One inside the other, such as JSON in JSON in a query."""
_SECRETS: Final = (
    ("apps", "secret"),
    ("apps", "secret_key"),
    ("apps", "app_key"),
    ("tokens", "token"),
    ("codes", "session_key"),
    ("sessions", "session_key"),
    ("former_sessions", "session_key"),
    ("encrypt_keys", "encrypt_key"),
    ("wx_api_tokens", "wx_api_token"),
    ("web_logins", "refresh_token"),
)
"""Table and column of each kind of secret."""
_RUN_LENGTH: Final = 16
_SAMPLE_LENGTH: Final = _RUN_LENGTH // 2
"""A text is looked at in steps of so many characters: one of them is within the beginning of any secret that looks like
one. A function may write a megabyte that is one run."""
_RUN: Final = re.compile(rf"[A-Za-z0-9+/=_.~-]{{{_RUN_LENGTH},}}", re.ASCII)
"""What looks like a secret."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}", re.ASCII)
_BASE64_GROUP: Final = 4
"""Characters for three bytes; a text may begin at any of them."""
_BASE64_STANDARD: Final = str.maketrans("-_", "+/")
_NUMBERS: Final = (int, float)
_BY_FORM: Final = re.compile(
    # The access token of a web user, which is not kept; a private key.
    r"eyJ[\w-]{10,400}\.eyJ[\w-]{10,4000}\.[\w-]{20,1000}"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:(?!-----).){0,8000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?",
    re.ASCII | re.DOTALL,
)
_SPELLING: Final = re.compile(
    r"%(?P<percent>[0-9A-Fa-f]{2})|(?<!\\)\\+(?:(?:u00|x)(?P<escape>[0-9A-Fa-f]{2})|(?P<slash>/))"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-z]{2,5});)"
)
"""A character that is spelt otherwise: in a query, in JSON (within JSON) or another language's string, in XML."""


class SecretValues:
    """The secrets of one world. Thread-safe.

    :param store: of the world.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of_its_own: frozenset[str] = frozenset()
        self._reading = threading.Lock()
        self._mark: object = None
        self._found = _Values()

    def add(self, secret: str | None) -> None:
        """Look for one more secret, which the store does not keep: the control token."""
        if secret is not None:
            self._of_its_own |= {secret}

    def strike_out(self, shown: Shown) -> Shown:
        """A text, a JSON value or a frozen dataclass of these, without the secrets."""
        return cast("Shown", self._values().strike_out(shown))

    def strike_out_of_record(self, record: logging.LogRecord) -> bool:
        """Have a line of our own log, its traceback included, say none: a filter for handlers.

        Where the store cannot be read, which the line may be about, the secrets that were last read are looked for.
        """
        try:
            values = self._values()
        except (StoreError, sqlite3.Error, OSError):
            values = self._found
        record.msg, record.args = values.strike_out(record.getMessage()), None
        if record.exc_info:
            record.exc_text = values.strike_out(logging.Formatter().formatException(record.exc_info))
        return True

    def _values(self) -> _Values:
        """Read anew after any change of the store."""
        mark = (self._store.writes(), self._of_its_own)
        if self._mark != mark:
            with self._store.transaction():
                present = {
                    row[0]
                    for table, column in _SECRETS
                    for row in self._store.rows(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
                }
            with self._reading:
                if len(self._found.all) > len(present) + MOST_ENDED:
                    self._found = _Values()
                self._found.add(present | self._of_its_own)
                self._mark = mark
        return self._found


class _Values:
    """Secrets. Those that look like one are kept by samples of how they begin: so the time does not grow with their
    number.

    More may be added while they are looked for.
    """

    def __init__(self) -> None:
        self.all: set[str] = set()
        self._by_sample: dict[str, list[tuple[int, str]]] = {}
        self._others: list[str] = []

    def add(self, secrets: set[str]) -> None:
        for secret in secrets - self.all:
            self.all.add(secret)
            if len(secret) < SHORTEST:
                continue
            if _RUN.fullmatch(secret):
                for offset in range(_SAMPLE_LENGTH):
                    sample = secret[offset : offset + _SAMPLE_LENGTH]
                    self._by_sample.setdefault(sample, []).append((offset, secret))
            else:
                self._others.append(secret)

    def strike_out(self, shown: Any) -> Any:
        if isinstance(shown, str):
            return self._of_text(shown)
        if isinstance(shown, dict):
            return {self.strike_out(name): self.strike_out(value) for name, value in shown.items()}
        if isinstance(shown, (list, tuple)):
            return type(shown)(map(self.strike_out, shown))
        if isinstance(shown, _NUMBERS):
            return STRUCK_OUT if len(str(shown)) >= SHORTEST and str(shown) in self.all else shown
        if dataclasses.is_dataclass(shown) and not isinstance(shown, type):
            members = {field.name: getattr(shown, field.name) for field in dataclasses.fields(shown)}
            struck = {
                name: self.strike_out(value) for name, value in members.items() if not isinstance(value, _NUMBERS)
            }
            return dataclasses.replace(shown, **struck)
        return shown

    def _of_text(self, text: str) -> str:
        spans = sorted(self._spans(text))
        parts, at = [], 0
        for start, end in spans:
            if end > at:
                parts += [text[at:start], STRUCK_OUT] if start >= at else []
                at = end
        return "".join([*parts, text[at:]]) if parts else text

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where secrets stand in a text, and where in what it spells."""
        spelt, places = text, None
        for _ in range(MOST_SPELLINGS):
            for start, end in chain(self._plain_spans(spelt), self._base64_spans(spelt)):
                yield (start, end) if places is None else (places[start], places[end])
            if not any(sign in spelt for sign in "%\\&") or _SPELLING.search(spelt) is None:
                return
            spelt, places = _read(spelt, places)

    def _base64_spans(self, text: str) -> Iterator[tuple[int, int]]:
        for run in _BASE64.finditer(text):
            encoded = run.group().translate(_BASE64_STANDARD)
            for offset in range(_BASE64_GROUP):
                padding = "A" * (-(len(encoded) - offset) % _BASE64_GROUP)
                decoded = base64.b64decode(encoded[offset:] + padding).decode("latin-1")
                began = run.start() + offset
                for start, end in self._plain_spans(decoded):
                    yield began + start * 4 // 3, min(began - (-end * 4 // 3), run.end())

    def _plain_spans(self, text: str) -> Iterator[tuple[int, int]]:
        if "eyJ" in text or "-----BEGIN" in text:
            yield from (found.span() for found in _BY_FORM.finditer(text))
        for secret in self._others:
            at = text.find(secret)
            while at >= 0:
                yield at, at + len(secret)
                at = text.find(secret, at + 1)
        for run in _RUN.finditer(text):
            for at in range(run.start(), run.end() - _SAMPLE_LENGTH + 1, _SAMPLE_LENGTH):
                for offset, secret in self._by_sample.get(text[at : at + _SAMPLE_LENGTH], ()):
                    start = at - offset
                    if start >= run.start() and text.startswith(secret, start):
                        yield start, start + len(secret)


def _read(text: str, places: Sequence[int] | None) -> tuple[str, list[int]]:
    """What a text spells; and for each of its characters, and for its end, the place in the text read first."""
    before = range(len(text) + 1) if places is None else places
    parts, kept, at = [], list[int](), 0
    for found in _SPELLING.finditer(text):
        spelt = _character(found)
        parts += [text[at : found.start()], spelt]
        kept += before[at : found.start()]
        kept += [before[found.start()]] * len(spelt)
        at = found.end()
    return "".join([*parts, text[at:]]), [*kept, *before[at:]]


def _character(found: re.Match[str]) -> str:
    digits = found["percent"] or found["escape"]
    if digits is not None:
        return chr(int(digits, 16))
    return "/" if found["slash"] is not None else html.unescape(found["entity"])
