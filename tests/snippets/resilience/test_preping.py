"""Connections that die in the pool: recycled by age, or pinged."""

import asyncio
from types import ModuleType

import asyncpg
import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience import naive_recycle, preping
from snippets.resilience.preping import KILL, failures, fill, request

KILLS = 3


async def kill(dsn: str) -> int:
    admin = await asyncpg.connect(dsn)
    killed = await admin.fetch(KILL)
    await admin.close()
    return len(killed)


async def backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        pid: int = await connection.scalar(text("SELECT pg_backend_pid()"))
    return pid


async def test_every_idle_connection_is_killed(dsn: str) -> None:
    engine = preping.create_engine(dsn)
    await fill(engine, 5)
    assert await kill(dsn) == 5
    await engine.dispose()


async def test_with_pre_ping_nobody_notices_that_idle_connections_died(dsn: str) -> None:
    assert await failures(preping.create_engine(dsn), dsn, KILLS) == 0


@pytest.mark.naive("snippets/resilience/naive_recycle.py")
async def test_with_recycle_the_first_request_after_each_kill_fails(dsn: str) -> None:
    assert await failures(naive_recycle.create_engine(dsn), dsn, KILLS) == KILLS


@pytest.mark.naive("snippets/resilience/naive_recycle.py")
async def test_recycle_finds_out_by_failing(dsn: str) -> None:
    engine = naive_recycle.create_engine(dsn)
    await request(engine)
    await kill(dsn)
    with pytest.raises(InterfaceError, match="connection is closed") as raised:
        await request(engine)
    assert raised.value.connection_invalidated
    await engine.dispose()


@pytest.mark.parametrize(("create", "failed"), [(naive_recycle, 5), (preping, 0)])
async def test_five_at_once_may_all_fail_without_a_ping(
    create: ModuleType, failed: int, dsn: str
) -> None:
    """The event loop has not heard of the end when they begin."""
    engine = create.create_engine(dsn)
    await fill(engine, 5)
    with psycopg.connect(dsn) as admin:  # which blocks the loop
        admin.execute(KILL)
    calls = (request(engine) for _ in range(5))
    raised = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(error is not None for error in raised) == failed
    await engine.dispose()


@pytest.mark.parametrize(("age_s", "connections"), [(-1, 1), (0, 3)])
async def test_recycle_replaces_what_is_older_than_its_age(
    age_s: int, connections: int, dsn: str
) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_recycle=age_s)
    assert len({await backend(engine) for _ in range(3)}) == connections
    await engine.dispose()


async def test_pre_ping_does_not_help_inside_a_transaction(dsn: str) -> None:
    engine = preping.create_engine(dsn)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        await kill(dsn)
        with pytest.raises(InterfaceError, match="connection is closed"):
            await connection.execute(text("SELECT 1"))
    await engine.dispose()
