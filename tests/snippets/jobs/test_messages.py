"""Events, notifications, deliveries, the clock, and a queue that is full."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import asyncpg
import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from snippets.jobs import (
    backpressure,
    consumer,
    loop,
    naive_consumer,
    naive_reader,
    orders,
    outbox,
    schedule,
    silences,
    table,
)
from snippets.jobs.deliveries import PAYMENT, TABLES, balance
from snippets.jobs.listener import heard
from snippets.jobs.outbox import START, overtaken


@pytest.mark.naive("snippets/jobs/naive_reader.py")
async def test_a_reader_by_id_never_gets_what_was_committed_late(dsn: str) -> None:
    assert await overtaken(dsn, naive_reader.read) == ["shipped"]


async def test_a_reader_that_waits_for_what_is_open_gets_all_in_order(dsn: str) -> None:
    assert await overtaken(dsn, outbox.read) == ["paid", "shipped"]


async def test_a_reader_gets_each_event_once(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(outbox.TABLE)
    found, last = [], START
    for body in ("a", "b", "c"):
        await connection.execute("INSERT INTO outbox (body) VALUES ($1), ($1)", body)
        for event in await outbox.read(connection, last):
            found.append(event.body)
            last = event
    assert found == ["a", "a", "b", "b", "c", "c"]
    await connection.close()


async def test_a_reader_gets_many_events_in_parts(dsn: str) -> None:
    reader = await asyncpg.connect(dsn)
    await reader.execute(outbox.TABLE)
    insert = "INSERT INTO outbox (body) SELECT n::text FROM generate_series(1, 150) AS n"
    await reader.execute(insert)
    first = await outbox.read(reader, START)
    rest = await outbox.read(reader, first[-1])
    assert [int(event.body) for event in [*first, *rest]] == list(range(1, 151))
    assert len(first) == 100
    await reader.close()


@pytest.mark.parametrize(
    ("database", "statement", "read"),
    [
        ("its own", "SELECT", ["shipped"]),
        ("its own", "SELECT pg_current_xact_id()", []),
        ("another", "SELECT pg_current_xact_id()", []),
    ],
)
async def test_one_transaction_that_has_written_and_stays_open_holds_up_the_reader(
    database: str, statement: str, read: list[str], dsn: str, clone: Callable[[str], str]
) -> None:
    where = dsn if database == "its own" else clone("template1")
    open_one, other = await asyncpg.connect(where), await asyncpg.connect(dsn)
    await other.execute(outbox.TABLE)
    transaction = open_one.transaction(isolation="repeatable_read")
    await transaction.start()
    await open_one.execute(statement)
    await other.execute("INSERT INTO outbox (body) VALUES ('shipped')")
    assert [event.body for event in await outbox.read(other, START)] == read
    await transaction.rollback()
    assert [event.body for event in await outbox.read(other, START)] == ["shipped"]
    await open_one.close()
    await other.close()


async def test_a_job_of_our_loop_holds_it_up_as_well(dsn: str) -> None:
    worker, reader = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    await reader.execute(table.TABLES + outbox.TABLE)
    await table.enqueue(reader, {})
    found: list[list[str]] = []

    async def read() -> None:
        found.append([event.body for event in await outbox.read(reader, START)])

    async def handle(_: table.Job) -> None:
        await reader.execute("INSERT INTO outbox (body) VALUES ('shipped')")
        await read()

    await loop.run_next(worker, handle)
    await read()
    assert found == [[], ["shipped"]]
    await worker.close()
    await reader.close()


async def test_a_session_is_in_a_transaction_after_its_first_statement(dsn: str) -> None:
    """Before it, a job that is enqueued on its driver's connection is committed by itself."""
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with AsyncSession(engine) as session:
        connection = await (await session.connection()).get_raw_connection()
        driver: asyncpg.Connection = connection.driver_connection
        states = [driver.is_in_transaction()]
        await session.execute(text("SELECT 1"))
        states.append(driver.is_in_transaction())
    await engine.dispose()
    assert states == [False, True]


async def test_an_order_that_is_not_stored_has_no_event(dsn: str) -> None:
    assert await orders.placed(dsn) == (1, 1)


