"""Concurrent builds: what a failed one leaves, what holds one up, what repairs."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.indexes import build, naive_build, waiting
from snippets.indexes.plans import explain, quiet


@pytest.fixture
async def users(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to users of whom two share an address."""
    async with quiet(dsn, naive_build.TABLE) as connection:
        yield connection


async def fail(connection: asyncpg.Connection, build: naive_build.Build) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match=r'^could not create unique index "use'):
        await build(connection)
    assert await connection.fetchval(naive_build.VALID) is False


async def scans_the_table(connection: asyncpg.Connection) -> bool:
    await connection.execute("VACUUM (FREEZE, ANALYZE) users")
    return (await explain(connection, naive_build.FIND)).nodes == ("Seq Scan",)


@pytest.mark.naive("snippets/indexes/naive_build.py")
async def test_if_not_exists_is_content_with_an_index_that_is_not_valid(
    users: asyncpg.Connection,
) -> None:
    await fail(users, naive_build.build)
    await users.execute(naive_build.REMOVE)
    await naive_build.build(users)  # no error
    assert await users.fetchval(naive_build.VALID) is False
    assert await scans_the_table(users)
    await users.execute(naive_build.COPY)  # no error


async def test_the_right_build_replaces_it(users: asyncpg.Connection) -> None:
    await fail(users, build.build)
    await users.execute(naive_build.REMOVE)
    await build.build(users)
    assert await users.fetchval(naive_build.VALID) is True
    assert not await scans_the_table(users)
    with pytest.raises(asyncpg.UniqueViolationError, match=r"^duplicate key value"):
        await users.execute(naive_build.COPY)


async def test_a_timeout_for_statements_is_lifted_for_the_build(users: asyncpg.Connection) -> None:
    await users.execute(naive_build.REMOVE)
    await users.execute("SET statement_timeout = '1h'")
    await build.build(users)
    assert await users.fetchval("SHOW statement_timeout") == "0"


async def test_a_second_time_it_leaves_a_valid_index_alone(users: asyncpg.Connection) -> None:
    await users.execute(naive_build.REMOVE)
    await build.build(users)
    index = "SELECT 'users_email'::regclass::oid"
    before = await users.fetchval(index)
    await build.build(users)
    assert await users.fetchval(index) == before


async def test_it_fails_again_as_long_as_the_rows_are_wrong(users: asyncpg.Connection) -> None:
    await fail(users, build.build)
    await fail(users, build.build)


async def test_a_second_deploy_is_told_that_one_builds_already(
    users: asyncpg.Connection, dsn: str
) -> None:
    await users.fetchval(build.ALONE)
    async with quiet(dsn) as other:
        with pytest.raises(RuntimeError, match="another deploy builds users_email"):
            await build.build(other)


async def test_an_index_that_is_not_valid_afterwards_is_an_error(
    users: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody else's build failed between the two questions."""
    await users.execute("CREATE INDEX users_email ON users (email)")
    broken = "; UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email'::regclass"
    monkeypatch.setattr(build, "CREATE", f"SELECT 1{broken}")
    with pytest.raises(RuntimeError, match="users_email is not valid"):
        await build.build(users)


async def test_reindex_repairs_it_and_leaves_its_own_when_it_fails(
    users: asyncpg.Connection,
) -> None:
    await fail(users, naive_build.build)
    names = (
        "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relname ~ '^users_em'"
    )
    reindex = "REINDEX INDEX CONCURRENTLY users_email"
    with pytest.raises(asyncpg.UniqueViolationError):
        await users.execute(reindex)
    assert await users.fetchval(names) == ["users_email", "users_email_ccnew"]
    await users.execute(naive_build.REMOVE)
    await users.execute(reindex)
    assert await users.fetchval(naive_build.VALID) is True


async def test_a_canceled_build_leaves_an_index_that_is_not_valid(dsn: str) -> None:
    async with (
        quiet(dsn, waiting.TABLES) as builder,
        quiet(dsn) as other,
        quiet(dsn) as watcher,
    ):
        async with other.transaction():
            await waiting.hold(other)
            built = asyncio.create_task(builder.execute(waiting.BUILD))
            assert await waiting.what_it_waits_for(watcher, built)
            await watcher.execute("SELECT pg_cancel_backend($1)", builder.get_server_pid())
            with pytest.raises(asyncpg.QueryCanceledError):
                await built
        assert await watcher.fetchrow(
            "SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = 'users_email'::regclass"
        ) == (False, True)


async def test_an_index_that_is_ready_and_not_valid_is_written_to_and_not_read(dsn: str) -> None:
    not_valid = """
        CREATE INDEX users_email ON users (email);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email'::regclass
    """
    async with quiet(dsn, naive_build.TABLE) as connection:
        await connection.execute(not_valid)
        size = "SELECT pg_relation_size('users_email')"
        before = await connection.fetchval(size)
        await connection.execute("UPDATE users SET email = email || 'x', id = id + 10_000")
        assert await connection.fetchval(size) > before
        assert await scans_the_table(connection)


async def test_a_read_of_another_table_by_fetch_holds_up_a_build_and_by_execute_does_not(
    dsn: str,
) -> None:
    async with (
        quiet(dsn, waiting.TABLES) as builder,
        quiet(dsn) as other,
        quiet(dsn) as watcher,
    ):
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT id FROM settings")
        built = asyncio.create_task(builder.execute(waiting.BUILD))
        assert await waiting.what_it_waits_for(watcher, built) is None
        assert await built == "CREATE INDEX"
        await builder.execute("DROP INDEX users_email")
        await waiting.hold(other)
        built = asyncio.create_task(builder.execute(waiting.BUILD))
        row = await waiting.what_it_waits_for(watcher, built)
        assert row
        assert row["phase"] == "waiting for old snapshots"
        await transaction.rollback()
        assert await built == "CREATE INDEX"


async def test_a_session_of_sqlalchemy_that_reads_and_stays_open_holds_it_up_too(dsn: str) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with quiet(dsn, waiting.TABLES) as builder, quiet(dsn) as watcher:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT id FROM settings"))
            built = asyncio.create_task(builder.execute(waiting.BUILD))
            assert await waiting.what_it_waits_for(watcher, built)
            assert not built.done()
        assert await built == "CREATE INDEX"
    await engine.dispose()
