"""When a popular key expires, everybody loads it at once.

Running it sends 200 readers of four processes to a key that has
expired.
"""

import asyncio
import json

from redis.asyncio import Redis

from snippets.caching.crowd import TTL_S, Load, crowd


# --8<-- [start:cache]
class PlainCache:
    def __init__(self, redis: Redis, load: Load, ttl_s: float) -> None:
        self._redis, self._load = redis, load
        self._ttl_ms = int(ttl_s * 1000)

    async def get(self, key: str) -> str:
        stored = await self._redis.get(key)
        if stored is not None:
            return str(json.loads(stored))
        value = await self._load(key)
        await self._redis.set(key, json.dumps(value), px=self._ttl_ms)
        return value


# --8<-- [end:cache]


def main() -> None:
    import lab

    with lab.redis() as lease:
        outcome = asyncio.run(
            crowd(
                lease.url,
                lease.prefix + "report",
                TTL_S,
                lambda redis, load, clock: PlainCache(
                    redis, load, TTL_S
                ),
            )
        )
    print("after expiry:", outcome)


if __name__ == "__main__":
    main()
