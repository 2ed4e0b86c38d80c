"""Serve stale: the old value goes out while one process loads the new.

Running it sends 200 readers of four processes to a value that is no
longer fresh, and to a key that is gone.
"""

import asyncio
import json
from functools import partial

from redis.asyncio import Redis

from snippets.caching.crowd import TTL_S, Clock, Load, crowd
from snippets.caching.single_flight import Flights

# --8<-- [start:cache]
STALE_S = 600.0  # how long after its time a value may be served
RETRY_S = 15.0  # above LIMIT_S; no key is loaded more often


class StaleCache:
    def __init__(
        self, redis: Redis, load: Load, ttl_s: float, clock: Clock
    ) -> None:
        self._redis, self._load = redis, load
        self._ttl_s, self._clock = ttl_s, clock
        self.flights = Flights()

    async def get(self, key: str) -> str:
        fill = partial(self._fill, key)
        stored = await self._redis.get(key)
        if stored is None:
            return await self.flights.join(key, fill)
        value, fresh_until = json.loads(stored)
        if self._clock() >= fresh_until:
            mark, ms = f"{key}:refresh", int(RETRY_S * 1000)
            if await self._redis.set(mark, 1, nx=True, px=ms):  # [!]
                self.flights.join(key, fill)
        return str(value)

    async def _fill(self, key: str) -> str:
        value = await self._load(key)
        # By time.time: other machines read it.
        entry = json.dumps([value, self._clock() + self._ttl_s])
        ttl_ms = int((self._ttl_s + STALE_S) * 1000)
        await self._redis.set(key, entry, px=ttl_ms)
        return value


# --8<-- [end:cache]


def main() -> None:
    import lab

    moments = {"after its time": TTL_S, "key gone": TTL_S + STALE_S}
    for moment, later_s in moments.items():
        with lab.redis() as lease:
            outcome = asyncio.run(
                crowd(
                    lease.url,
                    lease.prefix + "report",
                    later_s,
                    lambda redis, load, clock: StaleCache(
                        redis, load, TTL_S, clock
                    ),
                )
            )
        print(f"{moment}: {outcome}")


if __name__ == "__main__":
    main()
