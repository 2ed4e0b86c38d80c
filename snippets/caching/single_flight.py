"""Single flight: who asks while a load is under way waits for it.

Running it sends 200 readers of four processes to a key that has
expired.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from redis.asyncio import Redis

from snippets.caching.crowd import TTL_S, Load, crowd
from snippets.caching.naive_stampede import PlainCache


# --8<-- [start:flights]
class Flights:
    """At most one call for each key at a time, in this process."""

    def __init__(self) -> None:
        self._flights: dict[str, asyncio.Task[str]] = {}

    def join(
        self, key: str, call: Callable[[], Coroutine[Any, Any, str]]
    ) -> Awaitable[str]:
        if key not in self._flights:
            flight = self._flights[key] = asyncio.create_task(call())
            flight.add_done_callback(partial(self._landed, key))
        # A reader who is canceled does not take the others down.
        return asyncio.shield(self._flights[key])  # [!]

    def _landed(self, key: str, flight: asyncio.Task[str]) -> None:
        del self._flights[key]


class SingleFlightCache(PlainCache):
    def __init__(self, redis: Redis, ttl_s: float) -> None:
        super().__init__(redis, ttl_s)
        self._flights = Flights()

    async def get(self, key: str, load: Load) -> str:
        call = partial(super().get, key, load)
        return await self._flights.join(key, call)


# --8<-- [end:flights]


def main() -> None:
    import lab

    with lab.redis() as lease:
        outcome = asyncio.run(
            crowd(
                lease.url,
                lease.prefix + "report",
                TTL_S,
                lambda redis, clock: SingleFlightCache(redis, TTL_S),
            )
        )
    print("after expiry:", outcome)


if __name__ == "__main__":
    main()
