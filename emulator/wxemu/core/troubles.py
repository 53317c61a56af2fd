"""Troubles: errors that this machine causes, not our code. Each is logged as one plain sentence, and seldom.

A full disk, a state that somebody has damaged or removed, no file descriptors left: every request meets them, and a
traceback for each would say less than one sentence.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, as_it_is, spoken
from wxemu.core.store_errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TROUBLES: Final = (sqlite3.Error, StoreError, OSError)
"""The kinds of error among which troubles are."""
CANNOT_SERVE: Final = Message(
    "the emulator cannot serve this now; its log says why", "模拟器目前无法处理；原因见它的日志"
)
"""What clients are told: the log is for those who may read it."""
SILENT_SECONDS: Final = 5.0
"""For so long a sentence is not repeated."""
_GOES_ON: Final = Message("the emulator goes on once that has changed", "情况改变后模拟器会继续工作")
_SENTENCES: Final[Mapping[int, Callable[[str], Message]]] = {
    sqlite3.SQLITE_FULL: lambda _: Message(
        "the disk that holds the state is full; make room there", "保存状态的磁盘已满；请腾出空间"
    ),
    sqlite3.SQLITE_READONLY: lambda _: Message(
        "the state cannot be written, it is read-only; let it be written", "状态是只读的，无法写入；请允许写入"
    ),
    sqlite3.SQLITE_BUSY: lambda _: Message(
        "another process has locked the state's database", "另一个进程锁住了状态的数据库"
    ),
    sqlite3.SQLITE_IOERR: lambda words: Message(
        "the state's files cannot be read or written ({words}); look at their disk",
        "状态的文件无法读写（{words}）；请检查所在的磁盘",
        words=words,
    ),
    sqlite3.SQLITE_CANTOPEN: lambda words: Message(
        "the state's files cannot be opened ({words}); look at their folder",
        "状态的文件无法打开（{words}）；请检查所在的文件夹",
        words=words,
    ),
}
_DAMAGES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WORDS_OF_DAMAGE: Final = ("no such table", "no such column", "Could not decode")

_log = logging.getLogger(__name__)


class _Seldom(logging.Filter):
    """Lets a sentence pass, or a traceback, if it has not passed for some seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._silent_until: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage() + (repr(record.exc_info[1]) if record.exc_info else "")
        now = time.monotonic()
        with self._lock:
            self._silent_until = {one: until for one, until in self._silent_until.items() if until > now}
            if said in self._silent_until:
                return False
            self._silent_until[said] = now + SILENT_SECONDS
            return True


_log.addFilter(_Seldom())


def explain(error: BaseException) -> Message | None:
    """One sentence that says what is wrong and what to do; ``None`` for a fault of our own."""
    if isinstance(error, StoreError):
        return error.message
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(error)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError):
        place = as_it_is("" if error.filename is None else f": {error.filename}")
        return Message(
            "{reason}{place}; {goes_on}", "{reason}{place}；{goes_on}", reason=error, place=place, goes_on=_GOES_ON
        )
    return None


def client_words(error: BaseException) -> Message:
    """What our own interfaces answer to a request that ``error`` ended."""
    own_fault = Message("a fault of the emulator; its log has the trace", "模拟器自身的故障；详情见它的日志")
    return own_fault if explain(error) is None else CANNOT_SERVE


def tell(error: BaseException, fault: str = "a fault of the emulator") -> None:
    """Log what ended a request, or a piece of our work.

    :param fault: said before the traceback, where it is a fault of our own.
    """
    sentence = explain(error)
    if sentence is None:
        _log.error(fault, exc_info=error)
    else:
        tell_sentence(sentence)


def tell_sentence(sentence: Message) -> None:
    """Log a trouble that no exception brought, in the language of whoever has started the emulator."""
    _log.error("%s", spoken(sentence))


def _explain_sqlite(error: sqlite3.Error) -> Message | None:
    code, words = getattr(error, "sqlite_errorcode", None), str(error)
    primary = None if code is None else code & 0xFF  # the other bits say more of it
    if primary in _DAMAGES or words.startswith(_WORDS_OF_DAMAGE):
        return Message(
            "the state is damaged ({words}); start the emulator with another one: --state names its folder",
            "状态已损坏（{words}）；请用另一个状态启动模拟器：--state 指定它的文件夹",
            words=words,
        )
    what = None if primary is None else _SENTENCES.get(primary)
    if what is None:
        return None
    return Message("{what}; {goes_on}", "{what}；{goes_on}", what=what(words), goes_on=_GOES_ON)
