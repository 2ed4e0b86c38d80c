"""XFetch: a reader may reload early, likelier the nearer the end.

Running it sends 200 readers of four processes to a key one load time
before it expires, and after.
"""

import asyncio
import json
import math
import random
from collections.abc import Callable

from redis.asyncio import Redis

from snippets.caching.crowd import LOAD_S, TTL_S, Clock, Load, crowd


# --8<-- [start:cache]
class EarlyCache:
    def __init__(
        self,
        redis: Redis,
        load: Load,
        ttl_s: float,
        clock: Clock,  # time.time: other machines read it
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._redis, self._load, self._ttl_s = redis, load, ttl_s
        self._clock, self._chance = clock, chance

    async def get(self, key: str) -> str:
        if stored := await self._redis.get(key):
            value, load_s, expires = json.loads(stored)
            early_s = -load_s * math.log(1 - self._chance())  # [!]
            if self._clock() + early_s < expires:
                return str(value)
        began = self._clock()
        value = await self._load(key)
        end = self._clock()
        entry = json.dumps([value, end - began, end + self._ttl_s])
        await self._redis.set(key, entry, px=int(self._ttl_s * 1000))
        return value


# --8<-- [end:cache]


def main() -> None:
    import lab

    chance = random.Random(8).random
    moments = {
        "one load time before expiry": TTL_S - LOAD_S,
        "after expiry": TTL_S,
    }
    for moment, later_s in moments.items():
        with lab.redis() as lease:
            outcome = asyncio.run(
                crowd(
                    lease.url,
                    lease.prefix + "report",
                    later_s,
                    lambda redis, load, clock: EarlyCache(
                        redis, load, TTL_S, clock, chance
                    ),
                )
            )
        print(f"{moment}: {outcome}")


if __name__ == "__main__":
    main()
