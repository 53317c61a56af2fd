"""EJSON is read as it is written, canonical and relaxed, and what cannot be kept is refused readably."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.cloudbase.database import ejson
from wxemu.cloudbase.database.ejson import key
from wxemu.cloudbase.database.errors import InvalidValueError
from wxemu.cloudbase.database.values import Binary, Int64, ObjectId, Regex, is_equal

texts = st.text(st.characters(codec="utf-8"), max_size=8)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.floats(),
    texts,
    st.datetimes().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    st.binary(max_size=8).map(Binary),
    st.builds(Binary, st.binary(max_size=8), st.sampled_from(["00", "04", "80"])),
    st.integers(0, 2**96 - 1).map(lambda number: ObjectId(f"{number:024x}")),
    st.builds(Regex, texts, st.sampled_from(["", "i", "im"])),
)
names = texts.filter(lambda name: not name.startswith("$"))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)


def parse(text):
    return ejson.parse("it", text, now=1_700_000_000)


@given(value=values)
def test_a_value_is_read_as_it_was_written(value):
    text = ejson.dump(value)
    assert is_equal(parse(text), value)
    assert ejson.dump(parse(text)) == text


@given(value=values)
def test_what_is_written_is_json_without_blanks(value):
    text = ejson.dump(value)
    assert json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) == text


@given(one=values, other=values)
def test_values_have_the_same_key_only_if_they_are_equal(one, other):
    assert (key(one) == key(other)) <= is_equal(one, other)
    assert is_equal(one, one)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"$numberInt":"-5"}', -5),
        ('{"$numberLong":"9223372036854775807"}', Int64(2**63 - 1)),
        ('{"$numberDouble":"1.0"}', 1.0),
        ('{"$numberDouble":"-0.0"}', -0.0),
        ('{"$numberDouble":"Infinity"}', math.inf),
        ('{"$date":{"$numberLong":"1700000000123"}}', datetime(2023, 11, 14, 22, 13, 20, 123000)),  # noqa: DTZ001
        ('{"$binary":{"base64":"AAH/","subType":"00"}}', Binary(b"\x00\x01\xff")),
        ('{"$oid":"507f1f77bcf86cd799439011"}', ObjectId("507f1f77bcf86cd799439011")),
        ('{"$regularExpression":{"pattern":"^a","options":"i"}}', Regex("^a", "i")),
        ('{"订单":"号"}', {"订单": "号"}),
    ],
)
def test_canonical_forms_of_bson(text, value):
    assert parse(text) == value
    assert ejson.dump(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("2147483648", Int64(2**31)),
        ("9223372036854775808", 2.0**63),
        ("1.5", 1.5),
        ('{"$date":"2023-11-14T22:13:20.123Z"}', datetime(2023, 11, 14, 22, 13, 20, 123000)),  # noqa: DTZ001
        ('{"$date":"2023-11-15T06:13:20+08:00"}', datetime(2023, 11, 14, 22, 13, 20)),  # noqa: DTZ001
        ('{"$date":1700000000000}', datetime(2023, 11, 14, 22, 13, 20)),  # noqa: DTZ001
        ('{"$oid":"507F1F77BCF86CD799439011"}', ObjectId("507f1f77bcf86cd799439011")),
        ('{"$gt":5}', {"$gt": 5}),
        ('{"$numberInt":"5","more":1}', {"$numberInt": "5", "more": 1}),
    ],
)
def test_relaxed_forms_and_operators(text, value):
    read = parse(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("offset", ["0", '{"$numberInt":"0"}'])
def test_the_server_s_date_is_now(offset):
    now = datetime.fromtimestamp(1_700_000_000, UTC).replace(tzinfo=None)
    assert parse(f'{{"$tcb_server_date":{{"offset":{offset}}}}}') == now
    assert parse('{"$tcb_server_date":{}}') == now


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected EJSON, got something else"),
        ("[1,", "expected EJSON, got something else"),
        ("NaN", "expected EJSON, got something else"),
        ("[" * 100_000, "expected EJSON, got something else"),
        ("[" * 102 + "]" * 102, "expected at most 100 levels"),
        ('"\\ud800"', "a text has half a surrogate pair, which UTF-8 cannot hold"),
        ('{"\\udfff":1}', "a text has half a surrogate pair, which UTF-8 cannot hold"),
        ('{"$numberInt":"2147483648"}', '$numberInt: "2147483648" is not its form'),
        ('{"$numberInt":5}', "$numberInt: 5 is not its form"),
        ('{"$numberInt":" 5"}', '$numberInt: " 5" is not its form'),
        ('{"$numberLong":"9223372036854775808"}', '$numberLong: "9223372036854775808" is not its form'),
        ('{"$numberDouble":"nan"}', '$numberDouble: "nan" is not its form'),
        ('{"$numberDouble":"1e999"}', '$numberDouble: "1e999" is not its form'),
        ('{"$date":"yesterday"}', '$date: "yesterday" is not its form'),
        ('{"$date":{"$numberLong":"999999999999999"}}', "$date: expected one of the years 1 to 9999"),
        ('{"$oid":"5"}', '$oid: "5" is not its form'),
        ('{"$binary":"AA=="}', '$binary: "AA==" is not its form'),
        ('{"$binary":{"base64":"?","subType":"00"}}', '$binary: {"base64": "?", "subType": "00"} is not its form'),
        ('{"$regularExpression":{"pattern":"a"}}', '$regularExpression: {"pattern": "a"} is not its form'),
        ('{"$numberDecimal":"1"}', "$numberDecimal is a type that is not emulated"),
        ('{"a":[{"$timestamp":{"t":1,"i":1}}]}', "$timestamp is a type that is not emulated"),
    ],
)
def test_what_is_no_ejson_is_refused_with_its_place(text, told):
    with pytest.raises(InvalidValueError) as error:
        parse(text)
    assert error.value.message == f"it: {told}"


@pytest.mark.parametrize("value", [None, 5, {"a": 1}, b"{}"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(InvalidValueError, match="expected EJSON in a string"):
        parse(value)
