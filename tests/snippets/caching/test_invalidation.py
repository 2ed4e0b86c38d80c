"""A reader who is slower than a change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

import lab
from snippets.caching.leased import LEASE_MS, MARK, TTL_MS, LeasingPrices
from snippets.caching.naive_delete import DeletingPrices
from snippets.caching.slow_reader import CHANGE, PRICES, READ, Prices, race

EVERY = pytest.mark.parametrize("cache", [DeletingPrices, LeasingPrices])


@pytest.fixture
def key(redis_lease: lab.RedisLease) -> str:
    return f"{redis_lease.prefix}price:1"


def price(cents: int) -> Callable[[], Awaitable[int]]:
    async def load() -> int:
        return cents

    return load


async def unread() -> int:
    raise AssertionError("it was in the cache")


@EVERY
async def test_what_was_loaded_is_read_until_it_is_invalidated(
    redis: Redis, key: str, cache: type[Prices]
) -> None:
    prices = cache(redis)
    assert await prices.get(key, price(100)) == 100
    assert await prices.get(key, unread) == 100
    await prices.invalidate(key)
    assert await prices.get(key, price(200)) == 200
    assert await prices.get(key, unread) == 200


@EVERY
async def test_nothing_stays_for_ever(redis: Redis, key: str, cache: type[Prices]) -> None:
    await cache(redis).get(key, price(100))
    assert 0 < await redis.pttl(key) <= TTL_MS


@EVERY
async def test_a_price_of_nothing_is_a_price(redis: Redis, key: str, cache: type[Prices]) -> None:
    await cache(redis).get(key, price(0))
    assert await cache(redis).get(key, unread) == 0


@pytest.mark.naive("snippets/caching/naive_delete.py")
async def test_after_a_delete_the_slow_reader_stores_the_old_price(
    dsn: str, redis: Redis, key: str
) -> None:
    assert await race(dsn, DeletingPrices(redis), key) == (200, 100)


async def test_after_an_invalidation_the_slow_reader_stores_nothing(
    dsn: str, redis: Redis, key: str
) -> None:
    assert await race(dsn, LeasingPrices(redis), key) == (200, 200)


class Slow:
    """A load that has read, and answers when it is told to."""

    def __init__(self, cents: int) -> None:
        self.cents = cents
        self.has_read, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> int:
        """The price that it read."""
        self.has_read.set()
        await self.go_on.wait()
        return self.cents


async def test_a_lease_that_is_lost_stores_nothing_whoever_took_it(redis: Redis, key: str) -> None:
    """Evicted, expired, or gone with a restart: each is a key that is away."""
    slow = Slow(100)
    reading = asyncio.create_task(LeasingPrices(redis).get(key, slow))
    await slow.has_read.wait()
    assert 0 < await redis.pttl(key) <= LEASE_MS
    await redis.delete(key)
    slow.go_on.set()
    assert await reading == 100
    assert not await redis.exists(key)


@pytest.fixture
def small() -> Iterator[lab.RedisServer]:
    """A server of our own, whose memory will be limited."""
    with lab.redis_server() as server:
        yield server


async def test_a_full_redis_evicts_the_lease_and_the_old_price_does_not_come_back(
    small: lab.RedisServer,
) -> None:
    async with Redis.from_url(small.url) as redis:
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        slow = Slow(100)
        reading = asyncio.create_task(LeasingPrices(redis).get("price", slow))
        await slow.has_read.wait()
        used = (await redis.info("memory"))["used_memory"]
        await redis.config_set("maxmemory", used + 200_000)
        filler = 0
        while await redis.exists("price") and filler < 20_000:
            await redis.mset({f"filler:{filler + n}": "x" * 500 for n in range(200)})
            filler += 200
        assert not await redis.exists("price")
        slow.go_on.set()
        await reading
        assert await redis.get("price") != b"100"


async def test_a_client_that_decodes_its_answers_meets_leases_and_values(
    redis_lease: lab.RedisLease, key: str
) -> None:
    async with Redis.from_url(redis_lease.url, decode_responses=True) as redis:
        prices, slow = LeasingPrices(redis), Slow(100)
        first = asyncio.create_task(prices.get(key, slow))
        await slow.has_read.wait()
        assert await prices.get(key, price(200)) == 200
        slow.go_on.set()
        assert await first == 100
        assert await prices.get(key, unread) == 100


async def test_a_lease_of_another_is_neither_an_answer_nor_taken_away(
    redis: Redis, key: str
) -> None:
    first, second = Slow(100), Slow(200)
    prices = LeasingPrices(redis)
    one = asyncio.create_task(prices.get(key, first))
    await first.has_read.wait()
    await prices.invalidate(key)
    other = asyncio.create_task(prices.get(key, second))
    await second.has_read.wait()
    lease = await redis.get(key)
    assert isinstance(lease, bytes)
    assert lease.startswith(MARK.encode())
    third = await prices.get(key, price(300))
    assert third == 300
    first.go_on.set()
    assert await one == 100
    assert await redis.get(key) == lease
    second.go_on.set()
    assert await other == 200
    assert await prices.get(key, unread) == 200


class LateRedis(Redis):
    """Between a miss and the lease for it, another process stores the value."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send it."""
        send: Any = super().execute_command
        answer = await send(*args, **options)
        if args[0] == "GET" and answer is None:
            await self.set(args[1], 100)
        return answer


