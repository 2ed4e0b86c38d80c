"""A line in front of the pool: in order of arrival, and not too long.

Running it prints who is served first: two who wait, or a newcomer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from asyncpg import Connection, Pool, create_pool

Acquire = Callable[[], AbstractAsyncContextManager[Connection]]


class PoolBusyError(Exception):
    """No connection in time, or too many wait already: say 503."""


# --8<-- [start:bounded]
class BoundedPool:
    """At most `backlog` callers wait, in order, `wait_s` seconds."""

    def __init__(self, pool: Pool, backlog: int, wait_s: float) -> None:
        self._pool = pool
        self._backlog = backlog
        self._wait_s = wait_s
        self._waiting = 0
        self._free = asyncio.Semaphore(pool.get_max_size())

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        if self._free.locked() and self._waiting >= self._backlog:
            raise PoolBusyError(f"{self._waiting} wait already")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()  # [!]
        except TimeoutError:
            raise PoolBusyError("no connection in time") from None
        finally:
            self._waiting -= 1
        try:
            async with self._pool.acquire() as connection:
                yield connection
        finally:
            self._free.release()


# --8<-- [end:bounded]


async def served(acquire: Acquire, returning: asyncio.Event) -> str:
    """Names in order: two wait, one asks as a connection returns."""
    names: list[str] = []

    async def call(name: str) -> None:
        if name == "newcomer":
            await returning.wait()
        async with acquire():
            names.append(name)

    async with asyncio.TaskGroup() as callers, acquire():
        for name in ("newcomer", "first", "second"):
            callers.create_task(call(name))
        await asyncio.sleep(0)  # lets them begin
    return ", ".join(names)


async def demonstrate(dsn: str) -> None:
    returning = asyncio.Event()

    async def reset(connection: Connection) -> None:
        returning.set()  # next, the pool takes the connection back

    pool = create_pool(dsn, min_size=1, max_size=1, reset=reset)
    async with pool:
        fair = BoundedPool(pool, backlog=3, wait_s=1.0)
        print("asyncpg's pool:", await served(pool.acquire, returning))
        returning.clear()
        print("bounded pool:", await served(fair.acquire, returning))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
