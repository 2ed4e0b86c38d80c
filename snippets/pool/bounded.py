"""A line in front of the pool: in order of arrival, and not too long.

Running it prints who is served first: two who wait, or a newcomer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager as Context
from contextlib import AsyncExitStack, asynccontextmanager

from asyncpg import Connection, Pool, create_pool

Acquire = Callable[[], Context[Connection]]


class PoolBusyError(Exception):
    """No connection in time, or too many wait already: say 503."""


# --8<-- [start:bounded]
class BoundedPool:
    """At most `backlog` callers wait, in order, `wait_s` seconds."""

    def __init__(self, pool: Pool, backlog: int, wait_s: float) -> None:
        size = pool.get_max_size()
        self._pool = pool
        self._wait_s = wait_s
        self._places = asyncio.Semaphore(size + backlog)
        self._free = asyncio.Semaphore(size)  # in order of arrival

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        if self._places.locked():
            raise PoolBusyError("the line is full")
        async with self._places, AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._wait_s):  # [!]
                    await held.enter_async_context(self._free)
                    connection = await held.enter_async_context(
                        # its timeout bounds giving back, too
                        self._pool.acquire(timeout=self._wait_s)
                    )
            except TimeoutError:
                raise PoolBusyError("no connection in time") from None
            yield connection


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
