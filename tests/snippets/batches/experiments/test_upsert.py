"""What is logged for a feed is that of its one statement, for each row."""

import math
from collections.abc import Iterator

import pytest

import lab
from lab.experiment import Setting
from lab.inside import statements
from snippets.batches.experiments.upsert import EXPERIMENT


@pytest.fixture(scope="module")
def server_dsn() -> Iterator[str]:
    with lab.postgres_server(statements.SETTINGS) as server:
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
