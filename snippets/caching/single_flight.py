"""Single flight: who asks while a load is under way waits for it.

Running it sends 200 readers of four processes to a key that has
expired.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import partial

from redis.asyncio import Redis

from snippets.caching.crowd import TTL_S, Load, crowd
from snippets.caching.naive_stampede import PlainCache

Call = Callable[[], Awaitable[str]]


# --8<-- [start:flights]
LIMIT_S = 10.0  # a load that hangs must not hold its key for ever


class Flights:
    """At most one call for each key at a time, in this process."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[str]] = {}

    def join(self, key: str, call: Call) -> Awaitable[str]:
        if (task := self._tasks.get(key)) is None:
            # Context(): it sees nothing of the reader that began it.
            task = asyncio.create_task(
                self._fly(call), context=Context()
            )
            self._tasks[key] = task
            task.add_done_callback(lambda _: self._tasks.pop(key))
        # A reader who is canceled does not take the others down.
        return asyncio.shield(task)  # [!]

    async def _fly(self, call: Call) -> str:
        async with asyncio.timeout(LIMIT_S):
            return await call()

    async def close(self) -> None:
        """End them all; call it before their pool is closed."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --8<-- [end:flights]


# --8<-- [start:cache]
class SingleFlightCache(PlainCache):
    def __init__(self, redis: Redis, load: Load, ttl_s: float) -> None:
        super().__init__(redis, load, ttl_s)
        self.flights = Flights()

    async def get(self, key: str) -> str:
        return await self.flights.join(key, partial(super().get, key))


# --8<-- [end:cache]


def main() -> None:
    import lab

    with lab.redis() as lease:
        outcome = asyncio.run(
            crowd(
                lease.url,
                lease.prefix + "report",
                TTL_S,
                lambda redis, load, clock: SingleFlightCache(
                    redis, load, TTL_S
                ),
            )
        )
    print("after expiry:", outcome)


if __name__ == "__main__":
    main()
