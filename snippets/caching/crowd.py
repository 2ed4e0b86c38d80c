"""Many readers of one cached value at one moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import BlockingConnectionPool, Redis

from snippets.caching.watched import WatchedRedis, quiet

READERS, PROCESSES = 200, 4
TTL_S, LOAD_S = 60.0, 2.0

Load = Callable[[str], Awaitable[str]]  # of the value of a key
Clock = Callable[[], float]


class Cache(Protocol):
    async def get(self, key: str) -> str: ...


New = Callable[[Redis, Load, Clock], Cache]


@dataclass(frozen=True)
class Outcome:
    loads: int
    waited: int  # readers that were not answered before a load was

    def __str__(self) -> str:
        return f"loads {self.loads}, readers waiting {self.waited}"


async def crowd(
    url: str, key: str, later_s: float, new: New
) -> Outcome:
    """What 200 readers in four processes cause, all at one moment.

    The value was stored `later_s` ago. No load ends before all
    readers have gone as far as they can.
    """
    now, loads, all_here = 1e9, 0, asyncio.Event()

    async def load(key: str) -> str:
        nonlocal now, loads
        loads += 1
        if loads == 1:  # it fills the cache, before the crowd
            now += LOAD_S
        else:
            await all_here.wait()
        return "report"

    async with AsyncExitStack() as pools:
        clients: list[WatchedRedis] = []
        for _ in range(PROCESSES):
            pool = BlockingConnectionPool.from_url(url)
            await pools.enter_async_context(pool)
            clients.append(WatchedRedis(connection_pool=pool))
        caches = [new(c, load, lambda: now) for c in clients]
        assert await caches[0].get(key) == "report"
        now += later_s
        if await clients[0].pttl(key) <= later_s * 1000:
            await clients[0].delete(key)  # as Redis would have by then
        # --8<-- [start:crowd]
        everybody = [
            asyncio.ensure_future(caches[i % PROCESSES].get(key))
            for i in range(READERS)
        ]
        await quiet(clients)
        waited = sum(not reader.done() for reader in everybody)
        all_here.set()
        # --8<-- [end:crowd]
        assert {await reader for reader in everybody} == {"report"}
        await quiet(clients)
    return Outcome(loads - 1, waited)
