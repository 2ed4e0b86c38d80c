"""Fail open: without Redis a request is slower, and no more than that.

Running it sends one request and then another to a Redis that takes
connections and never answers, and 100 at once and then another 100.
"""

import asyncio
import json
import time
from contextlib import suppress

from redis.asyncio import Redis

from snippets.caching.bounded import Bounded, connect
from snippets.caching.crowd import Clock, Load
from snippets.caching.silence import black_hole, load


# --8<-- [start:open]
class OpenCache:
    def __init__(self, redis: Redis, load: Load, clock: Clock) -> None:
        self._redis, self._load = redis, load
        self.bounded = Bounded(clock)

    async def get(self, key: str) -> str:
        ask = self.bounded.ask
        stored = await ask(self._redis.get, key)
        with suppress(ValueError):  # an entry that is no JSON
            if stored is not None:
                return str(json.loads(stored))
        value = await self._load(key)
        await ask(self._redis.set, key, json.dumps(value), 60)
        return value


# --8<-- [end:open]


async def demonstrate() -> None:
    async with black_hole() as (port, _):
        for crowd in (1, 100):
            async with connect("127.0.0.1", port) as redis:
                cache = OpenCache(redis, load, time.monotonic)
                for moment in ("first", "next"):
                    cache.bounded.failures.clear()
                    reads = [cache.get("report") for _ in range(crowd)]
                    answers = len(await asyncio.gather(*reads))
                    print(
                        f"{moment} {crowd}: answers {answers},", end=""
                    )
                    waited = cache.bounded.failures.total()
                    print(" waited for Redis:", waited)


if __name__ == "__main__":
    asyncio.run(demonstrate())
