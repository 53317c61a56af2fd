"""SCF's cron expressions: second, minute, hour, day, month, weekday and year, in China's time.

CronError
    The text is no such expression.

Source: cloud.tencent.com/document/product/583/9708 and docs.cloudbase.net/cli-v1/functions/trigger-create [doc].
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHINA: Final = timezone(timedelta(hours=8))
_SEVEN, _FIVE = 7, 5  # the older form has neither seconds nor years [doc]
_SATURDAY: Final = 5  # by date.weekday
_DAY_SECONDS: Final = 86_400
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class _Field(NamedTuple):
    name: Message
    low: int
    high: int
    names: tuple[str, ...] = ()


_SECOND: Final = _Field(Message("second", "秒"), 0, 59)
_MINUTE: Final = _Field(Message("minute", "分"), 0, 59)
_HOUR: Final = _Field(Message("hour", "时"), 0, 23)
_DAY: Final = _Field(Message("day", "日"), 1, 31)
_MONTH: Final = _Field(Message("month", "月"), 1, 12, _MONTHS)
_WEEKDAY: Final = _Field(Message("weekday", "星期"), 0, 6, _WEEKDAYS)
_YEAR: Final = _Field(Message("year", "年"), 1970, 2099)


class CronError(MessageError):
    """The text is no cron expression of SCF."""


@dataclass(frozen=True)
class Cron:
    """When a timer fires.

    :param seconds: of a minute, in order; so ``minutes`` and ``hours``.
    :param is_day: whether it fires on a day, as far as day and weekday tell.
    """

    seconds: Sequence[int]
    minutes: Sequence[int]
    hours: Sequence[int]
    months: frozenset[int]
    years: frozenset[int]
    is_day: Callable[[date], bool]

    def latest(self, after: float, until: float) -> int | None:
        """Return the last Unix time at which it fires that is after ``after`` and not after ``until``."""
        start, end = datetime.fromtimestamp(after, CHINA), datetime.fromtimestamp(int(until), CHINA)
        day = end.date()
        most = end.hour * 3600 + end.minute * 60 + end.second
        while day >= start.date():
            if day.year in self.years and day.month in self.months and self.is_day(day):
                second = self._latest_second(most)
                if second is not None:
                    midnight = datetime(day.year, day.month, day.day, tzinfo=CHINA)
                    found = int(midnight.timestamp()) + second
                    return found if found > after else None
            day, most = day - timedelta(days=1), _DAY_SECONDS - 1
        return None

    def _latest_second(self, most: int) -> int | None:
        """Return the last second of a day at which it fires, ``most`` at most."""
        for hour in reversed(self.hours):
            for minute in reversed(self.minutes):
                begins = hour * 3600 + minute * 60
                if begins > most:
                    continue
                fitting = [second for second in self.seconds if begins + second <= most]
                if fitting:
                    return begins + fitting[-1]
        return None


@lru_cache(maxsize=256)
def parse(text: str) -> Cron:
    """Return what an expression says.

    Fields are separated by blanks. Where both day and weekday are limited, one of them is enough [doc].

    :raises CronError: the text is none; the message says in which field.
    """
    fields = text.upper().split()
    if len(fields) == _FIVE:
        fields = ["0", *fields, "*"]
    if len(fields) != _SEVEN:
        raise CronError(
            Message(
                "expected seven fields (second minute hour day month weekday year), found {count}",
                "应有七个字段（秒 分 时 日 月 星期 年），实际有 {count} 个",
                count=len(fields),
            )
        )
    second, minute, hour, day, month, weekday, year = fields
    return Cron(
        sorted(_numbers(second, _SECOND)),
        sorted(_numbers(minute, _MINUTE)),
        sorted(_numbers(hour, _HOUR)),
        _numbers(month, _MONTH),
        _numbers(year, _YEAR),
        _days(day, weekday),
    )


def _days(day: str, weekday: str) -> Callable[[date], bool]:
    limits = [_any(limit, text) for limit, text in ((_day, day), (_weekday, weekday)) if text not in ("*", "?")]
    return lambda present: not limits or any(fits(present) for fits in limits)


def _any(limit: Callable[[str], Callable[[date], bool]], text: str) -> Callable[[date], bool]:
    limits = [limit(part) for part in text.split(",")]
    return lambda present: any(fits(present) for fits in limits)


def _day(text: str) -> Callable[[date], bool]:
    if text == "L":
        return lambda present: present.day == _last(present)
    if text == "LW":
        return lambda present: present.day == _working_day(present, _last(present))
    if text.endswith("W"):
        wanted = _number(text[:-1], _DAY)
        return lambda present: wanted <= _last(present) and present.day == _working_day(present, wanted)
    numbers = _part(text, _DAY)
    return lambda present: present.day in numbers


def _weekday(text: str) -> Callable[[date], bool]:
    if text.endswith("L"):
        wanted = _number(text[:-1], _WEEKDAY)
        return lambda present: present.isoweekday() % 7 == wanted and present.day + 7 > _last(present)
    if "#" in text:
        name, _, place = text.partition("#")
        wanted, nth = _number(name, _WEEKDAY), _number(place, _Field(Message("week of a month", "月内第几周"), 1, 5))
        return lambda present: present.isoweekday() % 7 == wanted and (present.day - 1) // 7 + 1 == nth
    numbers = _part(text, _WEEKDAY)
    return lambda present: present.isoweekday() % 7 in numbers


def _working_day(present: date, wanted: int) -> int:
    """Return the day from Monday to Friday that is nearest to a day, in the same month."""
    weekday = present.replace(day=wanted).weekday()
    if weekday == _SATURDAY:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday > _SATURDAY:
        return wanted + 1 if wanted < _last(present) else wanted - 2
    return wanted


def _last(present: date) -> int:
    return monthrange(present.year, present.month)[1]


def _numbers(text: str, field: _Field) -> frozenset[int]:
    return frozenset().union(*(_part(part, field) for part in text.split(",")))


def _part(text: str, field: _Field) -> frozenset[int]:
    """Return the numbers of one part between commas: a number, a range, all of them, or steps through one of these."""
    whole, slash, step_text = text.partition("/")
    step = 1
    if slash:
        if not re.fullmatch(r"[0-9]{1,4}", step_text) or int(step_text) == 0:
            raise _error(text, field)
        step = int(step_text)
    if whole == "*":
        low, high = field.low, field.high
    elif "-" in whole:
        first, _, last = whole.partition("-")
        low, high = _number(first, field), _number(last, field)
    else:
        low = _number(whole, field)
        high = field.high if slash else low
    if low > high:
        raise _error(text, field)
    return frozenset(range(low, high + 1, step))


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.low + field.names.index(text)
    if not re.fullmatch(r"[0-9]{1,4}", text) or not field.low <= int(text) <= field.high:
        raise _error(text, field)
    return int(text)


def _error(text: str, field: _Field) -> CronError:
    return CronError(
        Message(
            "the field {field}: expected {low} to {high}, found {found}",
            "字段“{field}”：应为 {low} 到 {high}，实际是 {found}",
            field=field.name,
            low=field.low,
            high=field.high,
            found=repr(text),
        )
    )
