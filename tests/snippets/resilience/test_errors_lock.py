"""`could not obtain lock …` and `lock timeout`: who holds it, and what goes on without it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from snippets.resilience import errors_lock_not_available as locks

PAGE = Path("docs/errors/could-not-obtain-lock-on-row.md")
ROW = 'could not obtain lock on row in relation "seat"'
TABLE = 'could not obtain lock on relation "seat"'
LATE = "canceling statement due to lock timeout"


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(locks.TABLE)
        await connection.execute(locks.SEATS)
    yield engine
    await engine.dispose()


@pytest.fixture
async def holder(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that has the first seat."""
    async with engine.begin() as connection:
        await connection.execute(locks.WAIT)
        yield connection


@pytest.fixture
async def other(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection


async def test_a_row_that_another_has_is_refused_at_once(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    with pytest.raises(DBAPIError, match=ROW) as raised:
        await locks.take(other)
    assert locks.is_taken(raised.value)
    assert raised.value.orig
    assert type(raised.value.orig.__cause__) is asyncpg.LockNotAvailableError


async def test_a_bounded_wait_ends_with_another_text_and_the_same_state(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    with pytest.raises(DBAPIError, match=LATE) as raised:
        await locks.take_in_line(other)
    assert locks.is_taken(raised.value)


async def test_or_with_the_row(other: AsyncConnection) -> None:
    assert await locks.take_in_line(other) == 1


async def test_the_limit_ends_with_its_transaction(other: AsyncConnection) -> None:
    await locks.take_in_line(other)
    assert await other.scalar(text("SHOW lock_timeout")) == "100ms"
    await other.commit()
    assert await other.scalar(text("SHOW lock_timeout")) == "0"


async def test_without_a_transaction_there_is_no_limit(other: AsyncConnection) -> None:
    await other.execution_options(isolation_level="AUTOCOMMIT")
    await locks.take_in_line(other)
    await other.execute(locks.LIMIT)
    assert await other.scalar(text("SHOW lock_timeout")) == "0"


async def test_a_row_that_is_free_is_taken_in_its_place(
    holder: AsyncConnection, other: AsyncConnection, engine: AsyncEngine
) -> None:
    assert await locks.take_free(other) == 2
    async with engine.connect() as third, engine.connect() as fourth:
        assert await locks.take_free(third) == 3
        assert await locks.take_free(fourth) is None


async def test_other_errors_are_no_lock(other: AsyncConnection) -> None:
    with pytest.raises(DBAPIError) as raised:
        await other.execute(text("SELECT 1 / 0"))
    assert not locks.is_taken(raised.value)


async def test_again_in_the_same_transaction_is_refused_for_another_reason(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    with pytest.raises(DBAPIError, match=ROW):
        await locks.take(other)
    with pytest.raises(DBAPIError, match="current transaction is aborted"):
        await locks.take(other)
    await other.rollback()
    await holder.rollback()
    assert await locks.take(other) == 1


async def test_in_a_savepoint_the_transaction_goes_on(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    with pytest.raises(DBAPIError, match=ROW):
        async with other.begin_nested():
            await locks.take(other)
    assert await locks.take_free(other) == 2


async def test_a_table_that_is_locked_says_relation(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    with pytest.raises(DBAPIError, match=TABLE) as raised:
        await other.execute(text("LOCK TABLE seat NOWAIT"))
    assert locks.is_taken(raised.value)


async def test_a_row_without_waiting_still_waits_for_its_table(
    engine: AsyncEngine, other: AsyncConnection
) -> None:
    async with engine.begin() as owner:
        await owner.execute(text("LOCK TABLE seat"))
        await other.execute(locks.LIMIT)
        with pytest.raises(DBAPIError, match=LATE):
            await locks.take(other)


async def test_a_migration_that_limits_its_wait_says_it_too(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    await other.execute(locks.LIMIT)
    with pytest.raises(DBAPIError, match=LATE):
        await other.execute(text("ALTER TABLE seat ADD COLUMN label text"))


async def test_so_does_an_insert_of_a_key_that_another_has_inserted(
    holder: AsyncConnection, other: AsyncConnection
) -> None:
    insert = text("INSERT INTO seat VALUES (9)")
    await holder.execute(insert)
    await other.execute(locks.LIMIT)
    with pytest.raises(DBAPIError, match=LATE) as raised:
        await other.execute(insert)
    assert locks.is_taken(raised.value)


BOOKINGS = "CREATE TABLE booking (seat int REFERENCES seat, event int)"


async def test_a_row_of_another_table_of_the_query_is_locked_as_well(
    engine: AsyncEngine, other: AsyncConnection
) -> None:
    query = "SELECT seat FROM booking JOIN seat ON id = seat FOR UPDATE"
    async with engine.begin() as connection:
        await connection.execute(text(BOOKINGS))
        await connection.execute(text("INSERT INTO booking VALUES (1, 1)"))
    async with engine.begin() as holder:
        await holder.execute(locks.WAIT)
        with pytest.raises(DBAPIError, match=ROW):
            await other.execute(text(f"{query} NOWAIT"))
        await other.rollback()
        assert await other.scalar(text(f"{query} OF booking NOWAIT")) == 1


async def test_an_insert_that_refers_to_the_row_has_its_key(
    engine: AsyncEngine, other: AsyncConnection
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(BOOKINGS))
    async with engine.begin() as booking:
        await booking.execute(text("INSERT INTO booking VALUES (1, 1)"))
        with pytest.raises(DBAPIError, match=ROW):
            await locks.take(other)
        await other.rollback()
        gentle = str(locks.NOWAIT).replace("FOR UPDATE", "FOR NO KEY UPDATE")
        assert await other.scalar(text(gentle)) == 1


async def test_another_clock_does_not_help(holder: AsyncConnection, other: AsyncConnection) -> None:
    await other.execute(text("SET LOCAL statement_timeout = '10s'"))
    with pytest.raises(DBAPIError, match=LATE):
        await locks.take_in_line(other)


async def test_psycopg_has_a_class_of_its_own(holder: AsyncConnection, dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        with pytest.raises(psycopg.errors.LockNotAvailable, match=ROW):
            await connection.execute(locks.NOWAIT.text)


BLOCKING = (
    "SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
)


def test_the_page_prints_what_asks_who_holds_it() -> None:
    assert BLOCKING in PAGE.read_text(encoding="utf-8")


async def test_while_one_waits_the_server_names_who_holds_it_and_what_that_did_last(
    holder: AsyncConnection, other: AsyncConnection, engine: AsyncEngine
) -> None:
    waiting = asyncio.create_task(other.scalar(locks.WAIT))
    found = None
    async with engine.connect() as watcher:
        await watcher.execution_options(isolation_level="AUTOCOMMIT")
        while found is None:
            found = await watcher.scalar(text(f"{BLOCKING} AND datname = current_database()"))
        did = await watcher.scalar(
            text("SELECT query FROM pg_stat_activity WHERE pid = :pid"), {"pid": found}
        )
    assert found == await holder.scalar(text("SELECT pg_backend_pid()"))
    assert did == locks.WAIT.text
    await holder.rollback()
    assert await waiting == 1


async def test_the_server_logs_whose_lock_it_was_if_it_is_told_to(
    holder: AsyncConnection, dsn: str
) -> None:
    transaction = await holder.scalar(text("SELECT pg_current_xact_id()::text"))
    said: list[str] = []
    connection = await asyncpg.connect(dsn)
    connection.add_log_listener(lambda _, message: said.append(message.message))
    await connection.execute("SET client_min_messages = log")  # what the log says, to us as well
    for setting in ("off", "on"):
        await connection.execute(f"SET log_lock_failures = {setting}")
        said.clear()
        with pytest.raises(asyncpg.LockNotAvailableError, match=ROW):
            await connection.execute(locks.NOWAIT.text)
        logged = [message.partition(" could ")[2] for message in said]
        expected = f"not obtain ShareLock on transaction {transaction}"
        assert logged == ([expected] if setting == "on" else [])
    await connection.close()
