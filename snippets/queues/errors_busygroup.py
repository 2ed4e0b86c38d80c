"""Each worker makes the group, and only the first of them can.

Running it starts two workers, each of which makes the group, and then
two that take a group which is there for what they wanted.
"""

import asyncio
from collections.abc import Awaitable, Callable

from redis import ResponseError
from redis.asyncio import Redis


# --8<-- [start:raises]
async def start(redis: Redis, orders: str) -> None:
    await redis.xgroup_create(orders, "billing", mkstream=True)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def start_any(redis: Redis, orders: str) -> None:
    try:
        await redis.xgroup_create(
            orders, "billing", id="0", mkstream=True
        )
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):  # [!]
            raise


# --8<-- [end:fix]

Start = Callable[[Redis, str], Awaitable[None]]


async def demonstrate(url: str, prefix: str) -> None:
    works: tuple[Start, ...] = (start, start_any)
    async with Redis.from_url(url) as redis:
        for work in works:
            orders = f"{prefix}{work.__name__}"
            await work(redis, orders)  # the first worker
            try:
                await work(redis, orders)  # the second
                print(f"{work.__name__}: both started")
            except ResponseError as error:
                print(f"{work.__name__}: {error}")


def main() -> None:
    import lab

    with lab.redis() as lease:
        asyncio.run(demonstrate(lease.url, lease.prefix))


if __name__ == "__main__":
    main()
