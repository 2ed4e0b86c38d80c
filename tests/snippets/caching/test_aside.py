"""What is stored, what is loaded again, and for how long."""

from typing import Any

import pytest
from redis.asyncio import Redis

import lab
from snippets.caching import aside, naive_aside
from snippets.caching.aside import ABSENT_TTL_S, JITTER, TTL_S, VALUES, Cached, loads

CACHED = pytest.mark.parametrize("cached", [naive_aside.cached, aside.cached])


@pytest.fixture
def key(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}value"


@CACHED
async def test_a_value_that_is_true_is_loaded_once(redis: Redis, key: str, cached: Cached) -> None:
    assert await loads(redis, [key] * 100, cached, {"name": "Ada"}) == 1


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_every_value_is_loaded_once(redis: Redis, key: str, value: Any) -> None:
    assert await loads(redis, [key] * 100, aside.cached, value) == 1


@CACHED
async def test_ids_that_are_asked_for_once_are_loaded_whatever_is_remembered(
    redis: Redis, key: str, cached: Cached
) -> None:
    keys = [f"{key}:{row}" for row in range(50)]
    assert await loads(redis, keys, cached, None) == 50
    left = sum([await redis.exists(key) for key in keys])
    assert left == (50 if cached is aside.cached else 0)


@pytest.mark.naive("snippets/caching/naive_aside.py")
@pytest.mark.parametrize("value", [0, [], {}, "", None, False])
async def test_a_value_that_is_false_is_loaded_at_every_read(
    redis: Redis, key: str, value: Any
) -> None:
    assert await loads(redis, [key] * 100, naive_aside.cached, value) == 100


@CACHED
async def test_a_failed_load_is_raised_and_not_stored(
    redis: Redis, key: str, cached: Cached
) -> None:
    async def load() -> Any:
        raise LookupError("the database is away")

    with pytest.raises(LookupError, match="the database is away"):
        await cached(redis, key, load)
    assert not await redis.exists(key)


async def left_s(redis: Redis, keys: list[str], value: Any) -> list[float]:
    async def load() -> Any:
        return value

    for key in keys:
        await aside.cached(redis, key, load)
    return [await redis.pttl(key) / 1000 for key in keys]


@pytest.mark.parametrize(("value", "ttl_s"), [("Ada", TTL_S), (0, TTL_S), (None, ABSENT_TTL_S)])
async def test_an_absent_row_is_remembered_for_less_long(
    redis: Redis, key: str, value: Any, ttl_s: float
) -> None:
    (left,) = await left_s(redis, [key], value)
    assert ttl_s * (1 - JITTER) - 20 < left <= ttl_s * (1 + JITTER)


async def test_what_is_stored_together_does_not_expire_together(redis: Redis, key: str) -> None:
    left = await left_s(redis, [f"{key}:{number}" for number in range(50)], "Ada")
    assert max(left) - min(left) > TTL_S * JITTER
