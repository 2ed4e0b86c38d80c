"""Twenty transactions add one to the same row."""

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience import increment
from snippets.resilience.increment import Increment, at_once
from snippets.resilience.naive_increment import increment as naive
from snippets.resilience.wire import Wire, through


@pytest.mark.naive("snippets/resilience/naive_increment.py")
async def test_at_read_committed_nineteen_are_lost_without_an_error(dsn: str) -> None:
    assert await at_once(dsn, "READ COMMITTED", naive) == "READ COMMITTED: 0 errors, value 1"


@pytest.mark.naive("snippets/resilience/naive_increment.py")
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
async def test_at_higher_levels_the_nineteen_are_errors(isolation: str, dsn: str) -> None:
    assert await at_once(dsn, isolation, naive) == f"{isolation}: 19 errors, value 1"


@pytest.mark.naive("snippets/resilience/naive_increment.py")
async def test_each_of_the_errors_is_a_serialization_failure(dsn: str) -> None:
    failures = 0

    async def counted(engine: AsyncEngine) -> None:
        nonlocal failures
        with pytest.raises(DBAPIError, match="could not serialize access due to concurrent update"):
            await naive(engine)
        failures += 1

    await at_once(dsn, "SERIALIZABLE", counted)
    assert failures == 19


@pytest.mark.parametrize(
    ("isolation", "add"),
    [
        ("READ COMMITTED", increment.in_one_statement),
        ("REPEATABLE READ", increment.retried),
        ("SERIALIZABLE", increment.retried),
    ],
)
async def test_one_statement_and_a_retry_keep_all_twenty(
    isolation: str, add: Increment, dsn: str
) -> None:
    assert await at_once(dsn, isolation, add) == f"{isolation}: 0 errors, value 20"


@pytest.mark.parametrize("add", [increment.in_one_statement, increment.retried])
async def test_other_counters_stay_as_they_are(add: Increment, dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"{increment.COUNTERS}, (2, 40)")
    await add(engine)
    counters = await admin.fetch("SELECT id, value FROM counters ORDER BY id")
    assert [tuple(counter) for counter in counters] == [(1, 1), (2, 40)]
    await admin.close()
    await engine.dispose()


async def test_a_retry_without_a_key_adds_twice_if_the_answer_to_commit_is_lost(dsn: str) -> None:
    admin = await asyncpg.connect(dsn)
    await admin.execute(increment.COUNTERS)
    wire = Wire(hang_up_after=b"COMMIT")
    async with through(dsn, wire) as address:
        url = make_url(address).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url)
        await increment.retried(engine)
        await engine.dispose()
    assert await admin.fetchval(increment.READ.text) == 2
    await admin.close()


# Who waits for a transaction waits for nothing of this database, and is in it.
WAITING_FOR_EACH_OTHER = """SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE datname = current_database())"""


async def test_so_does_a_lock_on_the_row(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(increment, "WAITING", WAITING_FOR_EACH_OTHER)
    locking = text(f"{increment.READ.text} FOR UPDATE")

    async def locked(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            value = await connection.scalar(locking)
            await connection.execute(increment.WRITE, {"value": value + 1})

    assert await at_once(dsn, "READ COMMITTED", locked) == "READ COMMITTED: 0 errors, value 20"


@pytest.mark.parametrize(("rows", "conflict"), [(20, True), (10_000, False)])
async def test_serializable_transactions_on_rows_of_their_own_conflict_in_a_small_table(
    rows: int, conflict: bool, dsn: str
) -> None:
    """It is read by a sequential scan, which stands for all of its rows."""
    first, second = [await asyncpg.connect(dsn) for _ in range(2)]
    await first.execute("CREATE TABLE counters (id int PRIMARY KEY, value int)")
    await first.execute(f"INSERT INTO counters SELECT id, 0 FROM generate_series(1, {rows}) id")
    await first.execute("ANALYZE counters")
    both = {first: 1, second: rows}
    for connection, row in both.items():
        await connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        await connection.fetchval(f"SELECT value FROM counters WHERE id = {row}")
    raised = []
    for connection, row in both.items():
        try:
            await connection.execute(f"UPDATE counters SET value = 1 WHERE id = {row}; COMMIT")
        except asyncpg.SerializationError as error:
            raised.append(error)
    assert bool(raised) is conflict
    for connection in both:
        await connection.close()
