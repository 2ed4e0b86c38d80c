"""The listings of the error index raise the errors that their pages are called by."""

from typing import Any

import asyncpg
import psycopg
import pytest
from sqlalchemy import (
    BigInteger,
    Executable,
    Integer,
    bindparam,
    column,
    create_engine,
    func,
    insert,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError

from snippets.pagination import errors_parameter, errors_range
from snippets.pagination.errors_parameter import FIXED, RAISES
from snippets.pagination.models import engine

UNKNOWN = r"could not determine data type of parameter \$1"
OPTIONAL = "SELECT id FROM posts WHERE {0} IS NULL OR author = {0}"


@pytest.fixture
async def posts(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(errors_parameter.TABLE)
    return connection


@pytest.mark.parametrize("query", RAISES)
async def test_a_parameter_whose_place_says_no_type(query: str, posts: asyncpg.Connection) -> None:
    error = asyncpg.AmbiguousParameterError if "OR" in query else asyncpg.IndeterminateDatatypeError
    with pytest.raises(error, match=f"^{UNKNOWN}$"):
        await posts.prepare(query)


@pytest.mark.parametrize("query", FIXED)
async def test_a_cast_says_it(query: str, posts: asyncpg.Connection) -> None:
    await posts.prepare(query)


@pytest.mark.parametrize(
    "query", ["SELECT format('%s', $1)", "SELECT count($1)", "SELECT $1 IS NULL"]
)
async def test_more_places_that_say_none(query: str, connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.IndeterminateDatatypeError, match=UNKNOWN):
        await connection.prepare(query)


async def test_the_first_place_counts(posts: asyncpg.Connection) -> None:
    await posts.prepare("SELECT id FROM posts WHERE author = $1 OR $1 IS NULL")
    with pytest.raises(asyncpg.AmbiguousParameterError, match=UNKNOWN):
        await posts.prepare("SELECT id FROM posts WHERE $1 IS NULL OR author = $1::int")


async def test_no_setting_of_plans_or_caches_changes_it(dsn: str) -> None:
    settings = {"plan_cache_mode": "force_custom_plan"}
    connection = await asyncpg.connect(dsn, statement_cache_size=0, server_settings=settings)
    with pytest.raises(asyncpg.IndeterminateDatatypeError, match=UNKNOWN):
        await connection.fetch("SELECT $1 IS NULL", 5)
    await connection.close()


@pytest.mark.parametrize("value", [None, "5"])
def test_psycopg_sends_no_type_with_none_and_strings(value: Any, dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(errors_parameter.TABLE)
        connection.execute(OPTIONAL.format("%(author)s"), {"author": 5})
        with pytest.raises(psycopg.errors.AmbiguousParameter, match=UNKNOWN):
            connection.execute(OPTIONAL.format("%(author)s"), {"author": value})


@pytest.mark.parametrize(
    ("query", "raises"),
    [
        (text("SELECT :author IS NULL"), UNKNOWN),
        (text("SELECT CAST(:author AS int) IS NULL"), None),
        (text("SELECT :author::int IS NULL"), "syntax error"),
        (select(bindparam("author").is_(None)), UNKNOWN),
        (select(bindparam("author", type_=Integer).is_(None)), None),
        (select(func.concat("a", bindparam("author"))), "data type of parameter"),
        (select(literal(5, Integer).is_(None), bindparam("author", type_=Integer)), None),
    ],
)
async def test_sqlalchemy_needs_a_type_where_it_knows_none(
    query: Executable, raises: str | None, dsn: str
) -> None:
    sync = create_engine(dsn.replace("postgresql", "postgresql+psycopg", 1))
    async with engine(dsn) as pool, pool.connect() as connection:
        with sync.connect() as blocking:
            if raises is None:
                await connection.execute(query, {"author": None})
                blocking.execute(query, {"author": None})
            else:
                with pytest.raises(ProgrammingError, match=raises):
                    await connection.execute(query, {"author": None})
                with pytest.raises(ProgrammingError, match=raises):
                    blocking.execute(query, {"author": None})
    sync.dispose()


RANGE = r"value out of int(16|32|64) range"


@pytest.fixture
async def numbers(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(errors_range.TABLE)
    return connection


@pytest.mark.parametrize(("query", "value"), errors_range.RAISES.items())
async def test_a_number_that_its_parameter_cannot_hold(
    query: str, value: int, numbers: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.DataError, match=rf"^invalid input for query argument \$1: .*{RANGE}"):
        await numbers.fetch(query, value)
    assert len(await numbers.fetch(query, 1)) == 1  # nothing was sent, so the transaction goes on


@pytest.mark.parametrize(("query", "value"), errors_range.FIXED.items())
async def test_a_wider_parameter_holds_it(
    query: str, value: int, numbers: asyncpg.Connection
) -> None:
    assert await numbers.fetch(query, value) == []
    assert len(await numbers.fetch(query, 1)) == 1


async def test_a_string_is_no_number(numbers: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DataError, match="'str' object cannot be interpreted"):
        await numbers.fetch("SELECT FROM numbers WHERE whole = $1", "3000000000")


async def test_what_is_computed_says_integer_out_of_range(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.NumericValueOutOfRangeError, match="^integer out of range$"):
        await connection.fetch("SELECT $1::int + 1", 2**31 - 1)


def test_psycopg_finds_nothing_and_inserts_nothing(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(errors_range.TABLE)
        found = connection.execute("SELECT FROM numbers WHERE whole = %s", [3_000_000_000])
        assert found.rowcount == 0
        with pytest.raises(psycopg.errors.NumericValueOutOfRange, match="integer out of range"):
            connection.execute("INSERT INTO numbers (whole) VALUES (%s)", [3_000_000_000])


@pytest.mark.parametrize(("kind", "text_"), [(Integer, RANGE), (BigInteger, "integer out of range")])
async def test_sqlalchemy_casts_to_the_type_of_the_model(
    kind: type[Integer], text_: str, dsn: str
) -> None:
    model = table("numbers", column("whole", kind))
    async with engine(dsn) as pool, pool.connect() as connection:
        for statement in errors_range.TABLE.split(";"):
            await connection.execute(text(statement))
        await connection.commit()
        with pytest.raises(DBAPIError, match=text_):
            await connection.execute(insert(model).values(whole=3_000_000_000))
        await connection.rollback()
        query = select(model).where(model.c.whole == 3_000_000_000)
        if kind is BigInteger:
            assert (await connection.execute(query)).all() == []
        else:
            with pytest.raises(DBAPIError, match=RANGE):
                await connection.execute(query)