async def test_a_lease_does_not_take_the_place_of_a_value(redis: Redis, key: str) -> None:
    late = LateRedis(connection_pool=redis.connection_pool)
    slow = Slow(100)
    reading = asyncio.create_task(LeasingPrices(late).get(key, slow))
    await slow.has_read.wait()
    assert await LeasingPrices(redis).get(key, unread) == 100
    slow.go_on.set()
    await reading


async def test_after_a_failed_load_others_load_and_the_lease_ends_by_itself(
    redis: Redis, key: str
) -> None:
    async def fail() -> int:
        raise LookupError("away")

    prices = LeasingPrices(redis)
    with pytest.raises(LookupError, match="away"):
        await prices.get(key, fail)
    assert await prices.get(key, price(100)) == 100
    assert 0 < await redis.pttl(key) <= LEASE_MS


async def test_a_lease_trusts_a_snapshot_that_is_older_than_the_change(
    dsn: str, redis: Redis, key: str
) -> None:
    """The load sees the old price, in a transaction that began before, and the lease is new."""
    prices = LeasingPrices(redis)
    connection, other = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    await other.execute(PRICES)
    await other.execute("INSERT INTO prices VALUES (1, 100)")
    for isolation, cents in (("read_committed", 200), ("repeatable_read", 100)):
        await other.execute("UPDATE prices SET cents = 100")
        await prices.invalidate(key)
        async with connection.transaction(isolation=isolation):
            await connection.fetchval(READ)
            await other.execute(CHANGE)
            await prices.invalidate(key)
            await prices.get(key, partial(connection.fetchval, READ))
        assert await prices.get(key, unread) == cents
    await other.close()
    await connection.close()


async def test_a_lease_trusts_a_change_that_is_rolled_back(
    dsn: str, redis: Redis, key: str
) -> None:
    """Who reads through the cache in the transaction of the change stores what nobody else sees."""
    prices, connection = LeasingPrices(redis), await asyncpg.connect(dsn)
    await connection.execute(PRICES)
    await connection.execute("INSERT INTO prices VALUES (1, 100)")
    change = connection.transaction()
    await change.start()
    await connection.execute(CHANGE)
    await prices.get(key, partial(connection.fetchval, READ))
    await change.rollback()
    assert await connection.fetchval(READ) == 100
    assert await prices.get(key, unread) == 200
    await connection.close()
