"""The default client asks a silent Redis eleven times.

Running it sends one request to a Redis that takes connections and
never answers, with a shorter timeout than the default.
"""

import asyncio
import json

from redis.asyncio import Redis

from snippets.caching.crowd import Load
from snippets.caching.silence import black_hole, load

# --8<-- [start:cache]


def connect(host: str, port: int) -> Redis:
    return Redis(host=host, port=port)  # [!]


class TrustingCache:
    def __init__(self, redis: Redis, load: Load) -> None:
        self._redis, self._load = redis, load

    async def get(self, key: str) -> str:
        stored = await self._redis.get(key)
        if stored is not None:
            return str(json.loads(stored))
        value = await self._load(key)
        await self._redis.set(key, json.dumps(value), ex=60)
        return value


# --8<-- [end:cache]


async def demonstrate(timeout_s: float) -> None:
    async with black_hole() as (port, taken):
        redis = connect("127.0.0.1", port)
        settings = redis.connection_pool.connection_kwargs
        default_s = settings["socket_timeout"]
        settings["socket_timeout"] = timeout_s
        try:
            await TrustingCache(redis, load).get("report")
        except Exception as error:
            print(f"request: {type(error).__name__}")
    print(f"connections tried: {len(taken)}, for {default_s} s each")


if __name__ == "__main__":
    asyncio.run(demonstrate(timeout_s=0.1))
