"""A client made from a shared pool closes the pool of all the others.

Running it reads a page while somebody waits for a job, with a client
for each and with one for all.
"""

import asyncio
from collections.abc import Awaitable, Callable

from redis import ConnectionError as Unreachable
from redis.asyncio import ConnectionPool, Redis


# --8<-- [start:raises]
async def job(pool: ConnectionPool, key: str) -> object:
    async with Redis.from_pool(pool) as redis:
        return await redis.blpop([key], timeout=10)


async def page(pool: ConnectionPool) -> object:
    async with Redis.from_pool(pool) as redis:  # [!]
        return await redis.get("page")  # then closes the pool


# --8<-- [end:raises]


# --8<-- [start:fix]
async def job_shared(pool: ConnectionPool, key: str) -> object:
    async with Redis(connection_pool=pool) as redis:
        return await redis.blpop([key], timeout=10)


async def page_shared(pool: ConnectionPool) -> object:
    async with Redis(connection_pool=pool) as redis:
        return await redis.get("page")  # and closes nothing


# --8<-- [end:fix]

Wait = Callable[[ConnectionPool, str], Awaitable[object]]
Read = Callable[[ConnectionPool], Awaitable[object]]


async def overlapping(
    url: str, key: str, wait: Wait, read: Read
) -> object:
    """What the one gets who waits while another reads."""
    pool = ConnectionPool.from_url(url, client_name=key)
    async with Redis.from_url(url) as admin:
        waiting = asyncio.ensure_future(wait(pool, key))
        while not await waits(admin, key):
            pass
        await read(pool)
        await admin.rpush(key, "a job")
        try:
            return await waiting
        finally:
            await admin.delete(key)
            await pool.aclose()


async def waits(admin: Redis, name: str) -> bool:
    clients = await admin.client_list()
    return any(
        client["name"] == name and client["cmd"] == "blpop"
        for client in clients
    )


async def demonstrate(url: str, key: str) -> None:
    for wait, read in ((job, page), (job_shared, page_shared)):
        try:
            found = await overlapping(url, key, wait, read)
            print(f"{wait.__name__}: {'a job' if found else found}")
        except Unreachable as error:
            print(f"{wait.__name__}: {type(error).__name__}: {error}")


def main() -> None:
    import lab

    with lab.redis() as lease:
        asyncio.run(demonstrate(lease.url, f"{lease.prefix}jobs"))


if __name__ == "__main__":
    main()
