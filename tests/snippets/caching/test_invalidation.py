"""A reader who is slower than a change."""

import pytest
from redis.asyncio import Redis

import lab
from snippets.caching.naive_delete import DeletingPrices
from snippets.caching.versioned import TTL_MS, Prices, VersionedPrices, race

EVERY = pytest.mark.parametrize("cache", [DeletingPrices, VersionedPrices])


@pytest.fixture
def key(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}price:1"


@EVERY
async def test_what_was_put_is_read_until_it_is_invalidated(
    redis: Redis, key: str, cache: type[Prices]
) -> None:
    prices = cache(redis)
    assert await prices.get(key) is None
    await prices.put(key, 1, 100)
    assert await prices.get(key) == 100
    await prices.invalidate(key, 2)
    assert await prices.get(key) is None
    await prices.put(key, 2, 200)
    assert await prices.get(key) == 200


@EVERY
async def test_nothing_stays_for_ever(redis: Redis, key: str, cache: type[Prices]) -> None:
    await cache(redis).put(key, 1, 100)
    assert 0 < await redis.pttl(key) <= TTL_MS


@EVERY
async def test_a_price_of_nothing_is_a_price(redis: Redis, key: str, cache: type[Prices]) -> None:
    await cache(redis).put(key, 1, 0)
    assert await cache(redis).get(key) == 0


@pytest.mark.naive("snippets/caching/naive_delete.py")
async def test_after_a_delete_the_slow_reader_stores_the_old_price(
    dsn: str, redis: Redis, key: str
) -> None:
    assert await race(dsn, DeletingPrices(redis), key) == (200, 100)


async def test_after_an_invalidation_the_slow_reader_stores_nothing(
    dsn: str, redis: Redis, key: str
) -> None:
    assert await race(dsn, VersionedPrices(redis), key) == (200, None)


async def test_a_version_does_not_replace_a_later_one_and_versions_are_numbers(
    redis: Redis, key: str
) -> None:
    prices = VersionedPrices(redis)
    await prices.put(key, 10, 1000)
    await prices.put(key, 9, 900)
    assert await prices.get(key) == 1000
    await prices.invalidate(key, 9)
    assert await prices.get(key) == 1000
    await prices.put(key, 11, 1100)
    assert await prices.get(key) == 1100


async def test_an_invalidation_is_remembered_for_the_time_of_a_value(
    redis: Redis, key: str
) -> None:
    await VersionedPrices(redis).invalidate(key, 2)
    assert 0 < await redis.pttl(key) <= TTL_MS
