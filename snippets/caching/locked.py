"""A lock in Redis: one process loads, the readers of all others wait.

Running it sends 200 readers of four processes to a key that has
expired.
"""

import asyncio
import json
from contextlib import suppress
from functools import partial

from redis.exceptions import LockNotOwnedError

from snippets.caching.crowd import TTL_S, Load, crowd
from snippets.caching.naive_stampede import PlainCache
from snippets.caching.single_flight import SingleFlightCache

# --8<-- [start:cache]
LOCK_S = 10.0  # longer than a load takes, shorter than readers endure
POLL_S = 0.05


class LockedCache(SingleFlightCache):
    async def get(self, key: str, load: Load) -> str:
        # One reader of each process asks for the lock, not everybody.
        wait = partial(self._wait, key, load)
        return await self._flights.join(key, wait)

    async def _wait(self, key: str, load: Load) -> str:
        lock = self._redis.lock(f"{key}:lock", LOCK_S)
        while (stored := await self._redis.get(key)) is None:
            if not await lock.acquire(blocking=False):
                await asyncio.sleep(POLL_S)
                continue
            try:
                # It looks again: somebody may have stored meanwhile.
                return await PlainCache.get(self, key, load)  # [!]
            finally:
                with suppress(LockNotOwnedError):  # a slow load
                    await lock.release()
        return str(json.loads(stored))


# --8<-- [end:cache]


def main() -> None:
    import lab

    with lab.redis() as lease:
        outcome = asyncio.run(
            crowd(
                lease.url,
                lease.prefix + "report",
                TTL_S,
                lambda redis, clock: LockedCache(redis, TTL_S),
            )
        )
    print("after expiry:", outcome)


if __name__ == "__main__":
    main()
