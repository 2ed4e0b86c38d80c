"""A full pool of redis-py refuses; a blocking one lets callers wait.

Running it sends 200 reads at once through a default client, and
through a pool of ten connections that waits.
"""

import asyncio

from redis import MaxConnectionsError
from redis.asyncio import BlockingConnectionPool, Redis


# --8<-- [start:raises]
async def report(redis: Redis) -> int:
    reads = (redis.get(f"page:{page}") for page in range(200))
    return len(await asyncio.gather(*reads))


def default(url: str) -> Redis:
    return Redis.from_url(url)  # at most 100 connections


# --8<-- [end:raises]


# --8<-- [start:fix]
def waiting(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=10,  # commands are short: a few are enough
        timeout=2,  # seconds in line, then ConnectionError
    )
    return Redis.from_pool(pool)


# --8<-- [end:fix]


async def demonstrate(url: str) -> None:
    for connect in (default, waiting):
        async with connect(url) as redis:
            try:
                answers = await report(redis)
                print(f"{connect.__name__}: {answers} answers")
            except MaxConnectionsError as error:
                kind = type(error).__name__
                print(f"{connect.__name__}: {kind}: {error}")


def main() -> None:
    import lab

    with lab.redis() as lease:
        asyncio.run(demonstrate(lease.url))


if __name__ == "__main__":
    main()
