"""Every way to store a batch stores it; they differ in round trips, and in what an error leaves."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, func, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from snippets.batches import (
    copying,
    failures,
    methods,
    naive_commit,
    naive_copy,
    naive_values,
    once,
    staging,
    upsert,
)
from snippets.batches.prices import Price, Row, Store, prices, row, trips
from snippets.batches.wire import wire

WAYS: dict[str, Store] = {
    "naive_commit": naive_commit.store,
    "once": once.store,
    **methods.METHODS,
    "halved": failures.store,
    "upsert": upsert.store,
    "staging": staging.store,
}
ALL_OR_NOTHING = [name for name in WAYS if name not in ("naive_commit", "halved")]
BATCH = [row(number) for number in range(25)]


async def stored(engine: AsyncEngine) -> list[Row]:
    query = select(Price.sku, Price.cents, Price.currency).order_by(Price.id)
    async with engine.connect() as connection:
        return [dict(found._mapping) for found in await connection.execute(query)]


async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(Price)) or 0


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_stored_is_there_for_others(way: str, price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        await WAYS[way](session, BATCH)
        found = await stored(price_engine)
    assert sorted(found, key=lambda price: price["cents"]) == BATCH


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("once", 3),  # BEGIN, INSERT, COMMIT
        ("row by row", 52),
        ("one VALUES list", 3),
        ("executemany", 3),
        ("arrays", 3),
        ("COPY", 5),
        ("upsert", 3),
        ("staging", 6),  # BEGIN, CREATE, two of COPY, MERGE, COMMIT
        ("halved", 5),  # a savepoint around the INSERT
    ],
)
async def test_one_transaction_waits_this_often_for_50_rows(
    way: str, expected: int, dsn: str
) -> None:
    assert await trips(dsn, WAYS[way], 50) == expected


@pytest.mark.naive("snippets/batches/naive_commit.py")
async def test_a_commit_per_row_waits_three_times_for_each_row(dsn: str) -> None:
    assert await trips(dsn, naive_commit.store, 50) == 3 * 50


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"pool_pre_ping": True}, 3 + 3),
        # Then each statement is prepared anew; COMMIT and BEGIN are not prepared.
        ({"connect_args": {"statement_cache_size": 0, "prepared_statement_cache_size": 0}}, 4),
    ],
)
async def test_a_ping_and_a_missing_statement_cache_add_to_each_row(
    options: dict[str, Any], expected: int, dsn: str
) -> None:
    async with wire(dsn) as counted, prices(dsn):
        url = make_url(counted.dsn).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url, **options)
        async with AsyncSession(engine) as session:
            await naive_commit.store(session, [row(0), row(1)])
            counted.trips = 0
            await naive_commit.store(session, [row(number) for number in range(2, 12)])
        assert counted.trips == expected * 10
        await engine.dispose()


@pytest.mark.parametrize(("rows", "expected"), [(1000, 3), (2000, 4), (2001, 5)])
async def test_add_all_sends_a_thousand_rows_at_a_time(rows: int, expected: int, dsn: str) -> None:
    assert await trips(dsn, once.store, rows) == expected


async def test_a_method_is_measured_when_its_statements_are_prepared(dsn: str) -> None:
    seen: list[Sequence[Row]] = []

    async def store(session: AsyncSession, batch: list[Row]) -> None:
        seen.append(batch)
        await methods.bulk(session, batch)

    await trips(dsn, store, 2)
    assert seen == [[row(0), row(1)], [row(2), row(3)]]


def with_a_bad_row() -> list[Row]:
    batch = [row(number) for number in range(6)]
    batch[3]["cents"] = -1
    return batch


@pytest.mark.parametrize("way", ALL_OR_NOTHING)
async def test_one_bad_row_and_one_commit_keep_nothing(way: str, price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        # On the driver's connection the error is the driver's own.
        error = asyncpg.CheckViolationError if way == "COPY" else IntegrityError
        with pytest.raises(error, match='violates check constraint "positive"'):
            await WAYS[way](session, with_a_bad_row())
    assert await count(price_engine) == 0


@pytest.mark.naive("snippets/batches/naive_commit.py")
async def test_one_bad_row_and_a_commit_per_row_keep_those_before_it(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(IntegrityError, match='check constraint "positive"'):
            await naive_commit.store(session, with_a_bad_row())
    assert await stored(price_engine) == with_a_bad_row()[:3]


@pytest.mark.naive("snippets/batches/naive_commit.py")
async def test_after_such_an_error_the_same_batch_cannot_be_sent_again(
    price_engine: AsyncEngine,
) -> None:
    mended = [row(number) for number in range(6)]
    for batch, error in ((with_a_bad_row(), "CheckViolation"), (mended, "UniqueViolation")):
        async with AsyncSession(price_engine) as session:
            with pytest.raises(IntegrityError, match=error):
                await naive_commit.store(session, batch)


BAD: dict[str, Row] = {
    "below zero": {"cents": -1},
    "no currency": {"currency": None},
    "out of range": {"cents": 2**31},
    "no number": {"cents": "a lot"},
    "NUL": {"sku": "sku-\0"},
    "a lone surrogate": {"sku": "sku-\ud800"},
    "too long for the index": {"sku": "".join(map(chr, range(0x4E00, 0x9F00)))},
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("bad", [[], [0], [3, 4, 19], [24], list(range(25))])
async def test_halving_rejects_the_bad_rows_and_no_other(
    bad: list[int], what: str, price_engine: AsyncEngine
) -> None:
    batch = [values | (BAD[what] if n in bad else {}) for n, values in enumerate(BATCH)]
    async with AsyncSession(price_engine) as session:
        rejected = await failures.store(session, batch)
    assert rejected == [batch[n] for n in bad]
    assert await stored(price_engine) == [row for row in batch if row not in rejected]


async def test_a_bad_value_late_in_a_long_batch_costs_no_other_row(
    price_engine: AsyncEngine,
) -> None:
    batch = [row(number) for number in range(20_000)]  # more than the driver buffers
    batch[19_000]["cents"] = 2**31
    async with AsyncSession(price_engine) as session:
        assert await failures.store(session, batch) == [batch[19_000]]
    assert await count(price_engine) == 19_999


async def test_an_error_that_no_row_is_to_blame_for_is_raised(price_engine: AsyncEngine) -> None:
    inserts = noted_inserts(price_engine)
    async with price_engine.connect() as reader, AsyncSession(price_engine) as session:
        await reader.execute(text("LOCK TABLE prices"))
        await session.execute(text("SET LOCAL lock_timeout = '10ms'"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            await failures.store(session, BATCH)
    assert len(inserts) == 1
    assert await count(price_engine) == 0


async def test_a_constraint_that_is_checked_at_the_commit_costs_the_batch(
    price_engine: AsyncEngine,
) -> None:
    async with price_engine.begin() as connection:
        late = "ADD CONSTRAINT late UNIQUE (cents) DEFERRABLE INITIALLY DEFERRED"
        await connection.execute(text(f"ALTER TABLE prices {late}"))
    async with AsyncSession(price_engine) as session:
        with pytest.raises(IntegrityError, match="late"):
            await failures.store(session, [*BATCH, row(99) | {"cents": 1}])
    assert await count(price_engine) == 0


async def test_a_fraction_is_cut_off_without_an_error(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        assert await failures.store(session, [row(0) | {"cents": 1.9}]) == []
    assert (await stored(price_engine))[0]["cents"] == 1


def noted_inserts(engine: AsyncEngine) -> list[str]:
    """The INSERT statements of an engine, from now on."""
    inserts: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, *___: object) -> None:
        inserts.extend([statement] if statement.startswith("INSERT") else [])

    return inserts


async def test_a_bad_row_costs_two_inserts_for_each_halving(price_engine: AsyncEngine) -> None:
    batch = [row(number) for number in range(64)]
    batch[41]["cents"] = -1
    inserts = noted_inserts(price_engine)
    async with AsyncSession(price_engine) as session:
        await failures.store(session, batch)
    assert len(inserts) == 1 + 2 * 6  # 64 is 2 to the sixth


async def test_if_all_rows_are_bad_each_costs_two_inserts(price_engine: AsyncEngine) -> None:
    """A savepoint for each row, without halving, would be one insert for each."""
    inserts = noted_inserts(price_engine)
    async with AsyncSession(price_engine) as session:
        batch = [row(number) | {"cents": -1} for number in range(64)]
        assert await failures.store(session, batch) == batch
    assert len(inserts) == 2 * 64 - 1


async def test_and_three_round_trips_each_with_its_savepoint(dsn: str) -> None:
    async def store(session: AsyncSession, batch: list[Row]) -> None:
        await failures.store(session, [*batch[:-1], batch[-1] | {"cents": -1}])

    assert await trips(dsn, store, 1000) == 2 + 3 * (1 + 2 * 10)


async def test_halving_rejects_the_later_of_two_rows_with_one_key(
    price_engine: AsyncEngine,
) -> None:
    batch = [*BATCH, BATCH[7] | {"cents": 9}]
    async with AsyncSession(price_engine) as session:
        assert await failures.store(session, batch) == batch[-1:]


DEFAULTS = (
    "ALTER TABLE prices ALTER sku SET DEFAULT '', ALTER cents SET DEFAULT 1,"
    " ALTER currency SET DEFAULT 'EUR'"
)


@pytest.mark.parametrize("way", [name for name in WAYS if name != "one VALUES list"])
async def test_an_empty_batch_stores_nothing(way: str, price_engine: AsyncEngine) -> None:
    async with price_engine.begin() as connection:
        await connection.execute(text(DEFAULTS))  # so that no constraint refuses a row of them
    async with AsyncSession(price_engine) as session:
        await WAYS[way](session, [])
    assert await count(price_engine) == 0


async def test_without_a_guard_an_empty_list_is_an_insert_of_defaults(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(IntegrityError, match="INSERT INTO prices DEFAULT VALUES"):
            await session.execute(insert(Price), [])


@pytest.mark.naive("snippets/batches/naive_values.py")
async def test_a_values_list_ends_at_32767_parameters(price_engine: AsyncEngine) -> None:
    batch = [row(number) for number in range(10_923)]
    async with AsyncSession(price_engine) as session:
        with pytest.raises(
            InterfaceError, match="the number of query arguments cannot exceed 32767"
        ):
            await naive_values.store(session, batch)
        await session.rollback()
        await naive_values.store(session, batch[:10_922])
    assert await count(price_engine) == 10_922


@pytest.mark.parametrize("way", ["once", "executemany", "arrays", "COPY"])
async def test_the_other_ways_do_not_end_there(way: str, price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        await WAYS[way](session, [row(number) for number in range(10_923)])
    assert await count(price_engine) == 10_923


async def test_a_copy_in_the_sessions_transaction_is_rolled_back_with_it(
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await copying.copy(session, BATCH)
        await session.rollback()
    assert await count(price_engine) == 0


@pytest.mark.naive("snippets/batches/naive_copy.py")
async def test_a_copy_past_the_session_survives_the_rollback(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        await naive_copy.copy(session, BATCH)
        await session.rollback()
    assert await count(price_engine) == len(BATCH)
