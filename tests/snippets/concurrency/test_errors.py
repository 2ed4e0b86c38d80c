"""The errors of this article, raised and mended."""

import asyncpg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from snippets.concurrency import errors_operation as operation
from snippets.concurrency import errors_poolclass as poolclass


@pytest.fixture
async def tables_dsn(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    await connection.execute(operation.TABLES)
    await connection.close()
    return dsn


async def test_two_statements_on_one_connection_at_once_raise(tables_dsn: str) -> None:
    text = "^cannot perform operation: another operation is in progress$"
    with pytest.raises(asyncpg.InterfaceError, match=text):
        await operation.count(tables_dsn)


async def test_two_statements_on_two_connections_do_not(tables_dsn: str) -> None:
    assert await operation.count_pooled(tables_dsn) == [0, 0]


async def test_they_run_in_two_server_processes(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "ORDERS", "SELECT pg_backend_pid()")
    monkeypatch.setattr(operation, "PAYMENTS", "SELECT pg_backend_pid()")
    assert len(set(await operation.count_pooled(dsn))) == 2


def test_an_async_engine_refuses_the_pool_of_the_sync_one() -> None:
    text = "^Pool class QueuePool cannot be used with asyncio engine"
    with pytest.raises(ArgumentError, match=text):
        poolclass.with_queue_pool(poolclass.DATABASE)


def test_a_sync_engine_refuses_the_pool_of_the_async_one() -> None:
    text = "^Pool class AsyncAdaptedQueuePool cannot be used with non-asyncio engine"
    with pytest.raises(ArgumentError, match=text):
        create_engine("postgresql+psycopg://", poolclass=AsyncAdaptedQueuePool)


def test_an_async_engine_without_a_pool_class_has_the_async_one() -> None:
    pool = poolclass.with_default_pool(poolclass.DATABASE).pool
    assert type(pool) is AsyncAdaptedQueuePool
    assert pool.size() == 10
