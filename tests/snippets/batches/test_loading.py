"""A page of orders by three loaders: the same objects, at very different prices."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import joinedload

from snippets.batches import loading, naive_joined, naive_lazy
from snippets.batches.counting import Traffic, counting
from snippets.batches.loading import Page
from snippets.batches.orders import Order, connect, fill
from snippets.batches.wire import wire

PAGES = [naive_lazy.page, naive_joined.page, loading.page]


async def cost(engine: AsyncEngine, page: Page) -> Traffic:
    async with AsyncSession(engine) as session:
        with counting(engine) as traffic:
            await page(session)
    return traffic


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_holds_each_order_with_all_that_it_shows(
    page: Page, order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        found = await page(session)
    # The session is closed: what was not loaded would raise.
    assert sorted(order.id for order in found) == list(range(1, 101))
    assert {order.customer.name for order in found} == {str(n) for n in range(1, 101)}
    for order in found:
        assert order.customer.id == order.customer_id
        assert {line.sku for line in order.lines} == {f"sku-{n}" for n in range(1, 11)}
        assert {line.order_id for line in order.lines} == {order.id}
        assert {event.status for event in order.events} == {f"status {n}" for n in range(1, 11)}
        assert len(order.lines) == len(order.events) == 10


@pytest.mark.naive("snippets/batches/naive_lazy.py")
async def test_on_demand_each_attribute_of_each_order_is_a_statement(
    order_engine: AsyncEngine,
) -> None:
    assert await cost(order_engine, naive_lazy.page) == Traffic(
        statements=1 + 100 * 3, rows=100 + 100 + 100 * 10 + 100 * 10
    )


async def test_on_demand_a_customer_of_several_orders_is_read_once(
    order_engine: AsyncEngine,
) -> None:
    async with order_engine.begin() as connection:
        await connection.execute(text("UPDATE orders SET customer_id = 1 + id % 10"))
    assert (await cost(order_engine, naive_lazy.page)).statements == 1 + 10 + 100 * 2


@pytest.mark.naive("snippets/batches/naive_joined.py")
async def test_two_joined_collections_give_a_row_for_each_pair(order_engine: AsyncEngine) -> None:
    assert await cost(order_engine, naive_joined.page) == Traffic(statements=1, rows=100 * 10 * 10)


async def test_selectinload_is_a_statement_for_each_collection(order_engine: AsyncEngine) -> None:
    assert await cost(order_engine, loading.page) == Traffic(
        statements=3, rows=100 + 100 * 10 + 100 * 10
    )


async def test_one_joined_collection_is_one_statement_and_repeats_its_parent(
    order_engine: AsyncEngine,
) -> None:
    async def page(session: AsyncSession) -> Sequence[Order]:
        query = select(Order).options(joinedload(Order.customer), joinedload(Order.lines))
        return (await session.scalars(query)).unique().all()

    assert await cost(order_engine, page) == Traffic(statements=1, rows=100 * 10)


@pytest.mark.parametrize(
    ("page", "trips"),
    [(naive_lazy.page, 301 + 2), (loading.page, 3 + 2), (naive_joined.page, 1 + 2)],
)
async def test_a_page_waits_for_its_statements_its_begin_and_its_rollback(
    page: Page, trips: int, order_engine: AsyncEngine, dsn: str
) -> None:
    async with wire(dsn) as counted:
        engine = connect(counted.dsn)
        for _ in range(2):  # the first one also prepares the statements
            counted.trips = 0
            await cost(engine, page)
        assert counted.trips == trips
        await engine.dispose()


@pytest.mark.parametrize(("count", "statements"), [(500, 3), (501, 5)])
async def test_selectinload_takes_500_orders_at_a_time(
    count: int, statements: int, dsn: str
) -> None:
    engine = connect(dsn)
    try:
        await fill(engine, count)
        assert (await cost(engine, loading.page)).statements == statements
    finally:
        await engine.dispose()


async def test_what_the_page_did_not_ask_for_raises(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        order = (await loading.page(session))[0]
        with pytest.raises(InvalidRequestError, match=r"^'Customer\.orders' is not available"):
            await order.customer.awaitable_attrs.orders


async def test_a_deleted_order_takes_its_lines_and_events_along(order_engine: AsyncEngine) -> None:
    async with order_engine.begin() as connection:
        await connection.execute(text("DELETE FROM orders WHERE id <= 60"))
        for table in ("lines", "events"):
            left = await connection.scalar(text(f"SELECT count(*) FROM {table}"))
            assert left == 400
