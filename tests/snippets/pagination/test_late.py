"""A row that commits after one that was numbered later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest

import lab
from snippets.pagination.late import FEED, SETTLED, poll_numbered, poll_settled

INSERT = "INSERT INTO feed (what) VALUES ($1)"
Pair = tuple[asyncpg.Connection, asyncpg.Connection]


@pytest.fixture
async def pair(dsn: str) -> AsyncIterator[Pair]:
    """Two connections to a database with an empty feed."""
    async with AsyncExitStack() as opened:
        connections = [await asyncpg.connect(dsn) for _ in range(2)]
        for connection in connections:
            opened.push_async_callback(connection.close)
        await connections[0].execute(FEED)
        yield connections[0], connections[1]


def what(read: list[asyncpg.Record]) -> list[str]:
    return [row["what"] for row in read]


async def settle(connection: asyncpg.Connection, read: list[asyncpg.Record], count: int) -> None:
    """Poll until so many rows are read: other tests of this server write as well."""
    while len(read) < count:
        await poll_settled(connection, read)
        await asyncio.sleep(0.01)


@pytest.mark.naive("snippets/pagination/late.py")
@pytest.mark.parametrize("key", ["id", "time", "uuid"])
async def test_behind_a_cursor_on_what_the_insert_was_given_it_is_never_seen(
    key: str, pair: Pair
) -> None:
    """Not on a sequence, not on now(), not on uuidv7(): all are given before the commit."""
    slow, fast = pair
    await slow.execute(
        "ALTER TABLE feed ADD time timestamptz NOT NULL DEFAULT now(),"
        " ADD uuid uuid NOT NULL DEFAULT uuidv7()"
    )
    async with slow.transaction():
        await slow.execute(INSERT, "slow")
        await fast.execute(INSERT, "fast")
        first = await fast.fetch(f"SELECT * FROM feed ORDER BY {key}")
    assert what(first) == ["fast"]
    after = f"SELECT * FROM feed WHERE {key} > $1 ORDER BY {key}"
    assert await fast.fetch(after, first[-1][key]) == []


async def test_a_cursor_on_its_transaction_waits_for_it(pair: Pair) -> None:
    slow, fast = pair
    by_id: list[asyncpg.Record] = []
    read: list[asyncpg.Record] = []
    async with slow.transaction():
        await slow.execute(INSERT, "slow")
        await fast.execute(INSERT, "fast")
        await poll_numbered(fast, by_id)
        await poll_settled(fast, read)
        assert (what(by_id), what(read)) == (["fast"], [])
    await poll_numbered(fast, by_id)
    await settle(fast, read, 2)
    assert (what(by_id), what(read)) == (["fast"], ["slow", "fast"])


async def test_and_reads_each_row_once(pair: Pair) -> None:
    writer, reader = pair
    read: list[asyncpg.Record] = []
    for batch in range(3):
        async with writer.transaction():
            for row in range(3):
                await writer.execute(INSERT, f"{batch}.{row}")
        await settle(reader, read, 3 * (batch + 1))
    await poll_settled(reader, read)
    assert what(read) == [f"{batch}.{row}" for batch in range(3) for row in range(3)]


async def test_what_was_rolled_back_holds_nothing_back(pair: Pair) -> None:
    slow, fast = pair
    read: list[asyncpg.Record] = []
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(INSERT, "undone")
    await fast.execute(INSERT, "fast")
    await transaction.rollback()
    await settle(fast, read, 1)
    assert what(read) == ["fast"]


async def test_a_writer_in_another_database_holds_it_back(pair: Pair) -> None:
    _, fast = pair
    read: list[asyncpg.Record] = []
    with lab.postgres() as elsewhere:
        other = await asyncpg.connect(elsewhere)
        async with other.transaction():
            await other.execute("CREATE TABLE other (id int)")
            await fast.execute(INSERT, "fast")
            await poll_settled(fast, read)
            assert what(read) == []
        await other.close()
    await settle(fast, read, 1)


async def test_a_reader_that_locks_rows_does(pair: Pair) -> None:
    reader, fast = pair
    read: list[asyncpg.Record] = []
    await fast.execute(INSERT, "locked")
    async with reader.transaction():
        await reader.fetch("SELECT * FROM feed FOR UPDATE")
        await fast.execute(INSERT, "fast")
        await poll_settled(fast, read)
        assert "fast" not in what(read)
    await settle(fast, read, 2)


async def test_an_open_reader_does_not(pair: Pair) -> None:
    reader, fast = pair
    read: list[asyncpg.Record] = []
    async with reader.transaction(isolation="repeatable_read"):
        await reader.fetch("SELECT * FROM feed")
        await fast.execute(INSERT, "fast")
        await settle(fast, read, 1)


async def test_its_index_finds_the_place(pair: Pair) -> None:
    _, connection = pair
    await connection.execute("INSERT INTO feed (what) SELECT n FROM generate_series(1, 2000) n")
    await connection.execute("ANALYZE feed")
    lines = await connection.fetch(f"EXPLAIN (COSTS OFF) {SETTLED}", 10**6, 0)
    plan = " ".join(line[0] for line in lines)
    assert "Index Scan using by_transaction" in plan
    assert "ROW(written, id) > ROW(" in plan
    assert "Sort" not in plan
