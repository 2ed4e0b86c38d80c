"""What a model lets in, and what PostgreSQL stores of it."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from types import FrameType
from typing import Annotated

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from snippets.validation import checks, intake, naive_values, values
from snippets.validation.rows import BODIES, SCHEMA, fate

# What has no digits behind the point comes back from jsonb as an integer.
FLOATS = st.floats().filter(lambda number: number % 1 != 0 or abs(number) < 2**53)
TEXT = st.text(st.characters(exclude_categories=()))
LEAVES = st.none() | st.booleans() | st.integers() | FLOATS | TEXT
VALUES = {
    "name": TEXT | st.sampled_from(["\0", "a\ud800"]),
    "document": st.dictionaries(
        TEXT,
        st.recursive(
            LEAVES,
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
            max_leaves=20,
        ),
    ),
    "count": st.integers() | st.booleans() | st.integers().map(str),
    "small": st.integers() | st.floats(),
    "price": st.decimals().map(str)
    | st.floats()
    | st.integers()
    | st.decimals(-(10**11), 10**11, places=2).map(str)
    | st.from_regex(r"[ +-]?[0-9_e\u0661]{1,12}(\.[0-9]{1,3})?", fullmatch=True),
    "share": st.floats() | st.integers() | st.booleans() | st.floats().map(str),
    "due": st.datetimes(timezones=st.none() | st.timezones()).map(str)
    | st.datetimes().map(lambda at: f"{at.isoformat()}+14:00")
    | st.datetimes().map(lambda at: f"{at.isoformat()}-12:00")
    | st.integers()
    | st.integers().map(str),
}

# What a string says; everything else says itself.
SAID: dict[str, Callable[[str], object]] = {
    "price": Decimal,
    "due": datetime.fromisoformat,
    "share": float,
}


@contextmanager
def connected(dsn: str) -> Iterator[tuple[asyncio.Runner, asyncpg.Connection]]:
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(dsn))
        try:
            runner.run(connection.execute(SCHEMA))
            yield runner, connection
        finally:  # else the next test is told of it
            runner.run(connection.close())


@pytest.mark.naive("snippets/validation/naive_values.py")
def test_plain_types_let_in_what_is_refused_or_changed(dsn: str) -> None:
    with connected(dsn) as (runner, connection):
        told = {
            name: runner.run(fate(connection, naive_values.Sent, column, text))
            for name, column, text in BODIES
        }

    assert [name for name in told if told[name].startswith("500")] == [
        "a NUL",
        "half a character",
        "a NUL in JSON",
        "2**63",
        "2**31",
        "1e20",
        "the year 1, east",
    ]
    assert told["0.125"] == "200, stored as 0.13"


@pytest.mark.parametrize(("column", "text"), [(c, t) for _, c, t in BODIES])
def test_types_that_fit_refuse_each_of_them(column: str, text: str, dsn: str) -> None:
    with connected(dsn) as (runner, connection):
        assert runner.run(fate(connection, values.Sent, column, text)) == "422"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("column", VALUES)
def test_whatever_is_let_in_is_stored_as_it_was_sent(column: str, dsn: str) -> None:
    seen = set()
    with connected(dsn) as (runner, connection):

        @settings(max_examples=200)
        @given(VALUES[column])
        def try_one(value: object) -> None:
            text = json.dumps(value)
            told = runner.run(fate(connection, values.Sent, column, text))
            assert told in ("200", "422"), text
            seen.add(told)
            if told == "200":
                taken = getattr(values.Sent.model_validate({column: value}), column)
                said = SAID[column](str(value)) if column in SAID else value
                assert taken == said
                assert isinstance(value, bool) is isinstance(taken, bool)

        try_one()
    assert seen == {"200", "422"}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("name", f'"{"a" * 201}"'),
        ("document", '{"a":' * 21 + "1" + "}" * 21),
        ("document", '{"a": [NaN]}'),
        ("document", '{"\\ud800": 1}'),
        ("document", '{"a\\u0000": 1}'),
        ("count", "-9223372036854775809"),
        ("count", "true"),
        ("count", '"1_0"'),
        ("small", "-2147483649"),
        ("small", "1.0"),
        ("price", '"10000000000"'),
        ("price", '"1_0"'),
        ("price", '"\u0661\u0662"'),
        ("price", '" 10 "'),
        ("share", "true"),
        ("share", '" 1_0 "'),
        ("due", '"1700000000"'),
        ("due", '"1700-0000"'),
        ("due", '"2026-11-28T12:00:00.1234569Z"'),
    ],
)
async def test_the_first_value_that_does_not_fit_or_would_change(column: str, text: str) -> None:
    with pytest.raises(ValidationError):
        values.Sent.model_validate({column: json.loads(text)})


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("document", '{"a":' * 20 + "1" + "}" * 20),
        ("name", '"a\\\\u0000b \\ud83d\\ude00 é"'),
        ("document", '{"a": ["\\\\u0000", {"b": 1.5e-300}]}'),
        ("count", "-9223372036854775808"),
        ("small", "2147483647"),
        ("price", '"-9999999999.99"'),
        ("share", "5e-324"),
        ("due", '"0002-01-01T00:00:00+14:00"'),
        ("due", '"9998-12-31T23:59:59.999999-12:00"'),
    ],
)
def test_the_last_value_that_fits_is_stored(column: str, text: str, dsn: str) -> None:
    with connected(dsn) as (runner, connection):
        assert runner.run(fate(connection, values.Sent, column, text)) == "200"


def test_a_time_without_a_zone_is_one_of_the_process(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, connected(dsn) as (runner, connection):
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        told = runner.run(fate(connection, naive_values.Sent, "due", '"2026-11-28T12:00:00"'))
    time.tzset()
    assert told == "200, stored as 2026-11-28 03:00:00+00:00"


def test_the_ends_of_the_calendar_are_stored_as_infinity(dsn: str) -> None:
    with connected(dsn) as (runner, connection):
        for end in (datetime.min, datetime.max):
            query = "SELECT isfinite($1::timestamptz)"
            assert not runner.run(connection.fetchval(query, end.replace(tzinfo=UTC)))


def test_a_document_gives_large_numbers_back_as_integers(dsn: str) -> None:
    with connected(dsn) as (runner, connection):
        told = runner.run(fate(connection, values.Sent, "document", '{"a": 1e300}'))
    assert told == f"200, stored as {{'a': {10**300}}}"


def test_checks_that_pass_more_than_they_say() -> None:
    class Sent(BaseModel):
        rust: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
        python: Annotated[str, Field(pattern=re.compile("^[a-z]+$"))] = "a"
        aware: AwareDatetime | None = None
        exact: Decimal = Decimal(0)
        whole: int = 0
        short: Annotated[str, Field(max_length=2)] = ""
        part: Annotated[str, Field(pattern="[a-z0-9_]{3,30}")] = "abc"
        user: Annotated[str, Field(pattern="^[a-z0-9_]{3,30}$")] = "abc"

    assert all(letter.isalnum() for letter in "²٣Ⅷ")
    assert Sent(python="admin\n").python == "admin\n"
    with pytest.raises(ValidationError):
        Sent(rust="admin\n")
    assert Sent(part="<b>admin").part == "<b>admin"
    for name in ("<b>admin", "admin\n", "ab", "a" * 31, "\uff4dark"):
        with pytest.raises(ValidationError):
            Sent(user=name)
    assert Sent.model_validate({"aware": 1700000000}) == Sent.model_validate(
        {"aware": "1700000000"}
    )
    assert str(Sent.model_validate(json.loads('{"exact": 1.10}')).exact) == "1.1"
    long = Sent.model_validate(json.loads('{"exact": 0.1234567890123456789}')).exact
    assert str(long) == "0.12345678901234568"
    assert Sent.model_validate(json.loads('{"short": "a", "short": "b"}')).short == "b"
    for field, text, taken in (("whole", "1_0", 10), ("whole", True, 1), ("exact", "1_0", 10)):
        assert getattr(Sent.model_validate({field: text}), field) == taken
    assert len(Sent(short="😀😀").short.encode()) == 8


def test_the_body_that_is_measured_runs_eleven_calls_of_python() -> None:
    calls: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == checks.__file__:
            calls.append(frame.f_code.co_name)

    sys.setprofile(count)
    try:
        values.Sent.model_validate_json(intake.BODY)
    finally:
        sys.setprofile(None)
    assert len(calls) == 11


def test_a_time_is_taken_in_utc() -> None:
    assert values.Sent.model_validate({"due": "2026-11-28T12:00:00+14:00"}).due.tzinfo is UTC
