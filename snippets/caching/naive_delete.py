"""Delete after commit loses to a reader who read before it.

Running it lets a slow reader store what it read before a change that
was committed and invalidated.
"""

from redis.asyncio import Redis

from snippets.caching.slow_reader import Load, demonstrate


# --8<-- [start:cache]
class DeletingPrices:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, key: str, load: Load) -> int:
        stored = await self._redis.get(key)
        if stored is not None:
            return int(stored)
        cents = await load()
        await self._redis.set(key, cents, px=60_000)
        return cents

    async def invalidate(self, key: str) -> None:
        await self._redis.delete(key)  # [!]


# --8<-- [end:cache]


if __name__ == "__main__":
    demonstrate(DeletingPrices)
