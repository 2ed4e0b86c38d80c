"""Every limit is in force, and one fits inside the next."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience import naive_listener, timeouts
from snippets.resilience.naive_listener import timeouts as said_in

LIMITS = {
    "lock_timeout": timeouts.LOCK_S,
    "statement_timeout": timeouts.STATEMENT_S,
    "idle_in_transaction_session_timeout": timeouts.STATEMENT_S,
    "transaction_timeout": timeouts.TRANSACTION_S,
}


async def show(engine: AsyncEngine, name: str) -> float:
    query = "SELECT setting::int / 1000.0 FROM pg_settings WHERE name = :name"
    async with engine.connect() as connection:
        return float(await connection.scalar(text(query), {"name": name}) or 0)


@pytest.mark.parametrize("name", LIMITS)
async def test_the_server_keeps_the_limit_in_every_transaction(name: str, dsn: str) -> None:
    engine = timeouts.create_engine(dsn)
    assert [await show(engine, name) for _ in range(3)] == [LIMITS[name]] * 3
    await engine.dispose()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (timeouts.locked, DBAPIError, "canceling statement due to lock timeout"),
        (timeouts.slow, DBAPIError, "canceling statement due to statement timeout"),
        (timeouts.long, DBAPIError, "terminating connection due to transaction timeout"),
        (timeouts.crowded, PoolTimeout, "overflow 0 reached, connection timed out, timeout 0.50"),
    ],
)
async def test_each_wait_ends_with_its_own_error(
    call: Callable[[AsyncEngine], Awaitable[None]], error: type[Exception], message: str, dsn: str
) -> None:
    engine = timeouts.create_engine(dsn)
    with pytest.raises(error, match=message):
        await call(engine)
    await engine.dispose()


def test_each_limit_fits_inside_the_next() -> None:
    assert timeouts.LOCK_S < timeouts.STATEMENT_S < timeouts.ANSWER_S < timeouts.TRANSACTION_S
    assert timeouts.POOL_S + timeouts.TRANSACTION_S < timeouts.REQUEST_S


@pytest.mark.naive("snippets/resilience/naive_listener.py")
async def test_a_set_in_a_listener_is_gone_after_the_first_request(dsn: str) -> None:
    assert await said_in(naive_listener.create_engine(dsn), 3) == ["600ms", "0", "0"]


async def test_a_setting_of_the_connection_stays(dsn: str) -> None:
    assert await said_in(timeouts.create_engine(dsn), 3) == ["600ms"] * 3
