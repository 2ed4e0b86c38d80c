"""Every limit is in force, and one fits inside the next."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience import naive_listener, timeouts
from snippets.resilience.limits import LIMITS
from snippets.resilience.naive_listener import timeouts as said_in
from snippets.resilience.retrying import retry_transaction
from snippets.resilience.stretch import stretched

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


async def test_the_first_connection_of_an_engine_takes_more_than_connecting(dsn: str) -> None:
    """SQLAlchemy asks it questions, of which asyncpg's clock for connecting knows nothing."""
    async with stretched(dsn) as wire:
        engine = timeouts.create_engine(wire.dsn)
        trips = [0]
        async with AsyncExitStack() as opened:
            for _ in range(3):
                await opened.enter_async_context(engine.connect())
                trips.append(wire.trips)
        await engine.dispose()
    assert [after - before for before, after in pairwise(trips)] == [12, 2, 2]


async def test_what_is_cut_off_while_it_waits_for_something_else_is_tried_again(
    dsn: str,
) -> None:
    """Nothing tells the client that its connection ended by a limit."""
    engine = timeouts.create_engine(dsn)
    ran = 0

    async def transaction() -> None:
        nonlocal ran
        ran += 1
        async with engine.begin() as connection:
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
            if ran == 1:
                await ended(dsn, pid)
            await connection.execute(text("SELECT 1"))

    await retry_transaction(transaction, deadline_s=30.0)
    await engine.dispose()
    assert ran == 2


async def ended(dsn: str, pid: int) -> None:
    """Wait for the server to end this process by a limit of its own."""
    admin = await asyncpg.connect(dsn)
    query = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
    async with asyncio.timeout(30):
        while await admin.fetchval(query, pid):
            pass
    await admin.close()


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