async def test_what_is_heard_in_six_ways(dsn: str) -> None:
    assert await heard(dsn, silences.WAYS) == [
        "nobody listens yet: nothing",
        "twice in a transaction: same",
        "rolled back: nothing",
        "too long: nothing",
        "listener given back: nothing",
        "listener in a transaction: only after the commit: withheld",
    ]


async def test_a_payload_that_is_too_long_is_refused(connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT pg_notify('jobs', $1)", "x" * 7_999)
    with pytest.raises(asyncpg.InvalidParameterValueError, match="payload string too long"):
        await connection.execute("SELECT pg_notify('jobs', $1)", "x" * 8_000)


@pytest.mark.naive("snippets/jobs/naive_consumer.py")
async def test_a_consumer_that_does_as_it_is_told_pays_each_delivery(dsn: str) -> None:
    assert await balance(dsn, naive_consumer.consume, deliveries=3) == 300


@pytest.mark.parametrize("deliveries", [1, 2, 8])
async def test_a_consumer_that_remembers_pays_once(deliveries: int, dsn: str) -> None:
    assert await balance(dsn, consumer.consume, deliveries) == 100


async def test_a_consumer_that_fails_has_not_done_it(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await connection.execute("ALTER TABLE accounts ADD CHECK (balance = 0)")
    with pytest.raises(asyncpg.CheckViolationError):
        await consumer.consume(connection, PAYMENT)
    assert await connection.fetchval("SELECT count(*) FROM consumed") == 0
    await connection.close()


async def test_a_payment_to_nobody_is_not_taken_for_done(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    with pytest.raises(LookupError, match="no account A-2"):
        await consumer.consume(connection, PAYMENT._replace(account="A-2"))
    assert await connection.fetchval("SELECT count(*) FROM consumed") == 0
    await connection.close()


async def test_a_message_whose_id_is_empty_is_a_message(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    for _ in range(2):
        await consumer.consume(connection, PAYMENT._replace(message_id=""))
    assert await connection.fetchval("SELECT balance FROM accounts") == PAYMENT.amount
    await connection.close()


async def test_four_workers_that_look_at_the_clock_add_one_job(dsn: str) -> None:
    assert await schedule.jobs(dsn, workers=4, looks=10) == 1


async def test_the_next_hour_has_a_job_of_its_own(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(table.TABLES + schedule.RUNS)
    now = await connection.fetchval("SELECT now()")
    assert await schedule.tick(connection, now)
    assert not await schedule.tick(connection, now)
    assert await schedule.tick(connection, now + timedelta(hours=1))
    due = await connection.fetch("SELECT due FROM jobs ORDER BY due")
    assert [row["due"].minute for row in due] == [0, 0]
    await connection.close()


async def test_a_full_queue_refuses_until_a_job_is_done(dsn: str) -> None:
    told = await backpressure.told(dsn, bound=3, reports=5)
    assert told == [202, 202, 202, 503, 503, 202]


async def test_requests_at_the_same_moment_exceed_the_bound_by_as_many_as_they_are(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = 4
    looked = asyncio.Barrier(requests)

    async def enqueue_when_all_have_looked(
        connection: asyncpg.Connection, payload: dict[str, object]
    ) -> None:
        await looked.wait()
        await table.enqueue(connection, payload)

    monkeypatch.setattr(backpressure, "enqueue", enqueue_when_all_have_looked)
    async with asyncpg.create_pool(dsn, min_size=1) as pool:
        await pool.execute(table.TABLES)
        transport = httpx.ASGITransport(backpressure.create_app(pool, bound=1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(*(client.post("/reports") for _ in range(requests)))
    assert [answer.status_code for answer in answers] == [202] * requests


async def test_who_is_refused_is_told_when_to_come_again(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1) as pool:
        await pool.execute(table.TABLES)
        transport = httpx.ASGITransport(backpressure.create_app(pool, bound=0))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(*(client.post("/reports") for _ in range(5)))
    assert {answer.headers["Retry-After"] for answer in answers} == {"1"}


async def test_the_longer_the_queue_the_later_some_come_again(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def longest(low: int, high: int) -> int:
        asked.append((low, high))
        return high

    monkeypatch.setattr(random, "randint", longest)
    await backpressure.told(dsn, bound=10, reports=11)
    assert asked == [(1, 1 + 2)]  # ten jobs at five a second
