"""A stored null is an answer; only a missing key is a question.

Running it reads four values 100 times each, three of which Python
calls false, and 100 rows once each that do not exist.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis

Load = Callable[[], Awaitable[Any]]  # None: there is no such row
Cached = Callable[[Redis, str, Load], Awaitable[Any]]

VALUES: dict[str, Any] = {
    "a name": "Ada",
    "no points": 0,
    "no orders": [],
    "no such row": None,
}


# --8<-- [start:aside]
TTL_S = 300.0
ABSENT_TTL_S = 30.0  # what does not exist may be created soon
JITTER = 0.1  # what was stored together does not expire together


async def cached(redis: Redis, key: str, load: Load) -> Any:
    text = await redis.get(key)
    if text is not None:  # [!]
        return json.loads(text)
    value = await load()
    ttl_s = ABSENT_TTL_S if value is None else TTL_S
    ttl_s *= random.uniform(1 - JITTER, 1 + JITTER)
    await redis.set(key, json.dumps(value), px=int(ttl_s * 1000))
    return value


# --8<-- [end:aside]


async def loads(
    redis: Redis, keys: list[str], cached: Cached, value: Any
) -> int:
    """How often a value that is read under these keys is loaded."""
    count = 0

    async def load() -> Any:
        nonlocal count
        count += 1
        return value

    for key in keys:
        assert await cached(redis, key, load) == value
    return count


def demonstrate(cached: Cached) -> None:
    import lab

    async def read(url: str, prefix: str) -> None:
        async with Redis.from_url(url) as redis:
            for name, value in VALUES.items():
                keys = [prefix + name] * 100
                count = await loads(redis, keys, cached, value)
                print(f"{name}: reads 100, loads {count}")
            keys = [f"{prefix}{row}" for row in range(100)]
            count = await loads(redis, keys, cached, None)
            print(f"100 such rows: reads 100, loads {count}")

    with lab.redis() as lease:
        asyncio.run(read(lease.url, lease.prefix))


if __name__ == "__main__":
    demonstrate(cached)
