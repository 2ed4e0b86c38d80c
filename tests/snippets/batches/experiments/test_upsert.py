"""What is logged for a feed is that of its one statement, for each row."""

import math
from collections.abc import Iterator

import asyncpg
import pytest

import lab
from lab.experiment import Setting
from lab.inside import statements
from snippets.batches.experiments.upsert import EXPERIMENT
from snippets.batches.unchanged import FILL, WAYS, feed


@pytest.fixture(scope="module")
def server_dsn() -> Iterator[str]:
    with lab.postgres_server(statements.SETTINGS | {"full_page_writes": "on"}) as server:
        yield server.dsn


async def test_the_records_of_a_small_feed_are_within_the_bounds_of_the_theory(
    server_dsn: str,
) -> None:
    setting = Setting({"rows": 2000, "new": 20}, server_dsn)
    values = {name: await variant.run(setting) for name, variant in EXPERIMENT.variants.items()}
    for claim in EXPERIMENT.claims:
        observed = EXPERIMENT.quantities[claim.quantity].of(values)
        assert observed >= (claim.at_least or 0), claim.text
        assert observed <= (claim.at_most or math.inf), claim.text
    assert all(run["seconds"] > 0 for run in values.values())
    assert values["upsert"]["bytes"] > values["guarded"]["bytes"] > values["merge"]["bytes"]


async def logged(dsn: str, way: str, *, after_a_checkpoint: bool) -> int:
    """Bytes in the log for a feed of which one row in a hundred is new."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(FILL.format(2000))
    if after_a_checkpoint:
        await connection.execute("CHECKPOINT")
    with statements.statements(dsn) as found:
        await connection.execute(WAYS[way], *feed(2000, 20))
    await connection.close()
    return found.matching("unnest").wal_bytes


async def test_after_a_checkpoint_whole_pages_are_logged_and_the_ways_differ_far_less(
    server_dsn: str,
) -> None:
    before, after = [
        await logged(server_dsn, "DO UPDATE", after_a_checkpoint=checkpoint)
        / await logged(server_dsn, "MERGE … AND", after_a_checkpoint=checkpoint)
        for checkpoint in (False, True)
    ]
    assert before > 50
    assert after < before / 5
