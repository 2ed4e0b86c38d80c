"""A version decides: what is older than the last change is not stored.

Running it lets a slow reader store what it read before a change that
was committed and invalidated.
"""

import asyncio
from typing import Protocol

import asyncpg
from redis.asyncio import Redis

PRICES = """CREATE TABLE prices (
id bigint PRIMARY KEY, cents int, version bigint DEFAULT 1)"""
READ = "SELECT version, cents FROM prices WHERE id = 1"
CHANGE = """UPDATE prices SET cents = 200, version = version + 1
WHERE id = 1 RETURNING version"""


class Prices(Protocol):
    def __init__(self, redis: Redis) -> None: ...
    async def get(self, key: str) -> int | None: ...
    async def put(self, key: str, version: int, cents: int) -> None: ...
    async def invalidate(self, key: str, version: int) -> None: ...


# --8<-- [start:cache]
TTL_MS = 60_000  # longer than the slowest reader takes
PUT = """
local stored = tonumber(redis.call('HGET', KEYS[1], 'version'))
if stored and stored > tonumber(ARGV[1]) then return end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'cents', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])"""


class VersionedPrices:
    def __init__(self, redis: Redis) -> None:
        self._redis, self._put = redis, redis.register_script(PUT)

    async def get(self, key: str) -> int | None:
        cents = await self._redis.hget(key, "cents")
        return int(cents) if cents else None

    async def put(self, key: str, version: int, cents: int) -> None:
        await self._put([key], [version, cents, TTL_MS])

    async def invalidate(self, key: str, version: int) -> None:
        await self._put([key], [version, "", TTL_MS])  # [!]


# --8<-- [end:cache]


async def race(
    dsn: str, prices: Prices, key: str
) -> tuple[int, int | None]:
    """The price in the database, and what the cache says it is."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(PRICES)
    await connection.execute("INSERT INTO prices VALUES (1, 100)")
    read = await connection.fetchrow(
        READ
    )  # a reader, slow from here on
    await prices.invalidate(key, await connection.fetchval(CHANGE))
    await prices.put(key, read["version"], read["cents"])
    now = await connection.fetchval("SELECT cents FROM prices")
    await connection.execute("DROP TABLE prices")
    await connection.close()
    return now, await prices.get(key)


def demonstrate(cache: type[Prices]) -> None:
    import lab

    async def run(dsn: str, url: str, key: str) -> None:
        async with Redis.from_url(url) as redis:
            now, cached = await race(dsn, cache(redis), key)
        print(f"in the database: {now}, in the cache: {cached}")

    with lab.postgres() as dsn, lab.redis() as lease:
        asyncio.run(run(dsn, lease.url, lease.prefix + "price:1"))


if __name__ == "__main__":
    demonstrate(VersionedPrices)
