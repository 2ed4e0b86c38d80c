"""Fail open: without Redis a request is slower, and no more than that.

Running it sends 100 requests to a Redis that takes connections and
never answers.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis import ConnectionError as Unreachable
from redis import TimeoutError as Silent
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from snippets.caching.silence import black_hole, load

Load = Callable[[], Awaitable[str]]
Answer = TypeVar("Answer")


# --8<-- [start:connect]
ANSWER_S = 0.1  # a cache slower than this is no cache


def connect(host: str, port: int) -> Redis:
    return Redis(
        host=host,
        port=port,
        socket_connect_timeout=ANSWER_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), retries=0),  # [!]
    )


# --8<-- [end:connect]


# --8<-- [start:open]
PAUSE_S = 5.0


class OpenCache:
    def __init__(
        self, redis: Redis, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis, self._clock, self._resume = redis, clock, 0.0

    async def get(self, key: str, load: Load) -> str:
        stored = await self._ask(lambda: self._redis.get(key))
        if stored is not None:
            return str(json.loads(stored))
        value = await load()
        text = json.dumps(value)
        await self._ask(lambda: self._redis.set(key, text, ex=60))
        return value

    async def _ask(
        self, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer | None:
        if self._clock() < self._resume:  # it failed a moment ago
            return None
        try:
            return await ask()
        except (Unreachable, Silent):
            self._resume = self._clock() + PAUSE_S
            return None


# --8<-- [end:open]


async def demonstrate() -> None:
    async with black_hole() as (port, taken):
        cache = OpenCache(connect("127.0.0.1", port))
        answers: list[str] = []
        for _ in range(100):
            request = asyncio.create_task(cache.get("report", load))
            answers.append(await request)
    print("requests answered:", len(answers), set(answers))
    print("connections tried:", len(taken))


if __name__ == "__main__":
    asyncio.run(demonstrate())
