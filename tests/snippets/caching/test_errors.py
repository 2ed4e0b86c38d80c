"""The errors of redis-py that have a page, with their fixes."""

import asyncio
import re
import socket
import sys
from collections.abc import Iterator
from errno import ECONNREFUSED
from typing import Any

import httpx
import pytest
import redis as sync
from fastapi import FastAPI
from redis import ConnectionError as Unreachable
from redis import MaxConnectionsError
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

import lab
from snippets.caching import errors_closed as closed_pool
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


async def test_subscribers_fill_a_pool_that_waits(redis_lease: lab.RedisLease) -> None:
    async with waiting(redis_lease.url) as redis:
        redis.connection_pool.timeout = 0.01  # type: ignore[attr-defined]
        subscribers: list[Any] = [redis.pubsub() for _ in range(10)]
        for subscriber in subscribers:
            await subscriber.subscribe(f"{redis_lease.prefix}news")
        with pytest.raises(Unreachable, match=r"^No connection available\.$"):
            await redis.get("page")
        for subscriber in subscribers:
            await subscriber.aclose()


async def test_a_pool_that_waits_gives_up_with_another_text(redis_lease: lab.RedisLease) -> None:
    async with waiting(redis_lease.url) as redis:
        pool: Any = redis.connection_pool
        assert pool.timeout < 10
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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is nobody's address")
def test_another_address_of_the_machine_refuses_if_redis_is_bound_to_one() -> None:
    with lab.redis_server() as server:
        assert sync.Redis.from_url(server.url).ping()
        elsewhere = server.url.replace("127.0.0.1", "127.0.0.2")
        with pytest.raises(Unreachable, match=rf"^Error {ECONNREFUSED} connecting to 127\.0\.0\.2"):
            sync.Redis.from_url(elsewhere).ping()


async def test_a_name_of_two_addresses_is_refused_in_other_words(
    closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As localhost, where it means ::1 and 127.0.0.1."""

    def both(*args: Any, **options: Any) -> list[Any]:
        tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*tcp, ("127.0.0.1", port)) for port in (closed, 1)]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    said = f"^Error Multiple exceptions: .* connecting to localhost:{closed}"
    async with Redis.from_url(f"redis://localhost:{closed}") as redis:
        with pytest.raises(Unreachable, match=said):
            await redis.ping()


async def test_a_port_on_which_nobody_listens_refuses_the_async_client(closed: int) -> None:
    said = f"Error {ECONNREFUSED} connecting to 127.0.0.1:{closed}. Connect call failed"
    with pytest.raises(Unreachable, match=re.escape(said)):
        await ask_async(closed)


async def test_the_address_comes_from_the_environment(redis_lease: lab.RedisLease) -> None:
    assert await ask_configured({"REDIS_URL": redis_lease.url})


async def test_without_an_address_there_is_no_guess() -> None:
    with pytest.raises(KeyError, match="REDIS_URL"):
        await ask_configured({})


async def test_a_client_for_each_request_closes_the_connections_of_the_others(
    redis_lease: lab.RedisLease,
) -> None:
    key = f"{redis_lease.prefix}jobs"
    with pytest.raises(Unreachable, match=r"^Connection closed by server\.$"):
        await closed_pool.overlapping(redis_lease.url, key, closed_pool.job, closed_pool.page)


async def test_a_client_that_owns_no_pool_closes_none(redis_lease: lab.RedisLease) -> None:
    key = f"{redis_lease.prefix}jobs"
    found = await closed_pool.overlapping(
        redis_lease.url, key, closed_pool.job_shared, closed_pool.page_shared
    )
    assert found == [key.encode(), b"a job"] or found == (key.encode(), b"a job")


async def test_a_job_that_is_done_does_not_interrupt_another(redis_lease: lab.RedisLease) -> None:
    one, other = (f"{redis_lease.prefix}{name}" for name in ("one", "other"))
    pool = ConnectionPool.from_url(redis_lease.url, client_name=redis_lease.prefix)
    async with Redis.from_url(redis_lease.url) as admin:
        waiting = asyncio.ensure_future(closed_pool.job_shared(pool, other))
        while not await closed_pool.waits(admin, redis_lease.prefix):
            pass
        await admin.rpush(one, "a job")
        assert await closed_pool.job_shared(pool, one)
        await admin.rpush(other, "a job")
        assert await waiting
    await pool.aclose()


async def idle(server: lab.RedisServer, for_s: float = 0.0, **options: Any) -> object:
    """What is read after the server closed the connection, which was idle."""
    async with Redis.from_url(server.url, **options) as redis:
        await redis.set("page", "text")
        async with Redis.from_url(server.url) as admin:
            await admin.client_kill_filter(_type="normal", skipme=True)
        await asyncio.sleep(for_s)
        return await redis.get("page")


async def test_a_health_check_does_not_keep_an_idle_connection_and_a_retry_opens_another() -> None:
    with lab.redis_server() as server:
        with pytest.raises(Unreachable, match=r"^Connection closed by server\.$"):
            await idle(server, for_s=0.6, health_check_interval=0.5)
        assert await idle(server, retry=Retry(NoBackoff(), 1)) == b"text"


async def test_requests_of_a_service_that_overlap_share_one_client(
    redis_lease: lab.RedisLease,
) -> None:
    """As in redis-py's issue 3230: a pool in the lifespan, and many requests at once."""
    app = FastAPI()
    async with Redis.from_url(redis_lease.url) as redis:

        @app.get("/")
        async def read() -> bool:
            return [await redis.get("foo") for _ in range(5)] == [None] * 5

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            answers = await asyncio.gather(*(client.get("/") for _ in range(50)))
    assert [answer.json() for answer in answers] == [True] * 50
