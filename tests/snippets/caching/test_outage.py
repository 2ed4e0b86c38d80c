"""Redis is stopped, silent, or back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from errno import ECONNREFUSED
from time import sleep as blocking_sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import ConnectionError as Unreachable
from redis import TimeoutError as Silent
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

import lab
from snippets.caching import bounded, naive_outage, outage
from snippets.caching.bounded import ANSWER_S, PAUSE_S, Bounded
from snippets.caching.outage import OpenCache
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
async def redis(server: lab.RedisServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    """Its answers are waited for, however slow the machine."""
    monkeypatch.setattr(bounded, "ANSWER_S", 10.0)
    async with bounded.connect("127.0.0.1", port(server)) as redis:
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


class Loads:
    """A database that counts what it is asked."""

    count = 0

    async def __call__(self, key: str) -> str:
        """Another value each time."""
        self.count += 1
        return f"load {self.count}"


async def test_with_redis_a_value_is_loaded_once(redis: Redis) -> None:
    cache = OpenCache(redis, Loads(), Time())
    assert [await cache.get("report") for _ in range(3)] == ["load 1"] * 3
    assert 0 < await redis.ttl("report") <= 60


async def test_a_request_is_served_while_redis_is_stopped_and_from_redis_when_it_is_back(
    server: lab.RedisServer, redis: Redis
) -> None:
    time = Time()
    cache = OpenCache(redis, Loads(), time)
    server.stop()
    assert [await cache.get("report") for _ in range(2)] == ["load 1", "load 2"]
    server.start()
    time.now += PAUSE_S
    assert [await cache.get("report") for _ in range(2)] == ["load 3", "load 3"]


async def test_a_request_is_served_while_redis_is_silent(
    server: lab.RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = OpenCache(redis, Loads(), Time())
    await cache.get("report")
    server.pause()
    monkeypatch.setattr(bounded, "ANSWER_S", 0.1)
    assert await cache.get("report") == "load 2"
    server.resume()


def test_who_comes_after_the_first_does_not_wait_for_a_silent_redis(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asyncio.run(outage.demonstrate())
    assert capsys.readouterr().out.splitlines() == [
        "first 1: answers 1, waited for Redis: 1",
        "next 1: answers 1, waited for Redis: 0",
        "first 100: answers 100, waited for Redis: 100",
        "next 100: answers 100, waited for Redis: 0",
    ]


async def test_after_the_pause_one_asks_for_all() -> None:
    time = Time()
    async with black_hole() as (hole, taken), bounded.connect("127.0.0.1", hole) as redis:
        cache = OpenCache(redis, load, time)
        await cache.get("report")
        time.now += PAUSE_S
        await asyncio.gather(*(cache.get("report") for _ in range(50)))
        assert len(taken) == 2


async def test_a_canceled_request_leaves_the_question_to_the_next_after_a_pause() -> None:
    time = Time()
    async with black_hole() as (hole, taken), bounded.connect("127.0.0.1", hole) as redis:
        cache = OpenCache(redis, load, time)
        await cache.get("report")
        for asked in (2, 3):
            time.now += PAUSE_S
            asking = asyncio.create_task(cache.get("report"))
            while len(taken) < asked:  # noqa: ASYNC110 — somebody else's list
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            assert asking.cancelled()


async def test_a_crowd_at_a_healthy_redis_is_no_outage(redis: Redis) -> None:
    """More than the pool has connections, and more than redis-py has by default."""
    loads = Loads()
    cache = OpenCache(redis, loads, Time())
    await cache.get("report")
    await asyncio.gather(*(cache.get("report") for _ in range(150)))
    await asyncio.gather(*(cache.get("report") for _ in range(3)))
    assert loads.count == 1
    assert len(await redis.client_list()) <= 20  # Redis has a limit, too
    assert not cache.bounded.failures


async def test_who_waits_too_long_while_others_are_answered_does_not_turn_redis_off() -> None:
    """Of two, one is answered and one is not."""
    bound = Bounded(Time())
    answered = asyncio.Event()

    async def answer() -> str:
        answered.set()
        return "here"

    async def keep_waiting() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    waiting = asyncio.create_task(bound.ask(keep_waiting))
    await asyncio.sleep(0)
    assert await bound.ask(answer) == "here"
    assert await waiting is None
    answered.clear()
    assert await bound.ask(answer) == "here"
    assert bound.failures == {"TimeoutError": 1}


async def test_a_stall_of_the_loop_is_taken_for_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is there, and the time is over before anybody looks at it."""
    monkeypatch.setattr(bounded, "ANSWER_S", 0.01)
    loop, bound = asyncio.get_running_loop(), Bounded(Time())
    answer = loop.create_future()
    asking = asyncio.create_task(bound.ask(lambda: answer))
    await asyncio.sleep(0)
    loop.call_soon(answer.set_result, "here")
    blocking_sleep(0.02)  # noqa: ASYNC251 — the stall
    assert await asking is None
    assert bound.failures == {"TimeoutError": 1}
    assert await bound.ask(load, "report") is None


