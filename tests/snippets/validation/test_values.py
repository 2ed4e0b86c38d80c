"""What a model lets in, and what PostgreSQL stores of it."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from snippets.validation import naive_values, values
from snippets.validation.rows import BODIES, SCHEMA, fate

# What has no digits behind the point comes back from jsonb as an integer.
FLOATS = st.floats().filter(lambda number: number % 1 != 0 or abs(number) < 2**53)
TEXT = st.text(st.characters(exclude_categories=()))
LEAVES = st.none() | st.booleans() | st.integers() | FLOATS | TEXT
VALUES = {
    "name": TEXT,
    "document": st.dictionaries(
        TEXT, st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))
    ),
    "count": st.integers(),
    "small": st.integers(),
    "price": st.decimals().map(str) | st.floats() | st.integers(),
    "share": st.floats() | st.integers(),
    "due": st.datetimes(timezones=st.none() | st.timezones()).map(str)
    | st.datetimes().map(lambda at: f"{at.isoformat()}+14:00")
    | st.datetimes().map(lambda at: f"{at.isoformat()}-12:00")
    | st.integers()
    | st.integers().map(str),
}


@contextmanager
def connected(dsn: str) -> Iterator[tuple[asyncio.Runner, asyncpg.Connection]]:
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(dsn))
        runner.run(connection.execute(SCHEMA))
        yield runner, connection
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


@pytest.mark.parametrize("column", VALUES)
def test_whatever_is_let_in_is_stored_as_it_was_sent(column: str, dsn: str) -> None:
    seen = set()
    with connected(dsn) as (runner, connection):

        @settings(max_examples=200, deadline=None)
        @given(VALUES[column])
        def try_one(value: object) -> None:
            text = json.dumps(value)
            told = runner.run(fate(connection, values.Sent, column, text))
            assert told in ("200", "422"), text
            seen.add(told)

        try_one()
    assert seen == {"200", "422"}


@pytest.mark.parametrize(
    ("column", "text"),
    [
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


def test_a_deep_document_is_stored_or_refused(dsn: str) -> None:
    text = '{"a":' * 900 + "1" + "}" * 900
    with connected(dsn) as (runner, connection):
        assert runner.run(fate(connection, values.Sent, "document", text)) in ("200", "422")


def test_checks_that_pass_more_than_they_say() -> None:
    class Sent(BaseModel):
        rust: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
        python: Annotated[str, Field(pattern=re.compile("^[a-z]+$"))] = "a"
        aware: AwareDatetime | None = None
        exact: Decimal = Decimal(0)
        short: Annotated[str, Field(max_length=2)] = ""

    assert all(letter.isalnum() for letter in "²٣Ⅷ")
    assert Sent(python="admin\n").python == "admin\n"
    with pytest.raises(ValidationError):
        Sent(rust="admin\n")
    assert Sent.model_validate({"aware": 1700000000}) == Sent.model_validate(
        {"aware": "1700000000"}
    )
    assert str(Sent.model_validate(json.loads('{"exact": 1.10}')).exact) == "1.1"
    long = Sent.model_validate(json.loads('{"exact": 0.1234567890123456789}')).exact
    assert str(long) == "0.12345678901234568"
    assert Sent.model_validate(json.loads('{"short": "a", "short": "b"}')).short == "b"
    assert len(Sent(short="😀😀").short.encode()) == 8
