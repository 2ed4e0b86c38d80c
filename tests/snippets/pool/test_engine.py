"""The default engine with its overflow, and one without."""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from snippets.pool import engine, naive_overflow
from snippets.pool.engine import POOL_SIZE, POOL_TIMEOUT_S, opened
from snippets.resilience.wire import Wire, through

WAVES = 3


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine, a connection opens in time."""
    monkeypatch.setattr(engine, "POOL_TIMEOUT_S", 30.0)
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", 30.0)
    monkeypatch.setattr(engine, "COMMAND_TIMEOUT_S", 30.0)


@pytest.mark.naive("snippets/pool/naive_overflow.py")
async def test_the_default_engine_opens_ten_connections_anew_in_every_wave(dsn: str) -> None:
    assert await opened(naive_overflow.create_engine(dsn), WAVES, at_once=15) == 5 + 10 * WAVES


async def test_the_default_engine_keeps_its_overflow_while_somebody_waits_for_it(dsn: str) -> None:
    """An overflow connection is closed when five others are idle, and not before."""
    default = naive_overflow.create_engine(dsn)
    opened = 0

    @event.listens_for(default.sync_engine, "connect")
    def count(*_: object) -> None:
        nonlocal opened
        opened += 1

    async with AsyncExitStack() as holders:
        for _ in range(14):
            await holders.enter_async_context(default.connect())
        for _ in range(20):  # one at a time comes back, and is taken again
            async with default.connect():
                pass
    await default.dispose()
    assert opened == 15


@pytest.mark.usefixtures("patient")
async def test_an_engine_without_overflow_opens_each_connection_once(dsn: str) -> None:
    assert await opened(engine.create_engine(dsn), WAVES, at_once=POOL_SIZE) == POOL_SIZE


@pytest.mark.usefixtures("patient")
async def test_an_engine_without_overflow_never_opens_more_than_its_size(dsn: str) -> None:
    assert await opened(engine.create_engine(dsn), 1, at_once=2 * POOL_SIZE) == POOL_SIZE


def test_the_pool_gives_up_after_its_timeout(dsn: str) -> None:
    pool = engine.create_engine(dsn).pool
    assert isinstance(pool, QueuePool)
    assert pool.timeout() == POOL_TIMEOUT_S


async def test_opening_a_connection_to_a_silent_server_ends_too(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeout of the pool bounds the line only; that of asyncpg is a minute."""
    monkeypatch.setattr(engine, "CONNECT_TIMEOUT_S", 0.1)
    async with through(dsn, Wire(silent=True)) as address, asyncio.timeout(10):
        bounded = engine.create_engine(address)
        with pytest.raises(TimeoutError):
            await bounded.connect()
        await bounded.dispose()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("falls_silent", ["before a statement", "before it is given back"])
async def test_a_server_that_falls_silent_keeps_no_connection_out(
    dsn: str, monkeypatch: pytest.MonkeyPatch, falls_silent: str
) -> None:
    """Without the timeout of asyncpg's commands it would be out for as long as TCP hopes."""
    monkeypatch.setattr(engine, "COMMAND_TIMEOUT_S", 1.0)
    wire = Wire()
    async with through(dsn, wire) as address, asyncio.timeout(20):
        bounded = engine.create_engine(address)

        async def request(silent: bool) -> None:
            async with bounded.connect() as connection:
                await connection.execute(text("SELECT 1"))
                wire.silent = silent
                if falls_silent == "before a statement":
                    await connection.execute(text("SELECT 2"))

        await request(silent=False)
        with pytest.raises(TimeoutError):
            await request(silent=True)
        assert isinstance(bounded.pool, QueuePool)
        assert bounded.pool.checkedout() == 0
        wire.silent = False
        await request(silent=False)
        await bounded.dispose()


@pytest.mark.usefixtures("patient")
async def test_closing_what_fell_silent_takes_two_seconds_more_at_most(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A constant of SQLAlchemy's, which belongs to the sum of what a request may wait."""
    monkeypatch.setattr(engine, "COMMAND_TIMEOUT_S", 1.0)
    allowed: list[object] = []
    close = asyncpg.Connection.close

    def closing(connection: asyncpg.Connection, **options: Any) -> Awaitable[None]:
        allowed.append(options["timeout"])
        closed: Awaitable[None] = close(connection, **options)
        return closed

    wire = Wire()
    async with through(dsn, wire) as address, asyncio.timeout(20):
        bounded = engine.create_engine(address)
        connection = await bounded.connect()
        wire.silent = True
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, "close", closing)
            with pytest.raises(TimeoutError):
                await connection.execute(text("SELECT 1"))
        assert allowed == [2]
        wire.silent = False
        await connection.close()
        await bounded.dispose()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(("size", "refused"), [(2, 2), (4, 0)])
async def test_a_bigger_pool_serves_whom_a_small_one_refuses_while_postgresql_only_waits(
    dsn: str, monkeypatch: pytest.MonkeyPatch, size: int, refused: int
) -> None:
    """Where no core is busy and nothing but the database is awaited, a bigger pool is the cure."""
    monkeypatch.setattr(engine, "POOL_SIZE", size)
    monkeypatch.setattr(engine, "POOL_TIMEOUT_S", 0.2)
    sized = engine.create_engine(dsn)

    async def request() -> None:
        async with sized.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(1)"))

    outcomes = await asyncio.gather(*(request() for _ in range(4)), return_exceptions=True)
    await sized.dispose()
    assert [type(outcome) for outcome in outcomes if outcome] == [PoolTimeout] * refused


def test_an_async_engine_takes_the_async_pool_by_itself(dsn: str) -> None:
    assert type(engine.create_engine(dsn).pool) is AsyncAdaptedQueuePool


def test_an_async_engine_refuses_the_pool_of_the_sync_one() -> None:
    url = make_url("postgresql+asyncpg://")
    refusal = "Pool class QueuePool cannot be used with asyncio engine"
    with pytest.raises(ArgumentError, match=refusal):
        create_async_engine(url, poolclass=QueuePool)
