"""A cache that asks whether a value is true forgets all others.

Running it reads four values 100 times each, three of which Python
calls false, and 100 rows once each that do not exist.
"""

import json
from typing import Any

from redis.asyncio import Redis

from snippets.caching.aside import Load, demonstrate


# --8<-- [start:aside]
async def cached(redis: Redis, key: str, load: Load) -> Any:
    text = await redis.get(key)
    value = json.loads(text) if text else None
    if not value:  # [!]
        value = await load()
        if value:
            await redis.set(key, json.dumps(value), ex=300)
    return value


# --8<-- [end:aside]


if __name__ == "__main__":
    demonstrate(cached)
