"""The first of two servers stops taking writes, and the second begins to."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

import lab
from snippets.resilience import failover, naive_failover
from snippets.resilience.promotion import fail_over, hosts, set_read_only
from snippets.resilience.retrying import retry_transaction
from snippets.resilience.wire import Wire, through


@pytest.fixture
def servers() -> Iterator[tuple[str, str]]:
    with lab.postgres_server() as first, lab.postgres_server() as second:
        yield first.dsn, second.dsn


@pytest.mark.naive("snippets/resilience/naive_failover.py")
async def test_connections_to_the_old_server_fail_for_ever(servers: tuple[str, str]) -> None:
    assert await fail_over(servers, naive_failover.create_engine) == (0, 5)


async def test_the_old_server_is_left_at_its_first_refusal(servers: tuple[str, str]) -> None:
    assert await fail_over(servers, failover.create_engine) == (0, 0)


async def test_one_refusal_empties_the_pool(servers: tuple[str, str]) -> None:
    engine = failover.create_engine(hosts(servers))
    both = [await engine.connect() for _ in range(2)]
    for connection in both:
        await connection.close()
    await set_read_only(servers[0], "on")
    with pytest.raises(DBAPIError, match="read-only transaction") as raised:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE t ()"))
    assert raised.value.connection_invalidated
    async with engine.begin() as connection:  # a connection to the second server
        await connection.execute(text("CREATE TABLE t ()"))
    await engine.dispose()


async def test_other_errors_keep_the_connection(servers: tuple[str, str]) -> None:
    engine = failover.create_engine(hosts(servers))
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text("SELECT * FROM none"))
    assert not raised.value.connection_invalidated
    await engine.dispose()


async def test_a_request_waits_until_a_server_takes_writes(servers: tuple[str, str]) -> None:
    for dsn in servers:
        await set_read_only(dsn, "on")
    engine = failover.create_engine(hosts(servers))
    attempts = 0
    again = asyncio.Event()

    async def transaction() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 2:
            again.set()
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE t ()"))

    request = asyncio.ensure_future(retry_transaction(transaction, 30.0))
    await again.wait()
    await set_read_only(servers[1], "off")
    await request
    await engine.dispose()


async def test_a_silent_first_server_uses_up_the_time_for_both(servers: tuple[str, str]) -> None:
    """Asyncpg's connect timeout counts for all hosts together."""
    arguments = {"target_session_attrs": "read-write", "timeout": 0.5}
    async with through(servers[0], Wire(silent=True)) as silent:
        engine = create_async_engine(hosts((silent, servers[1])), connect_args=arguments)
        with pytest.raises(TimeoutError):
            await engine.connect()
    async with engine.connect():  # the first refuses now, and so the second is asked
        pass
    await engine.dispose()
