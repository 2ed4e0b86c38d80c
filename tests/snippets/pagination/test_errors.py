"""The listings of the error index raise the errors that their pages are called by."""

from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
from fastapi import FastAPI
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
    update,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError

from snippets.pagination import errors_parameter, errors_range
from snippets.pagination.errors_parameter import FIXED, RAISES
from snippets.pagination.models import engine
from snippets.pagination.service import Author

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


async def test_reported_of_a_city_that_may_be_left_out(connection: asyncpg.Connection) -> None:
    """adelsz/pgtyped, issue 122."""
    await connection.execute("CREATE TABLE users (id int, city_id int)")
    update = "UPDATE users SET city_id = CASE WHEN {} IS NOT NULL THEN $1 ELSE 1 END WHERE id = $2"
    savepoint = connection.transaction()
    await savepoint.start()
    with pytest.raises(asyncpg.AmbiguousParameterError, match=UNKNOWN):
        await connection.prepare(update.format("$1"))
    await savepoint.rollback()
    await connection.prepare(update.format("$1::int"))


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


async def test_reported_of_a_value_for_two_columns(connection: asyncpg.Connection) -> None:
    """jackc/pgx, issue 2233: one parameter, two types."""
    await connection.execute("CREATE TABLE users (id int, total bigint)")
    savepoint = connection.transaction()
    await savepoint.start()
    with pytest.raises(
        asyncpg.AmbiguousParameterError, match=r"^inconsistent types deduced for parameter \$1"
    ) as raised:
        await connection.prepare("INSERT INTO users VALUES ($1, $1)")
    assert raised.value.sqlstate == "42P08"
    await savepoint.rollback()
    await connection.prepare("INSERT INTO users VALUES ($1::int, $1)")


