"""The fixtures isolate tests from one another."""

import gc
import os

import asyncpg
import hypothesis
import pytest
import redis

import lab


async def test_what_a_connection_does_is_seen_by_nobody_else(
    connection: asyncpg.Connection, worker_dsn: str
) -> None:
    await connection.execute("CREATE TABLE unseen ()")
    assert await connection.fetchval("SELECT to_regclass('unseen')")
    other = await asyncpg.connect(worker_dsn)
    try:
        assert await other.fetchval("SELECT to_regclass('unseen')") is None
    finally:
        await other.close()


async def test_a_test_may_end_in_a_failed_transaction(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.execute("SELECT 1 / 0")
    assert connection.is_in_transaction()


async def test_each_test_has_a_database_of_its_own(dsn: str, worker_dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        name = await connection.fetchval("SELECT current_database()")
    finally:
        await connection.close()
    assert name.startswith("under_load_")
    assert dsn not in (worker_dsn, os.environ["DATABASE_URL"])


def test_each_test_has_a_prefix_of_its_own(redis_lease: lab.RedisLease) -> None:
    with redis.Redis.from_url(redis_lease.url) as client:
        assert not client.keys(f"{redis_lease.prefix}*")
    assert redis_lease.url == os.environ["REDIS_URL"]


def test_a_slow_example_of_a_property_is_no_failure() -> None:
    assert hypothesis.settings().deadline is None


def test_garbage_is_collected_by_now_and_what_was_imported_is_none() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
