"""The default engine with its overflow, and one without."""

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from snippets.pool import engine, naive_overflow
from snippets.pool.engine import POOL_SIZE, POOL_TIMEOUT_S, opened

WAVES = 3


@pytest.mark.naive("snippets/pool/naive_overflow.py")
async def test_the_default_engine_opens_ten_connections_anew_in_every_wave(dsn: str) -> None:
    assert await opened(naive_overflow.create_engine(dsn), WAVES, at_once=15) == 5 + 10 * WAVES


async def test_an_engine_without_overflow_opens_each_connection_once(dsn: str) -> None:
    assert await opened(engine.create_engine(dsn), WAVES, at_once=POOL_SIZE) == POOL_SIZE


async def test_an_engine_without_overflow_never_opens_more_than_its_size(dsn: str) -> None:
    assert await opened(engine.create_engine(dsn), 1, at_once=2 * POOL_SIZE) == POOL_SIZE


def test_the_pool_gives_up_after_its_timeout(dsn: str) -> None:
    pool = engine.create_engine(dsn).pool
    assert isinstance(pool, QueuePool)
    assert pool.timeout() == POOL_TIMEOUT_S


def test_an_async_engine_takes_the_async_pool_by_itself(dsn: str) -> None:
    assert type(engine.create_engine(dsn).pool) is AsyncAdaptedQueuePool


def test_an_async_engine_refuses_the_pool_of_the_sync_one() -> None:
    url = make_url("postgresql+asyncpg://")
    refusal = "Pool class QueuePool cannot be used with asyncio engine"
    with pytest.raises(ArgumentError, match=refusal):
        create_async_engine(url, poolclass=QueuePool)
