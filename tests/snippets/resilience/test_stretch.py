"""Round trips are counted at the proxy that adds the distance."""

import asyncpg
import pytest

from lab.experiment import Setting
from snippets.resilience import preping
from snippets.resilience.experiments.distance import plain, prepare, request, trips
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
    async with stretched(dsn) as stretch:
        counted = []
        for engine in (preping.create_engine(stretch.dsn), plain(stretch.dsn)):
            for _ in range(3):
                await request(engine, statements)
            counted.append(await trips(stretch, engine, statements))
            await engine.dispose()
    assert counted == [statements + 5, statements + 2]
