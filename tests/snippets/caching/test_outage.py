"""Redis is stopped, silent, or back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from errno import ECONNREFUSED
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import ConnectionError as Unreachable
from redis import ResponseError
from redis import TimeoutError as Silent
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

import lab
from snippets.caching import naive_outage, outage
from snippets.caching.outage import PAUSE_S, OpenCache
from snippets.caching.silence import black_hole, load


class Time:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server() as server:
        yield server


@pytest.fixture
async def redis(server: lab.RedisServer) -> AsyncIterator[Redis]:
    async with outage.connect("127.0.0.1", port(server)) as redis:
        yield redis


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("redis.asyncio.retry.sleep", pause)
    return pauses


def port(server: lab.RedisServer) -> int:
    return urlsplit(server.url).port or 0


async def other() -> str:
    return "another value"


async def test_with_redis_a_value_is_loaded_once(redis: Redis) -> None:
    cache = OpenCache(redis)
    assert await cache.get("report", load) == "from the database"
    assert await cache.get("report", other) == "from the database"
    assert 0 < await redis.ttl("report") <= 60


async def test_a_request_is_served_while_redis_is_stopped_and_from_redis_when_it_is_back(
    server: lab.RedisServer, redis: Redis
) -> None:
    time = Time()
    cache = OpenCache(redis, time)
    server.stop()
    assert await cache.get("report", load) == "from the database"
    server.start()
    time.now += PAUSE_S
    await cache.get("report", load)
    assert await cache.get("report", other) == "from the database"


async def test_a_request_is_served_while_redis_is_silent(
    server: lab.RedisServer, redis: Redis
) -> None:
    cache = OpenCache(redis)
    await cache.get("report", load)
    server.pause()
    assert await cache.get("report", other) == "another value"
    server.resume()


async def test_of_a_hundred_requests_one_asks_a_silent_redis(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await outage.demonstrate()
    assert capsys.readouterr().out.splitlines() == [
        "requests answered: 100 {'from the database'}",
        "connections tried: 1",
    ]


async def test_after_a_failure_redis_is_not_asked_for_a_while() -> None:
    time = Time()
    async with black_hole() as (hole, taken):
        cache = OpenCache(outage.connect("127.0.0.1", hole), time)
        for _ in range(10):
            await cache.get("report", load)
        assert len(taken) == 1
        time.now += PAUSE_S
        await cache.get("report", load)
        assert len(taken) == 2


async def test_an_error_of_the_program_is_not_taken_for_an_outage(redis: Redis) -> None:
    await redis.lpush("report", "no text")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await OpenCache(redis).get("report", load)


async def test_a_failed_load_reaches_the_reader(redis: Redis) -> None:
    async def fail() -> str:
        raise LookupError("the database is away")

    with pytest.raises(LookupError, match="the database is away"):
        await OpenCache(redis).get("report", fail)


@pytest.mark.naive("snippets/caching/naive_outage.py")
async def test_the_default_client_asks_a_silent_redis_eleven_times(
    no_waiting: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    await naive_outage.demonstrate(timeout_s=0.02)
    assert capsys.readouterr().out.splitlines() == [
        "request: TimeoutError",
        "connections tried: 11, for 5 s each",
    ]
    assert len(no_waiting) == 10


@pytest.mark.naive("snippets/caching/naive_outage.py")
async def test_the_request_fails_with_the_cache(
    server: lab.RedisServer, no_waiting: list[float]
) -> None:
    server.stop()
    redis = naive_outage.connect("127.0.0.1", port(server))
    with pytest.raises(Unreachable, match=rf"^Error {ECONNREFUSED} connecting to 127\.0\.0\.1"):
        await naive_outage.TrustingCache(redis).get("report", load)
    assert len(no_waiting) == 10


async def test_with_redis_the_default_client_caches(server: lab.RedisServer) -> None:
    async with naive_outage.connect("127.0.0.1", port(server)) as redis:
        cache = naive_outage.TrustingCache(redis)
        await cache.get("report", load)
        assert await cache.get("report", other) == "from the database"


def test_the_constructor_retries_ten_times_and_from_url_does_not() -> None:
    default = Redis().get_retry()
    assert default == Retry(ExponentialWithJitterBackoff(base=0.01, cap=1), 10)
    pool: Any = Redis.from_url("redis://localhost").connection_pool
    made = pool.make_connection()
    assert made.retry.get_retries() == 0
    assert made.socket_timeout == made.socket_connect_timeout == 5


def test_the_limits_of_the_client_are_written_down() -> None:
    pool: Any = outage.connect("127.0.0.1", 6379).connection_pool
    made = pool.make_connection()
    assert made.socket_timeout == made.socket_connect_timeout == outage.ANSWER_S < 1
    assert made.retry.get_retries() == 0


async def test_from_url_asks_a_silent_redis_once() -> None:
    async with black_hole() as (hole, taken):
        redis = Redis.from_url(f"redis://127.0.0.1:{hole}", socket_timeout=0.02)
        with pytest.raises(Silent, match=r"^Timeout reading from 127\.0\.0\.1"):
            await redis.get("report")
        await asyncio.sleep(0)
        assert len(taken) == 1
