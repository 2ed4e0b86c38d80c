"""The answer to a COMMIT is lost, and the transaction is tried again."""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import RetryError

from snippets.resilience import idempotent, naive_retry
from snippets.resilience.idempotent import rows_of_one_order


async def test_a_key_makes_one_row_of_two_attempts(dsn: str) -> None:
    assert await rows_of_one_order(dsn, idempotent.ORDERS, idempotent.place) == 1


@pytest.mark.naive("snippets/resilience/naive_retry.py")
async def test_without_a_key_an_order_is_placed_twice(dsn: str) -> None:
    assert await rows_of_one_order(dsn, naive_retry.ORDERS, naive_retry.place) == 2


async def test_the_commit_was_done_although_the_client_saw_a_disconnect(dsn: str) -> None:
    async def once(engine: AsyncEngine, idempotency_key: str) -> None:
        with pytest.raises(DBAPIError, match="connection was closed in the middle of") as raised:
            async with engine.begin() as connection:
                await connection.execute(idempotent.INSERT, {"key": idempotency_key})
        assert raised.value.connection_invalidated

    assert await rows_of_one_order(dsn, idempotent.ORDERS, once) == 1


@pytest.mark.naive("snippets/resilience/naive_retry.py")
async def test_the_naive_retry_tries_three_times_what_can_never_work(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE orders (idempotency_key int)"))
    with pytest.raises(RetryError) as raised:
        await naive_retry.place(engine, "order 1")
    assert raised.value.last_attempt.attempt_number == 3
    await engine.dispose()
