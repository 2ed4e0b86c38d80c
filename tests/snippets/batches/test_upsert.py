"""An upsert of a list in which a product stands twice, and two upserts at once."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from snippets.batches import naive_upsert, once, upsert
from snippets.batches.prices import Price, Row, Store
from snippets.batches.upsert import FEED

TWICE = "ON CONFLICT DO UPDATE command cannot affect row a second time"
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def prices(**cents: int) -> list[Row]:
    return [{"sku": sku, "cents": n, "currency": "EUR"} for sku, n in cents.items()]


async def stored(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        return {
            found.sku: found.cents
            for found in await connection.execute(select(Price.sku, Price.cents))
        }


async def upsert_both(engine: AsyncEngine, store: Store, *batches: list[Row]) -> None:
    """Store both at once: each has begun when a third transaction lets go of the middle row."""

    async def run(batch: list[Row]) -> None:
        async with AsyncSession(engine) as session:
            await store(session, batch)

    async with engine.connect() as blocker:
        await blocker.execute(text("SELECT FROM prices WHERE sku = 'mug' FOR UPDATE"))
        both = asyncio.gather(*map(run, batches))
        async with engine.connect() as observer:
            while await observer.scalar(WAITING) != len(batches):
                await observer.rollback()  # else it would see the same again
        await blocker.rollback()
    await both


@pytest.mark.naive("snippets/batches/naive_upsert.py")
async def test_one_statement_may_not_touch_a_row_twice(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(DBAPIError, match=TWICE) as caught:
            await naive_upsert.store(session, FEED)
    assert caught.value.orig
    assert getattr(caught.value.orig, "sqlstate", None) == "21000"
    assert await stored(price_engine) == {}


async def test_of_two_prices_for_a_product_the_last_one_wins(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        ids = await upsert.store(session, FEED)
        query = select(Price.id).order_by(Price.sku)
        assert ids == (await session.scalars(query)).all()
    assert await stored(price_engine) == {"mug": 900, "tea": 280}


@pytest.mark.parametrize("store", [naive_upsert.store, upsert.store])
async def test_a_product_that_is_there_gets_its_new_price(
    store: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(tea=1, mug=2))
        await store(session, prices(tea=10, cup=30))
    assert await stored(price_engine) == {"tea": 10, "mug": 2, "cup": 30}


async def test_a_list_of_parameters_is_a_statement_for_each_unless_it_returns(
    price_engine: AsyncEngine,
) -> None:
    values = insert(Price)
    each = values.on_conflict_do_update(
        index_elements=["sku"], set_={"cents": values.excluded.cents}
    )
    async with AsyncSession(price_engine) as session:
        await session.execute(each, FEED)
        with pytest.raises(DBAPIError, match=TWICE):
            await session.execute(each.returning(Price.id), FEED)


async def test_two_sorted_upserts_of_the_same_products_do_not_wait_for_each_other(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=1, tea=1))
    await upsert_both(
        price_engine, upsert.store, prices(cup=2, mug=2, tea=2), prices(tea=2, mug=2, cup=2)
    )
    assert await stored(price_engine) == {"cup": 2, "mug": 2, "tea": 2}


@pytest.mark.naive("snippets/batches/naive_upsert.py")
async def test_in_two_orders_they_do(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=1, tea=1))
    with pytest.raises(DBAPIError, match="deadlock detected"):
        await upsert_both(
            price_engine,
            naive_upsert.store,
            prices(cup=2, mug=2, tea=2),
            prices(tea=2, mug=2, cup=2),
        )
