"""Every limit is in force, and one fits inside the next."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience import naive_listener, timeouts
from snippets.resilience.limits import LIMITS
from snippets.resilience.naive_listener import timeouts as said_in

EXPECTED_S = {
    "lock_timeout": LIMITS.lock,
    "statement_timeout": LIMITS.statement,
    "idle_in_transaction_session_timeout": LIMITS.statement,
    "transaction_timeout": LIMITS.transaction,
}


async def show(engine: AsyncEngine, name: str) -> float:
    query = "SELECT setting::int / 1000.0 FROM pg_settings WHERE name = :name"
    async with engine.connect() as connection:
        return float(await connection.scalar(text(query), {"name": name}) or 0)


@pytest.mark.parametrize("name", EXPECTED_S)
async def test_the_server_keeps_the_limit_in_every_transaction(name: str, dsn: str) -> None:
    engine = timeouts.create_engine(dsn)
    assert [await show(engine, name) for _ in range(3)] == [EXPECTED_S[name]] * 3
    await engine.dispose()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (timeouts.locked, DBAPIError, "canceling statement due to lock timeout"),
        (timeouts.slow, DBAPIError, "canceling statement due to statement timeout"),
        (timeouts.long, DBAPIError, "terminating connection due to transaction timeout"),
        (timeouts.crowded, PoolTimeout, "overflow 0 reached, connection timed out, timeout 0.30"),
    ],
)
async def test_each_wait_ends_with_its_own_error(
    call: Callable[[AsyncEngine], Awaitable[None]], error: type[Exception], message: str, dsn: str
) -> None:
    engine = timeouts.create_engine(dsn)
    with pytest.raises(error, match=message):
        await call(engine)
    await engine.dispose()


@pytest.mark.naive("snippets/resilience/naive_listener.py")
async def test_a_set_in_a_listener_is_gone_if_the_first_request_only_reads(dsn: str) -> None:
    said = await said_in(naive_listener.create_engine(dsn), first_commits=False)
    assert said == ["600ms", "0", "0"]


@pytest.mark.naive("snippets/resilience/naive_listener.py")
async def test_a_set_in_a_listener_stays_if_the_first_request_commits(dsn: str) -> None:
    said = await said_in(naive_listener.create_engine(dsn), first_commits=True)
    assert said == ["600ms", "600ms", "600ms"]


@pytest.mark.parametrize("commits", [True, False])
async def test_a_setting_of_the_connection_stays_whatever_the_first_does(
    commits: bool, dsn: str
) -> None:
    assert await said_in(timeouts.create_engine(dsn), first_commits=commits) == ["600ms"] * 3
