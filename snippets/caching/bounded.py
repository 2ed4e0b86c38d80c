"""Ask Redis for a tenth of a second, and not while it is down."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from redis import RedisError, ResponseError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from snippets.caching.crowd import Clock

Command = Callable[..., Awaitable[Any]]


# --8<-- [start:connect]
ANSWER_S = 0.1  # a cache slower than this is no cache


def connect(host: str, port: int) -> Redis:
    pool = BlockingConnectionPool(  # [!]
        host=host,
        port=port,
        max_connections=20,  # a crowd waits its turn
        timeout=None,  # for as long as `ask` lets it
        socket_connect_timeout=ANSWER_S,
        socket_timeout=ANSWER_S,
        # Redis closes what is idle: that is no outage, so once more.
        retry=Retry(NoBackoff(), retries=1),
    )
    return Redis.from_pool(pool)


# --8<-- [end:connect]


# --8<-- [start:ask]
PAUSE_S = 5.0


class Bounded:
    def __init__(self, clock: Clock) -> None:
        self._clock, self._answers, self._resume = clock, 0, 0.0
        self.failures = Counter[str]()  # for your metrics

    async def ask(self, command: Command, *args: Any) -> Any:
        """Its answer, or None."""
        before, now = self._answers, self._clock()
        if now < self._resume:  # it failed a moment ago
            return None
        if self._resume:  # it may be back: one asks, for all
            self._resume = now + PAUSE_S
        try:
            async with asyncio.timeout(ANSWER_S):  # the pool, too
                answer = await command(*args)
        except (RedisError, OSError) as error:
            self.failures[type(error).__name__] += 1
            silent = not isinstance(error, ResponseError)
            if silent and self._answers == before:  # to anybody  # [!]
                self._resume = self._clock() + PAUSE_S
            return None
        self._answers, self._resume = self._answers + 1, 0.0
        return answer


# --8<-- [end:ask]
