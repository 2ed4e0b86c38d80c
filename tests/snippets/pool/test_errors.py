"""The errors of this article, raised and fixed."""

from collections.abc import Callable

import asyncpg
import psycopg
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.pool import errors_prepared as prepared
from snippets.pool import errors_role_limit as limits
from snippets.pool import naive_overflow


@pytest.fixture
def name(dsn: str) -> str:
    """A name of this test's own: roles belong to the whole server."""
    return make_url(dsn).database or ""


async def test_a_role_may_have_fewer_connections_than_the_server_takes(dsn: str, name: str) -> None:
    async with limits.limited(dsn, name, 2) as url:
        said = f'53300: too many connections for role "{name}"'
        assert await limits.open_many(url, 4) == (2, said)


async def test_without_a_limit_of_its_own_the_role_has_what_it_asks_for(
    dsn: str, name: str
) -> None:
    async with limits.limited(dsn, name, -1) as url:
        assert await limits.open_many(url, 4) == (4, "")


async def test_a_database_has_a_limit_too(dsn: str, name: str) -> None:
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 2")
    async with limits.limited(dsn, name, -1) as url:
        said = f'53300: too many connections for database "{name}"'
        count, refusal = await limits.open_many(url, 4)
        assert refusal == said
        assert count < 4
    await admin.close()


async def test_the_three_limits_can_be_read(dsn: str, name: str) -> None:
    async with limits.limited(dsn, name, 2) as url:
        connection = await asyncpg.connect(url)
        unlimited = await connection.fetchrow(limits.LIMITS)
        admin = await asyncpg.connect(dsn)
        await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 7")
        await admin.close()
        limited = await connection.fetchrow(limits.LIMITS)
        await connection.close()
    assert limited["server"] > 0
    assert (unlimited["role"], unlimited["database"]) == (2, -1)
    assert (limited["role"], limited["database"]) == (2, 7)


async def test_an_engine_for_each_request_keeps_a_connection_when_the_request_is_over(
    dsn: str,
) -> None:
    engines = [naive_overflow.create_engine(dsn) for _ in range(3)]
    for engine in engines:
        async with engine.connect():
            pass
    admin = await asyncpg.connect(dsn)
    others = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    try:
        assert await admin.fetchval(others) == 3
    finally:
        await admin.close()
        for engine in engines:
            await engine.dispose()


@pytest.fixture
def first_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of asyncpg's statements count from 1, as in a new process."""
    monkeypatch.setattr("asyncpg.connection._uid", 0)


@pytest.mark.usefixtures("first_names")
async def test_a_name_that_another_process_has_taken_is_refused(dsn: str) -> None:
    with pytest.raises(asyncpg.DuplicatePreparedStatementError) as raised:
        await prepared.answers(dsn, prepared.connect, "a used one")
    said, _, hint = str(raised.value).partition("\n")
    assert said == 'prepared statement "__asyncpg_stmt_1__" already exists'
    assert 'pgbouncer with pool_mode set to "transaction" or\n"statement" does not' in hint
    assert raised.value.sqlstate == "42P05"


@pytest.mark.usefixtures("first_names")
async def test_a_statement_of_another_server_connection_does_not_exist(dsn: str) -> None:
    said = '^prepared statement "__asyncpg_stmt_1__" does not exist'
    with pytest.raises(asyncpg.InvalidSQLStatementNameError, match=said) as raised:
        await prepared.answers(dsn, prepared.connect, "then a fresh one")
    assert raised.value.sqlstate == "26000"


@pytest.mark.usefixtures("first_names")
async def test_a_statement_of_another_process_may_answer_instead(dsn: str) -> None:
    assert await prepared.answers(dsn, prepared.connect, "then a used one") == [42, 7]


@pytest.mark.usefixtures("first_names")
async def test_postgresql_notices_where_it_has_other_parameters(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("SELECT 42") == 42
    await connection.execute("DEALLOCATE ALL; PREPARE __asyncpg_stmt_1__ (int) AS SELECT $1")
    said = 'supplies 0 parameters, but prepared statement "__asyncpg_stmt_1__" requires 1$'
    with pytest.raises(asyncpg.ProtocolViolationError, match=said):
        await connection.fetchval("SELECT 42")
    await connection.close()


@pytest.mark.usefixtures("first_names")
@pytest.mark.parametrize("name", prepared.SITUATIONS)
async def test_without_a_cache_a_statement_has_no_name(name: str, dsn: str) -> None:
    assert await prepared.answers(dsn, prepared.connect_to_pooler, name) == [42, 42]


async def test_two_statements_of_one_name_need_no_pooler(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("PREPARE report AS SELECT 1")
    with pytest.raises(asyncpg.DuplicatePreparedStatementError, match='"report" already exists'):
        await connection.prepare("SELECT 2", name="report")
    await connection.close()


def test_psycopg_has_names_of_its_own_for_all_three(dsn: str) -> None:
    with psycopg.connect(dsn, prepare_threshold=0, autocommit=True) as connection:
        connection.execute("PREPARE _pg3_0 AS SELECT 1", prepare=False)
        said = '^prepared statement "_pg3_0" already exists'
        with pytest.raises(psycopg.errors.DuplicatePreparedStatement, match=said):
            connection.execute("SELECT 42")
        assert connection.execute("SELECT 43").fetchone() == (43,)
        connection.execute("DEALLOCATE _pg3_1", prepare=False)
        said = '^prepared statement "_pg3_1" does not exist'
        with pytest.raises(psycopg.errors.InvalidSqlStatementName, match=said):
            connection.execute("SELECT 43")
        connection.execute("PREPARE _pg3_1 AS SELECT 7", prepare=False)
        assert connection.execute("SELECT 43").fetchone() == (7,)


@pytest.mark.usefixtures("first_names")
async def test_a_retry_gets_past_a_name_that_is_taken_but_not_one_that_is_gone(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("PREPARE __asyncpg_stmt_1__ AS SELECT 7")
    with pytest.raises(asyncpg.DuplicatePreparedStatementError):
        await connection.fetchval("SELECT 42")
    assert await connection.fetchval("SELECT 42") == 42
    await connection.execute("DEALLOCATE ALL")
    for _ in range(3):
        with pytest.raises(asyncpg.InvalidSQLStatementNameError):
            await connection.fetchval("SELECT 42")
    await connection.close()


async def test_an_empty_name_answers_with_the_last_statement_without_a_pooler_too(dsn: str) -> None:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={"prepared_statement_name_func": str},  # returns ""
    )
    async with engine.begin() as connection:
        asked = [42, 7, 42]
        given = [await connection.scalar(text(f"SELECT {number}")) for number in asked]
    await engine.dispose()
    assert given == [42, 7, 7]


@pytest.mark.parametrize("make", [prepared.asyncpg_engine, prepared.psycopg_engine])
async def test_an_engine_for_a_pooler_leaves_no_names(
    dsn: str, make: Callable[[URL], AsyncEngine]
) -> None:
    engine = make(make_url(dsn))
    async with engine.connect() as connection:
        for _ in range(10):  # psycopg gives a name to what it sends for the sixth time
            await connection.execute(text("SELECT 1"))
        names = "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"
        assert await connection.scalar(text(names)) == 0
    await engine.dispose()
