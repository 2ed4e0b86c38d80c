"""Round trips are counted at the proxy that adds the distance."""

import asyncio
import time

import asyncpg
import pytest
from sqlalchemy import make_url

from lab.experiment import Setting
from snippets.resilience.experiments.distance import prepare, trips
from snippets.resilience.stretch import stretched


async def test_a_query_is_one_round_trip(dsn: str) -> None:
    async with stretched(dsn) as stretch:
        connection = await asyncpg.connect(stretch.dsn)
        stretch.trips = 0
        for _ in range(3):
            await connection.execute("SELECT 1")
        assert stretch.trips == 3
        await connection.close()


@pytest.mark.parametrize("statements", [1, 10])
async def test_a_ping_adds_three_round_trips_to_a_checkout(statements: int, dsn: str) -> None:
    await prepare(Setting({}, postgres=dsn))
    assert await trips(dsn, statements) == (statements + 5, statements + 2)


async def test_distance_is_added_to_each_round_trip(dsn: str) -> None:
    """At least: a machine may add to it."""
    async with stretched(dsn) as stretch:
        connection = await asyncpg.connect(stretch.dsn)
        stretch.round_trip_s = 0.1
        began = time.monotonic()
        await connection.execute("SELECT 1")
        assert time.monotonic() - began >= 0.1
        await connection.close()


async def test_what_is_sent_before_an_answer_is_one_round_trip() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(b".")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        async with stretched(f"postgresql://{host}:{port}/none") as stretch:
            reader, writer = await asyncio.open_connection(host, make_url(stretch.dsn).port)
            for half in (b"a", b"b"):
                writer.write(half)
                await asyncio.sleep(0.1)
            assert await reader.read() == b"."
            assert stretch.trips == 1
            writer.close()
            await writer.wait_closed()
