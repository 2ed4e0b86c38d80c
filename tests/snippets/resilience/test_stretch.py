"""Round trips are counted at the proxy that adds the distance."""

import time

import asyncpg
import pytest

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
