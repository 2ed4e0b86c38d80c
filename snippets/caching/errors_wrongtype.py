"""A key has one type, and a name that two of them share breaks one.

Running it deploys a version that keeps a cart as a hash beside one
that keeps it as a string, first under one name and then under two.
"""

import asyncio
import json

from redis import ResponseError
from redis.asyncio import Redis

DAY_S = 24 * 3600


# --8<-- [start:raises]
async def save(redis: Redis, cart: str, items: list[str]) -> None:
    await redis.set(cart, json.dumps(items), ex=DAY_S)  # version 1


async def add(redis: Redis, cart: str, item: str) -> int:
    return await redis.hincrby(cart, item, 1)  # version 2  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def add_versioned(redis: Redis, cart: str, item: str) -> int:
    key = f"{cart}:2"  # another shape, another name  # [!]
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.hincrby(key, item, 1)
        pipeline.expire(key, DAY_S)
        count, _ = await pipeline.execute()
    return int(count)


# --8<-- [end:fix]


async def demonstrate(url: str, cart: str) -> None:
    async with Redis.from_url(url) as redis:
        await save(redis, cart, ["tea"])
        for change in (add, add_versioned):
            try:
                count = await change(redis, cart, "tea")
                print(f"{change.__name__}: {count}")
            except ResponseError as error:
                print(f"{change.__name__}: {error}")


def main() -> None:
    import lab

    with lab.redis() as lease:
        asyncio.run(demonstrate(lease.url, f"{lease.prefix}cart:7"))


if __name__ == "__main__":
    main()
