"""After a failover a connection is still at the old primary.

Running it writes, lets the primary and its replica change places, and
writes again: with a client of the default, and with one that leaves a
server which has become read-only.
"""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ReadOnlyError

from snippets.caching.moving import Name, moving


# --8<-- [start:raises]
def staying(url: str) -> Redis:
    return Redis.from_url(url)


async def count(redis: Redis) -> int:
    return int(await redis.incr("visits"))  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def leaving(url: str) -> Redis:
    retry = Retry(
        ExponentialWithJitterBackoff(cap=1.0),
        retries=5,
        # Refused, so not done. Of a lost connection nobody knows.
        supported_errors=(ReadOnlyError,),  # [!]
    )
    return Redis.from_url(url, retry=retry)  # on a new connection


# --8<-- [end:fix]


async def fail_over(ports: tuple[int, int], name: Name) -> None:
    """The second becomes the primary, and the first its replica."""
    old, new = (Redis(port=port) for port in ports)
    async with old, new:
        await new.replicaof("NO", "ONE")
        name.port = ports[1]
        await old.replicaof("127.0.0.1", ports[1])


async def write_after(
    ports: tuple[int, int], connect: Callable[[str], Redis]
) -> int:
    """A write before the failover, and one after."""
    async with moving(ports[0]) as name, connect(name.url) as redis:
        await count(redis)
        copies = 0
        while not copies:  # the replica has not got it yet
            copies = await redis.wait(1, 1000)
        await fail_over(ports, name)
        return await count(redis)


def main() -> None:
    import lab

    for connect in (staying, leaving):
        at_once = {"repl-diskless-sync-delay": "0"}
        with lab.redis_server(at_once) as old:
            follows = {"replicaof": f"127.0.0.1 {old.port}"}
            with lab.redis_server(follows) as new:
                ports = (old.port, new.port)
                try:
                    said = str(asyncio.run(write_after(ports, connect)))
                except ReadOnlyError as error:
                    said = f"{type(error).__name__}: {error}"
                print(f"{connect.__name__}: {said}")


if __name__ == "__main__":
    main()
