"""A lock in Redis: one process loads, the readers of all others wait.

Running it sends 200 readers of four processes to a key that has
expired.
"""

import asyncio
import json
from contextlib import suppress
from functools import partial

from redis.exceptions import LockNotOwnedError

from snippets.caching.crowd import TTL_S, crowd
from snippets.caching.naive_stampede import PlainCache
from snippets.caching.single_flight import (
    LIMIT_S,
    SingleFlightCache,
)

# --8<-- [start:cache]
POLL_S = 0.05
# If its owner died, the limit leaves time to wait, and to load.
LOCK_S = LIMIT_S / 2 - POLL_S


class LockedCache(SingleFlightCache):
    async def get(self, key: str) -> str:
        # One reader of each process asks for the lock, not everybody.
        return await self.flights.join(key, partial(self._wait, key))

    async def _wait(self, key: str) -> str:
        lock = self._redis.lock(f"{key}:lock", LOCK_S)
        while (stored := await self._redis.get(key)) is None:
            if not await lock.acquire(blocking=False):
                await asyncio.sleep(POLL_S)
                continue
            try:
                # A load ends before its lock does.
                async with asyncio.timeout(LOCK_S - POLL_S):
                    # It looks again: somebody may have stored.
                    return await PlainCache.get(self, key)  # [!]
            finally:
                with suppress(LockNotOwnedError):  # a stalled loop
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
                lambda redis, load, clock: LockedCache(
                    redis, load, TTL_S
                ),
            )
        )
    print("after expiry:", outcome)


if __name__ == "__main__":
    main()