def test_reported_of_a_search_with_its_parameter_in_quotes(dsn: str) -> None:
    """rust-postgres, issue 126, and jackc/pgx, issue 1732, with psycopg."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = "SELECT 'a word' LIKE {}"
        with pytest.raises(psycopg.errors.IndeterminateDatatype, match=UNKNOWN):
            connection.execute(found.format("'%%%s%%'").encode(), ["word"])
        row = connection.execute("SELECT 'a 5' LIKE '%%%s%%'", [5]).fetchone()
        assert row == (False,)
        assert connection.execute(found.format("%s").encode(), ["%word%"]).fetchone() == (True,)


RANGE = r"value out of int(16|32|64) range"
INTO_INT = "INSERT INTO numbers (whole) VALUES ({})"


@pytest.fixture
async def numbers(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(errors_range.TABLE)
    return connection


@pytest.mark.parametrize(("query", "value"), errors_range.RAISES)
async def test_a_number_that_its_parameter_cannot_hold(
    query: str, value: Any, numbers: asyncpg.Connection
) -> None:
    with pytest.raises(
        asyncpg.DataError, match=rf"^invalid input for query argument \$1: .*{RANGE}"
    ):
        await numbers.fetch(query, value)
    one = [1] if isinstance(value, list) else 1
    assert len(await numbers.fetch(query, one)) == 1  # nothing was sent: the transaction goes on


@pytest.mark.parametrize(("query", "value"), errors_range.FIXED)
async def test_a_wider_parameter_holds_it(
    query: str, value: Any, numbers: asyncpg.Connection
) -> None:
    assert await numbers.fetch(query, value) == []
    one = [1] if isinstance(value, list) else 1
    assert len(await numbers.fetch(query, one)) == 1


async def test_a_string_is_no_number(numbers: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DataError, match="'str' object cannot be interpreted"):
        await numbers.fetch("SELECT FROM numbers WHERE whole = $1", "3000000000")


async def test_what_is_computed_says_integer_out_of_range(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.NumericValueOutOfRangeError, match=r"^integer out of range$"):
        await connection.fetch("SELECT $1::int + 1", 2**31 - 1)


async def test_a_cast_of_what_is_stored_moves_the_error_to_the_server(
    numbers: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.NumericValueOutOfRangeError, match=r"^integer out of range$"):
        await numbers.execute(INTO_INT.format("$1::bigint"), 3_000_000_000)


async def test_a_sequence_that_ends_says_something_else(connection: asyncpg.Connection) -> None:
    await connection.execute("CREATE TABLE t (id serial); SELECT setval('t_id_seq', 2147483647)")
    with pytest.raises(asyncpg.PostgresError, match=r"^nextval: reached maximum value of sequence"):
        await connection.execute("INSERT INTO t DEFAULT VALUES")


def test_psycopg_finds_nothing_and_inserts_nothing(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(errors_range.TABLE)
        found = connection.execute("SELECT FROM numbers WHERE whole = %s", [3_000_000_000])
        assert found.rowcount == 0
        with pytest.raises(psycopg.errors.NumericValueOutOfRange, match="integer out of range"):
            connection.execute("INSERT INTO numbers (whole) VALUES (%s)", [3_000_000_000])


@pytest.mark.parametrize(
    ("kind", "text_"), [(Integer, RANGE), (BigInteger, "integer out of range")]
)
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


SIZE = 10_263_727_008


async def test_reported_of_the_size_of_a_model_in_bytes(dsn: str) -> None:
    """gpustack/gpustack, issue 1817: the column is too small, and the model says so, too."""
    narrow = table("model_files", column("id"), column("size", Integer))
    wide = table("model_files", column("id"), column("size", BigInteger))
    async with engine(dsn) as pool:
        async with pool.begin() as connection:
            await connection.execute(text("CREATE TABLE model_files (id int, size int)"))
            await connection.execute(text("INSERT INTO model_files VALUES (1, 0)"))
        for model, message in ((narrow, RANGE), (wide, "integer out of range")):
            async with pool.connect() as connection:
                with pytest.raises(DBAPIError, match=message):
                    await connection.execute(update(model).values(size=SIZE))
        async with pool.begin() as connection:
            file = text("SELECT pg_relation_filenode('model_files')")
            before = await connection.scalar(file)
            await connection.execute(text("ALTER TABLE model_files ALTER size TYPE bigint"))
            assert await connection.scalar(file) != before  # it was written anew
            mode = text("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'")
            assert await connection.scalar(mode)
            await connection.execute(update(wide).values(size=SIZE))
            assert await connection.scalar(select(wide.c.size)) == SIZE
            with pytest.raises(DBAPIError, match=RANGE):
                await connection.execute(update(narrow).values(size=SIZE))


async def test_a_connection_that_prepared_the_statement_keeps_the_old_type(dsn: str) -> None:
    query, value = errors_range.RAISES[1]
    connection, migration = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    await connection.execute(errors_range.TABLE)
    await connection.fetch(query, 1)
    await migration.execute(errors_range.WIDEN)
    for _ in range(2):
        with pytest.raises(asyncpg.DataError, match=RANGE):
            await connection.fetch(query, value)
    assert await migration.fetch(query, value) == []
    await connection.reload_schema_state()
    assert await connection.fetch(query, value) == []
    await connection.close()
    await migration.close()


async def test_reported_of_milliseconds_in_a_filter(numbers: asyncpg.Connection) -> None:
    """open-rmf/rmf-web, issue 605: a time in milliseconds, where the column is an integer."""
    now = 1_650_527_430_000
    with pytest.raises(asyncpg.DataError, match=RANGE):
        await numbers.fetch("SELECT FROM numbers WHERE whole < $1", now)
    assert len(await numbers.fetch("SELECT FROM numbers WHERE whole < $1::bigint", now)) == 1
    seconds = "SELECT FROM numbers WHERE to_timestamp(whole) < to_timestamp($1 / 1000.0)"
    assert len(await numbers.fetch(seconds, now)) == 1


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("SELECT 1 + $1", "SELECT 1 + $1::bigint"),
        (
            "SELECT generate_series(1, $1) LIMIT 1",
            "SELECT generate_series(1, $1::bigint) LIMIT 1",
        ),
        ("SELECT pg_try_advisory_xact_lock($1, 1)", "SELECT pg_try_advisory_xact_lock($1)"),
    ],
)
async def test_where_no_column_is_a_literal_or_a_function_may_say_int(
    narrow: str, wide: str, connection: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.DataError, match=RANGE):
        await connection.fetch(narrow, 3_000_000_000)
    assert len(await connection.fetch(wide, 3_000_000_000)) == 1


async def test_a_numeric_that_is_too_narrow_overflows(connection: asyncpg.Connection) -> None:
    with pytest.raises(
        asyncpg.NumericValueOutOfRangeError, match=r"^numeric field overflow"
    ) as raised:
        await connection.fetch("SELECT 1000::numeric(5,2)")
    assert raised.value.sqlstate == "22003"


async def test_bounds_are_answered_by_422_before_the_database_is_asked() -> None:
    app = FastAPI()

    @app.get("/posts")
    def posts_of(author: Author = None) -> int | None:
        return author

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        answers = {
            author: (await client.get("/posts", params={"author": author})).status_code
            for author in (0, 2**31 - 1, 2**31, 3_000_000_000, -1)
        }
    assert answers == {0: 200, 2**31 - 1: 200, 2**31: 422, 3_000_000_000: 422, -1: 422}
