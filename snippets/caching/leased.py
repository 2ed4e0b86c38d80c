"""A lease decides: who asked before the last change does not store.

Running it lets a slow reader store what it read before a change that
was committed and invalidated.
"""

import uuid
from typing import Any

from redis.asyncio import Redis

from snippets.caching.slow_reader import Load, demonstrate

# --8<-- [start:cache]
TTL_MS, LEASE_MS = 60_000, 10_000
MARK = "lease:"  # no value begins like this
STORE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end"""


class LeasingPrices:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._store = redis.register_script(STORE)

    async def get(self, key: str, load: Load) -> int:
        lease = MARK + uuid.uuid4().hex
        stored: Any = await self._redis.get(key)
        if isinstance(stored, bytes):  # or text: decode_responses
            stored = stored.decode()
        if stored is None:
            await self._redis.set(key, lease, nx=True, px=LEASE_MS)
        elif not stored.startswith(MARK):
            return int(stored)
        cents = await load()
        await self._store([key], [lease, cents, TTL_MS])  # [!]
        return cents

    async def invalidate(self, key: str) -> None:
        await self._redis.delete(key)


# --8<-- [end:cache]


if __name__ == "__main__":
    demonstrate(LeasingPrices)
