"""The two errors of redis-py that have a page, with their fixes."""

import re
import socket
from collections.abc import Iterator
from errno import ECONNREFUSED
from typing import Any

import pytest
import redis as sync
from redis import ConnectionError as Unreachable
from redis import MaxConnectionsError
from redis.asyncio import Redis

import lab
from snippets.caching.errors_max_connections import default, report, waiting
from snippets.caching.errors_refused import ask, ask_async, ask_configured


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that is taken, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_two_hundred_reads_at_once_are_too_many_for_a_default_client(
    redis_lease: lab.RedisLease,
) -> None:
    async with default(redis_lease.url) as redis:
        with pytest.raises(MaxConnectionsError) as raised:
            await report(redis)
    assert str(raised.value) == "Too many connections"
    assert isinstance(raised.value, Unreachable)


async def test_a_pool_that_waits_answers_them_with_ten_connections(
    redis_lease: lab.RedisLease,
) -> None:
    async with waiting(redis_lease.url) as redis:
        assert await report(redis) == 200
        pool = redis.connection_pool
        assert len(pool._available_connections) == pool.max_connections == 10


async def test_a_pool_that_waits_gives_up_with_another_text(redis_lease: lab.RedisLease) -> None:
    async with waiting(redis_lease.url) as redis:
        pool: Any = redis.connection_pool
        pool.timeout = 0.01
        taken = [await pool.get_connection() for _ in range(10)]
        with pytest.raises(Unreachable, match=r"^No connection available\.$"):
            await redis.get("page")
        for connection in taken:
            await pool.release(connection)


def test_the_default_is_a_hundred_connections_in_both_clients() -> None:
    assert Redis().connection_pool.max_connections == 100
    assert sync.Redis().connection_pool.max_connections == 100


def test_a_port_on_which_nobody_listens_refuses_the_sync_client(closed: int) -> None:
    with pytest.raises(Unreachable) as raised:
        ask(closed)
    assert str(raised.value) == (
        f"Error {ECONNREFUSED} connecting to localhost:{closed}. Connection refused."
    )


async def test_a_port_on_which_nobody_listens_refuses_the_async_client(closed: int) -> None:
    said = f"Error {ECONNREFUSED} connecting to 127.0.0.1:{closed}. Connect call failed"
    with pytest.raises(Unreachable, match=re.escape(said)):
        await ask_async(closed)


async def test_the_address_comes_from_the_environment(redis_lease: lab.RedisLease) -> None:
    assert await ask_configured({"REDIS_URL": redis_lease.url})


async def test_without_an_address_there_is_no_guess() -> None:
    with pytest.raises(KeyError, match="REDIS_URL"):
        await ask_configured({})
