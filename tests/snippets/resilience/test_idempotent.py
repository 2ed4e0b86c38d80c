"""The answer to a COMMIT is lost, and the order is tried again."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import RetryError

from snippets.resilience import idempotent, naive_retry
from snippets.resilience.idempotent import KeyReusedError, place
from snippets.resilience.lost_answer import NINE, TWO, answers


async def test_one_order_and_one_answer_under_a_key(dsn: str) -> None:
    assert await answers(dsn, idempotent.ORDERS, place) == [
        "answer to COMMIT lost: order 1",
        "asked again: order 1",
        "another request, same key: KeyReusedError",
        "rows: 1",
    ]


@pytest.mark.naive("snippets/resilience/naive_retry.py")
async def test_without_a_key_an_order_is_placed_each_time(dsn: str) -> None:
    assert await answers(dsn, naive_retry.ORDERS, naive_retry.place) == [
        "answer to COMMIT lost: order 2",
        "asked again: order 3",
        "another request, same key: order 4",
        "rows: 4",
    ]


async def test_the_commit_was_done_although_the_client_saw_a_disconnect(dsn: str) -> None:
    calls = 0

    async def once(engine: AsyncEngine, customer: int, _: str, __: Mapping[str, int]) -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            with pytest.raises(DBAPIError, match="closed in the middle of operation") as raised:
                async with engine.begin() as connection:
                    await connection.execute(naive_retry.INSERT, {"customer": customer})
            assert raised.value.connection_invalidated
        return 0

    assert (await answers(dsn, naive_retry.ORDERS, once))[-1] == "rows: 1"


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text(idempotent.ORDERS))
    yield engine
    await engine.dispose()


async def test_each_customer_has_keys_of_their_own(engine: AsyncEngine) -> None:
    assert await place(engine, 1, "a key", TWO) != await place(engine, 2, "a key", NINE)


async def test_another_key_is_another_order(engine: AsyncEngine) -> None:
    assert await place(engine, 1, "a key", TWO) != await place(engine, 1, "another", TWO)


async def test_the_order_of_the_fields_makes_no_other_request(engine: AsyncEngine) -> None:
    first = await place(engine, 1, "a key", TWO)
    assert await place(engine, 1, "a key", dict(reversed(TWO.items()))) == first


async def test_another_request_under_the_key_leaves_no_row(engine: AsyncEngine) -> None:
    await place(engine, 1, "a key", TWO)
    with pytest.raises(KeyReusedError):
        await place(engine, 1, "a key", NINE)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM orders")) == 1


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
async def test_a_double_click_is_one_order(isolation: str, engine: AsyncEngine) -> None:
    isolated = engine.execution_options(isolation_level=isolation)
    orders = await asyncio.gather(*(place(isolated, 1, "a key", TWO) for _ in range(10)))
    assert len(set(orders)) == 1


async def test_of_two_requests_at_once_under_one_key_one_is_refused(engine: AsyncEngine) -> None:
    calls = (place(engine, 1, "a key", request) for request in (TWO, NINE))
    first, second = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(first), type(second)} == {int, KeyReusedError}


@pytest.mark.naive("snippets/resilience/naive_retry.py")
async def test_the_naive_retry_tries_three_times_what_can_never_work(dsn: str) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    with pytest.raises(RetryError) as raised:  # there is no table
        await naive_retry.place(engine, 1, "a key", TWO)
    assert raised.value.last_attempt.attempt_number == 3
    await engine.dispose()
