"""A consumer group is part of its stream, and goes with it.

Running it reads as a group that nobody made, and again after somebody
deleted the stream.
"""

import asyncio
from typing import Any

from redis import ResponseError
from redis.asyncio import Redis

# --8<-- [start:raises]
GROUP = "billing"


async def read(redis: Redis, orders: str) -> Any:
    return await redis.xreadgroup(
        GROUP,
        "7",  # this worker
        {orders: ">"},  # what nobody of the group has
    )  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def make_group(redis: Redis, orders: str) -> None:
    try:
        await redis.xgroup_create(
            orders,
            GROUP,
            id="0",  # what is in the stream already, too  # [!]
            mkstream=True,  # before the first order, too
        )
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise


async def read_or_make(redis: Redis, orders: str) -> Any:
    try:
        return await read(redis, orders)
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
    await make_group(redis, orders)
    return await read(redis, orders)


# --8<-- [end:fix]


def ids(found: Any) -> list[str]:
    return [entry["id"] for _, taken in found for _, entry in taken]


async def demonstrate(url: str, orders: str, prefix: str) -> None:
    async with Redis.from_url(url, decode_responses=True) as redis:
        await redis.xadd(orders, {"id": "7"})
        for work in (read, read_or_make):
            try:
                found = ids(await work(redis, orders))
                print(f"{work.__name__}: {found}")
            except ResponseError as error:
                said = str(error).replace(prefix, "")
                print(f"{work.__name__}: {said}")
        await redis.delete(orders)
        await redis.xadd(orders, {"id": "8"})
        print(f"again: {ids(await read_or_make(redis, orders))}")


def main() -> None:
    import lab

    with lab.redis() as lease:
        orders = f"{lease.prefix}orders"
        asyncio.run(demonstrate(lease.url, orders, lease.prefix))


if __name__ == "__main__":
    main()
