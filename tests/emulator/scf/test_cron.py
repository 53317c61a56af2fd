"""SCF's cron expressions, in China's time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.scf.project import CronError, parse_cron
from wxemu.scf.project.cron import CHINA

DAY = 86_400


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp()


def latest(expression, until, *, days=800):
    """The last time until then, as text of China's time."""
    end = at(until)
    found = parse_cron(expression).latest(end - days * DAY, end)
    return None if found is None else datetime.fromtimestamp(found, CHINA).isoformat(" ")[:19]


@pytest.mark.parametrize(
    ("expression", "time"),
    [
        ("*/5 * * * * * *", "2024-03-15 10:20:30"),
        ("0 */5 * * * * *", "2024-03-15 10:20:00"),
        ("0 15 10 1 * * *", "2024-03-01 10:15:00"),
        ("0 15 10 * * MON-FRI *", "2024-03-15 10:15:00"),
        ("0 0 10,14,16 * * * *", "2024-03-15 10:00:00"),
        ("0 */30 9-17 * * * *", "2024-03-15 10:00:00"),
        ("0 0 12 * * WED *", "2024-03-13 12:00:00"),
        ("0 1/10 * * * * *", "2024-03-15 10:11:00"),
        ("0 0 0 29 2 ? *", "2024-02-29 00:00:00"),
        ("0 0 0 1 JAN * 2023", "2023-01-01 00:00:00"),
        ("0 0 0 1 * 0 *", "2024-03-10 00:00:00"),  # the first of a month, or a Sunday
        ("0 0 0 L * ? *", "2024-02-29 00:00:00"),
        ("0 0 0 LW 3 ? 2024", None),
        ("0 0 0 LW * ? *", "2024-02-29 00:00:00"),
        ("0 0 0 10W * ? *", "2024-03-11 00:00:00"),  # the tenth is a Sunday
        ("0 0 0 2W * ? *", "2024-03-01 00:00:00"),  # a Saturday
        ("0 0 0 ? * 5L *", "2024-02-23 00:00:00"),
        ("0 0 0 ? * 4#2 *", "2024-03-14 00:00:00"),
        ("20 10 * * *", "2024-03-15 10:20:00"),  # the older form: without second and year
        ("0 0 0 30 2 * *", None),
        ("0 0 0 1 1 * 1971", None),
    ],
)
def test_the_last_time_until_a_moment(expression, time):
    assert latest(expression, "2024-03-15 10:20:30") == time


def test_the_moment_itself_counts_and_the_one_before_does_not():
    noon = at("2024-03-15 12:00:00")
    cron = parse_cron("0 0 12 * * * *")
    assert cron.latest(noon - 1, noon) == noon
    assert cron.latest(noon, noon + 1) is None


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "expected seven fields (second minute hour day month weekday year), found 0"),
        ("0 0 * * * *", "found 6"),
        ("60 * * * * * *", "the field second: expected 0 to 59, found '60'"),
        ("* * 24 * * * *", "the field hour"),
        ("* * * 0 * * *", "the field day"),
        ("* * * * DEZ * *", "the field month"),
        ("* * * * * 7 *", "the field weekday"),
        ("* * * * * * 1969", "the field year"),
        ("*/0 * * * * * *", "the field second"),
        ("5-1 * * * * * *", "the field second"),
        ("1, * * * * * *", "the field second"),
        ("-1 * * * * * *", "the field second"),
        ("L * * * * * *", "the field second"),
        ("* * * ? * 7L *", "the field weekday"),
        ("* * * ? * 1#6 *", "the field week of a month"),
        ("* * * W * ? *", "the field day"),
    ],
)
def test_what_is_none_is_refused_with_its_field(expression, told):
    with pytest.raises(CronError) as refused:
        parse_cron(expression)
    assert told in str(refused.value)


def field(low, high):
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.integers(1, 30)
    part = st.one_of(
        st.just("*"), number.map(str), span, st.builds("{}/{}".format, st.one_of(st.just("*"), number, span), step)
    )
    return st.lists(part, min_size=1, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6), field(2020, 2030)
)


def has(text, value, low, high):
    """Whether a field holds a value, written down anew: by counting through each part."""
    for part in text.split(","):
        whole, _, step = part.partition("/")
        first, _, last = whole.partition("-")
        if whole == "*":
            start, end = low, high
        else:
            start = int(first)
            end = int(last) if last else high if step else start
        if value in range(start, end + 1, int(step or 1)):
            return True
    return False


def fires(fields, moment):
    second, minute, hour, day, month, weekday, year = fields
    by_day, by_weekday = has(day, moment.day, 1, 31), has(weekday, moment.isoweekday() % 7, 0, 6)
    if day == "*" or weekday == "*":
        is_day = (day == "*" or by_day) and (weekday == "*" or by_weekday)
    else:
        is_day = by_day or by_weekday
    return (
        is_day
        and has(second, moment.second, 0, 59)
        and has(minute, moment.minute, 0, 59)
        and has(hour, moment.hour, 0, 23)
        and has(month, moment.month, 1, 12)
        and has(year, moment.year, 1970, 2099)
    )


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001 - China's, as below
    lambda moment: moment.replace(microsecond=0, tzinfo=CHINA)
)


@given(EXPRESSIONS, MOMENTS)
def test_a_second_counts_if_every_field_holds_it(fields, moment):
    end = moment.timestamp()
    found = parse_cron(" ".join(fields)).latest(end - 1, end)
    assert (found == end) == fires(fields, moment)


@given(EXPRESSIONS, MOMENTS, st.integers(1, 1500))
def test_of_a_span_the_last_second_that_counts_is_found(fields, moment, span):
    end = moment.timestamp()
    seconds = (moment - timedelta(seconds=back) for back in range(span))
    expected = next((one.timestamp() for one in seconds if fires(fields, one)), None)
    assert parse_cron(" ".join(fields)).latest(end - span, end) == expected


@given(st.text(alphabet="0123456789*/,-?LW#SUNMONJAN ", max_size=40))
def test_any_text_is_an_expression_or_refused(text):
    try:
        cron = parse_cron(text)
    except CronError:
        return
    end = at("2024-03-15 10:20:30")
    found = cron.latest(end - DAY, end)
    assert found is None or end - DAY < found <= end
