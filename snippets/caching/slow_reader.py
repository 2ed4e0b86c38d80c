"""A reader that is slower than a change and its invalidation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import asyncpg
from redis.asyncio import Redis

PRICES = "CREATE TABLE prices (id bigint PRIMARY KEY, cents int)"
READ = "SELECT cents FROM prices WHERE id = 1"
CHANGE = "UPDATE prices SET cents = 200 WHERE id = 1"

Load = Callable[[], Awaitable[int]]


class Prices(Protocol):
    def __init__(self, redis: Redis) -> None: ...
    async def get(self, key: str, load: Load) -> int: ...
    async def invalidate(self, key: str) -> None: ...


# --8<-- [start:race]
async def race(dsn: str, prices: Prices, key: str) -> tuple[int, int]:
    """The price in the database, and the one the next reader gets."""
    async with asyncpg.create_pool(dsn, min_size=1) as pool:
        await pool.execute(PRICES)
        await pool.execute("INSERT INTO prices VALUES (1, 100)")
        has_read, may_store = asyncio.Event(), asyncio.Event()

        async def load() -> int:
            return int(await pool.fetchval(READ))

        async def slow_load() -> int:
            cents = await load()
            has_read.set()
            await may_store.wait()
            return cents

        reader = asyncio.create_task(prices.get(key, slow_load))
        await has_read.wait()
        await pool.execute(CHANGE)
        await prices.invalidate(key)
        may_store.set()
        await reader
        return await load(), await prices.get(key, load)


# --8<-- [end:race]


def demonstrate(cache: type[Prices]) -> None:
    import lab

    async def run(dsn: str, url: str, key: str) -> None:
        async with Redis.from_url(url) as redis:
            now, cached = await race(dsn, cache(redis), key)
        print(f"in the database: {now}, for the next reader: {cached}")

    with lab.postgres() as dsn, lab.redis() as lease:
        asyncio.run(run(dsn, lease.url, lease.prefix + "price:1"))
