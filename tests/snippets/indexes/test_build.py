"""Concurrent builds: what a failed one leaves, what holds one up, what repairs."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import psycopg
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


TIMEOUTS = "statement_timeout", "lock_timeout", "transaction_timeout"


async def test_timeouts_are_lifted_for_the_build(users: asyncpg.Connection) -> None:
    await users.execute(naive_build.REMOVE)
    for name in TIMEOUTS:
        await users.execute(f"SET {name} = '1h'")
    await build.build(users)
    assert [await users.fetchval(f"SHOW {name}") for name in TIMEOUTS] == ["0"] * 3


async def test_a_timeout_for_locks_cancels_its_wait_for_older_transactions(dsn: str) -> None:
    async with quiet(dsn, waiting.TABLES) as builder, quiet(dsn) as other, other.transaction():
        await waiting.hold(other)
        await builder.execute("SET lock_timeout = '50ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await builder.execute(waiting.BUILD)
        assert await builder.fetchval(naive_build.VALID) is False


@pytest.mark.parametrize(
    "relation",
    [
        "CREATE TABLE users_email (id int)",
        "CREATE INDEX users_email ON users (email)",  # not unique
        "CREATE TABLE t (id int); CREATE UNIQUE INDEX users_email ON t (id)",
    ],
)
async def test_what_only_has_its_name_is_not_taken_for_it(
    relation: str, users: asyncpg.Connection
) -> None:
    """IF NOT EXISTS would be content with each."""
    await users.execute(naive_build.REMOVE)
    await users.execute(relation)
    await naive_build.build(users)
    with pytest.raises(asyncpg.DuplicateTableError, match='"users_email" already exists'):
        await build.build(users)


async def test_it_does_not_drop_what_somebody_else_is_building(dsn: str) -> None:
    async with (
        quiet(dsn, waiting.TABLES) as builder,
        quiet(dsn) as other,
        quiet(dsn) as deploy,
    ):
        async with other.transaction():
            await waiting.hold(other)
            built = asyncio.create_task(builder.execute(naive_build.CREATE))
            assert await waiting.what_it_waits_for(deploy, built)
            with pytest.raises(RuntimeError, match="an index of users is being built"):
                await build.build(deploy)
        assert await built == "CREATE INDEX"
        await build.build(deploy)


async def waits_for_a_lock(watcher: asyncpg.Connection, pid: int) -> None:
    waiting_for = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1"
    async with asyncio.timeout(30):
        while True:
            if await watcher.fetchval(waiting_for, pid) == "Lock":
                return
            await asyncio.sleep(0.01)


async def test_a_second_build_on_the_same_table_deadlocks(dsn: str) -> None:
    """The first waits for the snapshot of the second, the second for the table."""
    async with (
        quiet(dsn, waiting.TABLES) as builder,
        quiet(dsn, deadlock_timeout="100ms") as second,
        quiet(dsn) as writer,
        quiet(dsn) as watcher,
    ):
        async with writer.transaction():
            await writer.execute("INSERT INTO users VALUES (1, 'ada@example.com')")
            first = asyncio.create_task(builder.execute(waiting.BUILD))
            assert await waiting.what_it_waits_for(watcher, first)
            other = asyncio.create_task(
                second.execute(waiting.BUILD.replace("_email ON", "_two ON"))
            )
            await waits_for_a_lock(watcher, second.get_server_pid())
        with pytest.raises(asyncpg.DeadlockDetectedError):
            await other
        assert await first == "CREATE INDEX"


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
        with pytest.raises(RuntimeError, match="an index of users is being built"):
            await build.build(other)


async def test_an_index_that_is_not_valid_afterwards_is_an_error(
    users: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody changed it between the two questions."""
    await users.execute(naive_build.REMOVE)
    broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email'::regclass"
    unique = build.CREATE.replace("CONCURRENTLY", "")
    monkeypatch.setattr(build, "CREATE", f"{unique}; {broken}")
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


HELD = "SELECT backend_xmin IS NOT NULL FROM pg_stat_activity WHERE pid = $1"


async def test_the_portal_of_the_last_query_holds_its_snapshot_until_the_next_statement(
    dsn: str,
) -> None:
    async with quiet(dsn, waiting.TABLES) as other, quiet(dsn) as watcher, other.transaction():
        await waiting.hold(other)
        assert await watcher.fetchval(HELD, other.get_server_pid())
        await other.execute("SELECT 1")
        assert not await watcher.fetchval(HELD, other.get_server_pid())


@pytest.mark.parametrize(("arguments", "held"), [([], False), ([1], True)])
async def test_psycopg_holds_it_where_it_sends_arguments(
    arguments: list[int], held: bool, dsn: str
) -> None:
    query = b"SELECT id FROM settings" + b" WHERE id = %s" * len(arguments)
    async with (
        quiet(dsn, waiting.TABLES) as watcher,
        await psycopg.AsyncConnection.connect(dsn) as other,
    ):
        await other.execute(query, arguments or None)
        assert await watcher.fetchval(HELD, other.info.backend_pid) is held


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
