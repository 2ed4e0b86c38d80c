"""Upserts and imports: duplicates, halves of a price, rows that are the same, two at once."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from snippets.batches import naive_upsert, once, staging, upsert
from snippets.batches.prices import Price, Row, Store
from snippets.batches.upsert import FEED, TEA

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


async def versions(engine: AsyncEngine) -> dict[str, str]:
    """Where each row stands in the table: a row that is written again moves."""
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT sku, ctid::text FROM prices"))
        return {row.sku: row.ctid for row in found}


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


CURRENCIES = select(Price.cents, Price.currency)
ABROAD = [{"sku": "tea", "cents": 310, "currency": "USD"}]


@pytest.mark.parametrize("store", [upsert.store, staging.store])
@pytest.mark.parametrize("new", [(310, "USD"), (300, "USD"), (310, "EUR")])
async def test_a_price_changes_with_its_currency(
    store: Store, new: tuple[int, str], price_engine: AsyncEngine
) -> None:
    cents, currency = new
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(tea=300))
        await store(session, [{"sku": "tea", "cents": cents, "currency": currency}])
        assert (await session.execute(CURRENCIES)).all() == [new]


@pytest.mark.naive("snippets/batches/naive_upsert.py")
async def test_an_upsert_that_sets_the_amount_keeps_the_wrong_currency(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(tea=300))
        await naive_upsert.store(session, ABROAD)
        assert (await session.execute(CURRENCIES)).all() == [(310, "EUR")]


async def test_an_upsert_returns_the_keys_of_new_and_changed_rows_only(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=2, tea=3))
        written = await upsert.store(session, prices(cup=1, mug=20, tea=3, pot=4))
        query = select(Price.id).where(Price.sku.in_(["mug", "pot"])).order_by(Price.sku)
        assert written == (await session.scalars(query)).all()


@pytest.mark.parametrize("store", [upsert.store, staging.store])
async def test_what_is_the_same_is_not_written_again(
    store: Store, price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=2, tea=3))
        before = await versions(price_engine)
        await store(session, prices(cup=1, mug=20, tea=3))
    after = await versions(price_engine)
    assert {sku for sku in before if before[sku] != after[sku]} == {"mug"}


@pytest.mark.naive("snippets/batches/naive_upsert.py")
async def test_without_a_condition_it_is(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=2, tea=3))
        before = await versions(price_engine)
        await naive_upsert.store(session, prices(cup=1, mug=20, tea=3))
    assert not before.items() & (await versions(price_engine)).items()


async def test_of_two_lines_of_a_feed_the_last_one_wins(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        for feed in (FEED, FEED[::-1]):
            await staging.store(session, feed)
            assert (await stored(price_engine))["tea"] == feed[-1]["cents"]


async def test_an_import_counts_what_it_inserted_and_what_it_updated(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, prices(cup=1, mug=2, tea=3))
        feed = prices(cup=1, mug=20, tea=3, pot=4, jug=5)
        assert await staging.store(session, feed) == {"INSERT": 2, "UPDATE": 1}
        assert await staging.store(session, feed) == {}


@pytest.mark.parametrize(
    ("bad", "error"),
    # What COPY cannot encode is not even an error of the driver.
    [
        ({"cents": "a lot"}, TypeError),
        ({"cents": 2**31}, OverflowError),
        ({"sku": "tea \ud800"}, UnicodeEncodeError),
        ({"cents": -1}, IntegrityError),
    ],
)
async def test_an_import_that_fails_leaves_neither_rows_nor_its_table(
    bad: Row, error: type[Exception], price_engine: AsyncEngine
) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(error):
            await staging.store(session, [*prices(cup=1), TEA | bad])
        await session.rollback()
        assert await stored(price_engine) == {}
        assert await session.scalar(text("SELECT to_regclass('staged')")) is None
        assert await staging.store(session, prices(cup=1)) == {"INSERT": 1}
        assert await session.scalar(text("SELECT to_regclass('staged')")) is None


async def both_insert_tea(engine: AsyncEngine, store: Store) -> None:
    """Another transaction has inserted tea, and commits while the store waits for it."""
    async with engine.connect() as other, AsyncSession(engine) as session:
        await other.execute(text("INSERT INTO prices VALUES (DEFAULT, 'tea', 1, 'EUR')"))
        storing = asyncio.gather(store(session, prices(tea=3)))
        async with engine.connect() as observer:
            while not await observer.scalar(WAITING):
                await observer.rollback()  # else it would see the same again
        await other.commit()
        await storing


async def test_a_key_that_somebody_inserts_meanwhile_is_updated_by_an_upsert(
    price_engine: AsyncEngine,
) -> None:
    await both_insert_tea(price_engine, upsert.store)
    assert await stored(price_engine) == {"tea": 3}


async def test_and_fails_a_merge_which_can_be_sent_again(price_engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError, match="duplicate key value"):
        await both_insert_tea(price_engine, staging.store)
    async with AsyncSession(price_engine) as session:
        assert await staging.store(session, prices(tea=3)) == {"UPDATE": 1}


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
