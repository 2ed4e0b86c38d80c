"""Round trips are counted on the way between a client and PostgreSQL, which notice nothing."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from snippets.batches.wire import Wire, wire
from tests.leaks import left_open


@pytest.fixture
async def counted(dsn: str) -> AsyncIterator[Wire]:
    async with wire(dsn) as counted:
        yield counted


@pytest.fixture
async def connection(counted: Wire) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(counted.dsn)
    counted.trips = 0
    yield connection
    await connection.close()


async def test_a_query_waits_twice_and_once_when_it_is_prepared(
    counted: Wire, connection: asyncpg.Connection
) -> None:
    await connection.fetchval("SELECT $1::int", 1)
    assert counted.trips == 2
    await connection.fetchval("SELECT $1::int", 2)
    assert counted.trips == 3


async def test_a_transaction_waits_for_its_begin_and_its_commit(
    counted: Wire, connection: asyncpg.Connection
) -> None:
    async with connection.transaction():
        await connection.execute("SELECT 1")
    assert counted.trips == 3


async def test_executemany_waits_for_all_rows_together(
    counted: Wire, connection: asyncpg.Connection
) -> None:
    await connection.execute("CREATE TEMP TABLE numbers (n int)")
    insert = await connection.prepare("INSERT INTO numbers VALUES ($1)")
    counted.trips = 0
    await insert.executemany([(n,) for n in range(5000)])
    assert counted.trips == 1
    assert await connection.fetchval("SELECT sum(n) FROM numbers") == sum(range(5000))


async def test_a_copy_waits_for_its_begin_and_its_end(
    counted: Wire, connection: asyncpg.Connection
) -> None:
    await connection.execute("CREATE TEMP TABLE numbers (n int)")
    await connection.copy_records_to_table("numbers", records=[(0,)])
    counted.trips = 0
    await connection.copy_records_to_table("numbers", records=[(n,) for n in range(5000)])
    assert counted.trips == 2
    assert await connection.fetchval("SELECT count(*) FROM numbers") == 5001


async def test_large_messages_arrive_whole_in_both_directions(
    connection: asyncpg.Connection,
) -> None:
    text = "long " * 1_000_000
    assert await connection.fetchval("SELECT $1::text", text) == text


async def test_a_client_that_asks_for_no_encryption_is_served_too(counted: Wire) -> None:
    connection = await asyncpg.connect(counted.dsn, ssl=False)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_connections_are_counted_together_and_do_not_wait_for_each_other(
    counted: Wire,
) -> None:
    both = [await asyncpg.connect(counted.dsn) for _ in range(2)]
    counted.trips = 0
    await both[0].execute("SELECT pg_advisory_lock(1)")
    waiting = asyncio.create_task(both[1].execute("SELECT pg_advisory_lock(1)"))
    await both[0].execute("SELECT pg_advisory_unlock(1)")
    await waiting
    assert counted.trips == 3
    for connection in both:
        await connection.close()


def test_no_transport_outlives_the_wire_of_a_client_that_crashes(dsn: str) -> None:
    async def use() -> None:
        async with wire(dsn) as counted:
            connection = await asyncpg.connect(counted.dsn)
            await connection.fetchval("SELECT 1")
            connection.terminate()

    assert left_open(use) == []
