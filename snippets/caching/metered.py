"""Whether a cache saves time is counted where it is called.

Running it plays 100 reads, 60 of them hits, with a clock on which
Redis takes 1 ms for each command and the query 2 ms.
"""

import asyncio
import json
from typing import Any

from redis.asyncio import Redis

from snippets.caching.aside import Load
from snippets.caching.meter import Meter


# --8<-- [start:metered]
async def cached(
    redis: Redis, key: str, load: Load, meter: Meter
) -> Any:
    with meter.timed("look-up"):
        text = await redis.get(key)
        if text is not None:
            return json.loads(text)
    with meter.timed("query"):
        value = await load()
    with meter.timed("store"):
        await redis.set(key, json.dumps(value), ex=300)
    return value


# --8<-- [end:metered]


async def demonstrate(url: str, prefix: str) -> None:
    now_ms = 0

    class SlowRedis(Redis):
        async def execute_command(self, *args: Any, **kw: Any) -> Any:
            nonlocal now_ms
            now_ms += 1
            send: Any = super().execute_command
            return await send(*args, **kw)

    async def load() -> Any:
        nonlocal now_ms
        now_ms += 2
        return "report"

    meter = Meter(lambda: now_ms / 1000)
    async with SlowRedis.from_url(url) as redis:
        for read in range(100):
            await cached(redis, f"{prefix}{read % 40}", load, meter)
    print(f"hit rate {meter.hit_rate():.0%}")
    print(f"saves time above {meter.break_even():.0%}")
    print(f"milliseconds {now_ms}, without the cache 200")


def main() -> None:
    import lab

    with lab.redis() as lease:
        asyncio.run(demonstrate(lease.url, lease.prefix))


if __name__ == "__main__":
    main()
