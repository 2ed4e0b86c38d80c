"""Column order: what a skip scan finds, at which price, and what it cannot do."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import psycopg
import pytest

import lab
from snippets.indexes import order
from snippets.indexes.plans import Plan, explain, quiet


@pytest.fixture(scope="module")
def events_dsn(services: None) -> Iterator[str]:
    """A database of events for the tests of this module, which leave it as it is."""
    with lab.postgres() as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("SET default_statistics_target = 400")
            connection.execute(order.TABLE.encode())
            connection.execute("VACUUM (FREEZE, ANALYZE) events")
        yield dsn


@pytest.fixture
async def events(events_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the events, whose indexes go with its transaction."""
    async with quiet(events_dsn) as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def indexed(connection: asyncpg.Connection, columns: str) -> tuple[Plan, int]:
    await connection.execute(f"CREATE INDEX led ON events ({columns})")
    return await explain(connection, order.FEW), await connection.fetchval(order.PAGES)


async def test_the_right_order_searches_once(events: asyncpg.Connection) -> None:
    plan, _ = await indexed(events, "device, of_4")
    assert (plan.searches, plan.rows) == (1, 10)
    assert plan.buffers <= 2 + 1 + 10  # root and two leaves, and a page for each row


@pytest.mark.parametrize(("leading", "searches"), [(4, 6), (20, 21), (200, 201)])
async def test_a_skip_scan_searches_for_each_leading_value(
    leading: int, searches: int, events: asyncpg.Connection
) -> None:
    plan, pages = await indexed(events, f"of_{leading}, device")
    assert (plan.searches, plan.rows) == (searches, 10)
    assert (plan.buffers > pages) == (leading == 200)


async def test_with_a_thousand_leading_values_the_table_is_read(events: asyncpg.Connection) -> None:
    plan, _ = await indexed(events, "of_1000, device")
    assert plan.nodes == ("Seq Scan",)


async def test_in_a_table_four_times_as_large_a_thousand_values_are_skipped_too(dsn: str) -> None:
    larger = order.TABLE.replace("100_000", "400_000")
    scripts = larger, "VACUUM (FREEZE, ANALYZE) events"
    async with quiet(dsn, *scripts, default_statistics_target="400") as connection:
        plan, _ = await indexed(connection, "of_1000, device")
    assert (plan.nodes, plan.searches) == (("Index Scan led",), 1_001)


async def test_a_skip_scan_gives_no_order(events: asyncpg.Connection) -> None:
    await indexed(events, "of_4, device")
    assert (await explain(events, order.NEXT)).nodes == ("Sort", "Seq Scan")
    await events.execute("DROP INDEX led")
    await indexed(events, "device, of_4")
    assert (await explain(events, order.NEXT)).nodes == ("Index Scan led",)
