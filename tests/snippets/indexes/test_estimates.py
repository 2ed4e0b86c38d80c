"""What the planner takes for granted, and what it can be told."""

import pytest

from snippets.indexes import estimates
from snippets.indexes.plans import explain, quiet


@pytest.mark.parametrize("random_page_cost", ["4", "1.1"])
async def test_a_customer_without_new_orders_is_looked_for_among_all_newer_ones(
    random_page_cost: str, dsn: str
) -> None:
    scripts = estimates.TABLE, estimates.VACUUM
    async with quiet(dsn, *scripts, random_page_cost=random_page_cost) as connection:
        walk = await explain(connection, estimates.NEWEST)
        await connection.execute(estimates.BOTH)
        found = await explain(connection, estimates.NEWEST)
        newest = [row["id"] for row in await connection.fetch(estimates.NEWEST)]
    assert walk.nodes == ("Index Scan Backward orders_at",)
    assert walk.removed == 19_500
    assert found.nodes == ("Index Scan Backward orders_both",)
    assert found.buffers <= 4
    assert newest == list(range(500, 490, -1))


async def test_dependent_columns_and_expressions_are_guessed_until_it_is_told(dsn: str) -> None:
    async with quiet(dsn, estimates.TABLE, estimates.VACUUM) as connection:

        async def expected() -> list[tuple[int, int]]:
            plans = [
                await explain(connection, estimates.WHERE + predicate)
                for predicate in estimates.DEPENDENT
            ]
            return [(plan.estimated, plan.rows) for plan in plans]

        # 1/200 · 1/20 of 20,000 rows, and 0.5 %.
        assert await expected() == [(5, 100), (100, 6_667)]
        await connection.execute(estimates.TOLD)
        assert await expected() == [(100, 100), (6_667, 6_667)]
        # What was told is no index.
        plan = await explain(connection, estimates.WHERE + estimates.DEPENDENT[1])
        assert plan.nodes == ("Seq Scan",)
