"""Changing and deleting many rows, row by row and with arrays."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from snippets.batches import changes, deleting, naive_changes, naive_deleting, once
from snippets.batches.counting import counting
from snippets.batches.deleting import Remove
from snippets.batches.experiments import change
from snippets.batches.orders import Event, Line, Order
from snippets.batches.prices import Price, Row, Store, row, trips

REPRICE = [naive_changes.reprice, changes.reprice]
RETIRE = [naive_changes.retire, changes.retire]
REMOVE = [naive_deleting.remove, deleting.remove]
BATCH = [row(number) for number in range(6)]


async def stored(engine: AsyncEngine) -> list[tuple[str, int]]:
    query = select(Price.sku, Price.cents).order_by(Price.sku)
    async with engine.connect() as connection:
        return [(found.sku, found.cents) for found in await connection.execute(query)]


def prices(*cents: int) -> list[Row]:
    return [row(n) | {"cents": new} for n, new in enumerate(cents)]


@pytest.mark.parametrize("reprice", REPRICE)
async def test_each_price_of_the_batch_and_no_other_changes(
    reprice: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, BATCH)
        await reprice(session, [*prices(70, 80, 90), row(99)])
        found = await stored(price_engine)
    assert found == [
        ("sku-0", 70),
        ("sku-1", 80),
        ("sku-2", 90),
        ("sku-3", 4),
        ("sku-4", 5),
        ("sku-5", 6),
    ]


@pytest.mark.parametrize("reprice", REPRICE)
async def test_of_two_prices_for_a_product_the_last_one_wins(
    reprice: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, BATCH)
        for twice in ((70, 80), (80, 70)):  # by chance only one of them would be right
            await reprice(session, [row(0) | {"cents": cents} for cents in twice])
            assert (await stored(price_engine))[0] == ("sku-0", twice[-1])


async def test_of_two_rows_that_match_update_from_takes_one_without_an_error(
    price_engine: AsyncEngine,
) -> None:
    twice = {"sku": ["sku-0"] * 2, "cents": [70, 80], "currency": ["EUR"] * 2}
    async with AsyncSession(price_engine) as session:
        await once.store(session, BATCH)
        await session.execute(changes.REPRICE, twice)
        await session.commit()
    assert (await stored(price_engine))[0] in [("sku-0", 70), ("sku-0", 80)]


@pytest.mark.parametrize(
    "reprice", [*REPRICE, change.reprice_objects, change.reprice_plain, change.reprice_many]
)
async def test_an_amount_never_changes_without_its_currency(
    reprice: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, BATCH)
        await reprice(session, [row(1) | {"cents": 310, "currency": "USD"}])
        query = select(Price.cents, Price.currency).order_by(Price.id)
        assert (await session.execute(query)).all()[:3] == [
            (1, "EUR"),
            (310, "USD"),
            (3, "EUR"),
        ]


@pytest.mark.parametrize("retire", [*RETIRE, change.retire_plain])
async def test_each_price_of_the_batch_and_no_other_goes(
    retire: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, BATCH)
        await retire(session, [row(1), row(4), row(99)])
        found = await stored(price_engine)
    assert [sku for sku, _ in found] == ["sku-0", "sku-2", "sku-3", "sku-5"]


@pytest.mark.parametrize("way", [changes.reprice, changes.retire])
async def test_arrays_wait_three_times_for_any_number_of_rows(way: Store, dsn: str) -> None:
    assert await trips(dsn, way, 200) == 3


@pytest.mark.naive("snippets/batches/naive_changes.py")
@pytest.mark.parametrize("way", [naive_changes.reprice, naive_changes.retire])
async def test_a_statement_per_row_waits_for_each(way: Store, dsn: str) -> None:
    assert await trips(dsn, way, 50) == 52


async def left(engine: AsyncEngine, table: type[Order | Line | Event]) -> int | None:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("remove", REMOVE)
async def test_an_order_goes_with_all_its_parts_and_no_other_does(
    remove: Remove, order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        await remove(session, range(11, 101))
    assert await left(order_engine, Order) == 10
    assert await left(order_engine, Line) == 100
    assert await left(order_engine, Event) == 100


@pytest.mark.naive("snippets/batches/naive_deleting.py")
async def test_session_delete_sends_five_statements_for_each_order(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine) as session:
        with counting(order_engine) as traffic:
            await naive_deleting.remove(session, range(1, 21))
    assert traffic.statements == 1 + 20 * 5


async def test_one_delete_is_one_statement(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        with counting(order_engine) as traffic:
            await deleting.remove(session, range(1, 21))
    assert traffic.statements == 1


async def test_one_delete_takes_more_ids_than_a_statement_has_parameters(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine) as session:
        await deleting.remove(session, range(40_000))
    assert await left(order_engine, Order) == 0