async def test_the_limit_covers_the_wait_for_a_connection() -> None:
    """Of 200 behind 20 connections that say nothing, most are never connected."""
    async with black_hole() as (hole, taken), bounded.connect("127.0.0.1", hole) as redis:
        cache = OpenCache(redis, load, Time())
        await asyncio.gather(*(cache.get("report") for _ in range(200)))
        assert 20 <= len(taken) < 150


async def test_a_connection_that_redis_closed_while_it_was_idle_is_no_outage(redis: Redis) -> None:
    loads = Loads()
    cache = OpenCache(redis, loads, Time())
    await asyncio.gather(*(cache.get("report") for _ in range(20)))
    loads.count = 0
    await redis.client_kill_filter(_type="normal", skipme=True)
    assert len(await redis.client_list()) == 1
    await asyncio.gather(*(cache.get("report") for _ in range(20)))
    assert loads.count == 0
    assert not cache.bounded.failures


@pytest.mark.parametrize("entry", [b"no JSON", b"\xff", b""])
async def test_an_entry_that_nobody_can_read_is_loaded_again(redis: Redis, entry: bytes) -> None:
    await redis.set("report", entry)
    cache = OpenCache(redis, Loads(), Time())
    assert [await cache.get("report") for _ in range(2)] == ["load 1"] * 2


async def test_a_full_redis_fails_no_request_and_is_still_read(redis: Redis) -> None:
    cache = OpenCache(redis, Loads(), Time())
    await cache.get("report")
    await redis.config_set("maxmemory-policy", "noeviction")
    await redis.config_set("maxmemory", 1)
    assert await cache.get("list") == "load 2"
    assert await cache.get("report") == "load 1"
    assert cache.bounded.failures == {"OutOfMemoryError": 1}


async def test_an_error_of_the_program_is_counted_and_fails_no_request(redis: Redis) -> None:
    await redis.lpush("report", "no text")
    cache = OpenCache(redis, Loads(), Time())
    assert await cache.get("report") == "load 1"
    assert cache.bounded.failures == {"ResponseError": 1}


async def test_a_host_without_an_address_is_an_outage() -> None:
    """Where DNS fails too, a request is served."""
    async with bounded.connect("redis.invalid", 6379) as redis:
        cache = OpenCache(redis, Loads(), Time())
        assert await cache.get("report") == "load 1"
    assert sum(cache.bounded.failures.values()) == 1


async def test_a_failed_load_reaches_the_reader(redis: Redis) -> None:
    async def fail(key: str) -> str:
        raise LookupError("the database is away")

    with pytest.raises(LookupError, match="the database is away"):
        await OpenCache(redis, fail, Time()).get("report")


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
        await naive_outage.TrustingCache(redis, load).get("report")
    assert len(no_waiting) == 10


async def test_with_redis_the_default_client_caches(server: lab.RedisServer) -> None:
    async with naive_outage.connect("127.0.0.1", port(server)) as redis:
        cache = naive_outage.TrustingCache(redis, Loads())
        assert [await cache.get("report") for _ in range(2)] == ["load 1"] * 2


def test_the_constructor_retries_ten_times_and_from_url_does_not() -> None:
    default = Redis().get_retry()
    assert default == Retry(ExponentialWithJitterBackoff(base=0.01, cap=1), 10)
    pool: Any = Redis.from_url("redis://localhost").connection_pool
    made = pool.make_connection()
    assert made.retry.get_retries() == 0
    assert made.socket_timeout == made.socket_connect_timeout == 5


def test_the_limits_of_the_client_are_written_down() -> None:
    pool: Any = bounded.connect("127.0.0.1", 6379).connection_pool
    made = pool.make_connection()
    assert made.socket_timeout == made.socket_connect_timeout == ANSWER_S < 1
    assert made.retry.get_retries() == 1


async def test_from_url_asks_a_silent_redis_once() -> None:
    async with black_hole() as (hole, taken):
        redis = Redis.from_url(f"redis://127.0.0.1:{hole}", socket_timeout=0.02)
        with pytest.raises(Silent, match=r"^Timeout reading from 127\.0\.0\.1"):
            await redis.get("report")
        await asyncio.sleep(0)
        assert len(taken) == 1
