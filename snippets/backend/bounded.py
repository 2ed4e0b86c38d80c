"""Redis is asked for a fifth of a second, and not at all while it is down.

Everything that is kept there can be done without. Without these bounds, a Redis that takes
connections and does not answer holds up each request that could do without it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis import RedisError, ResponseError
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from .settings import Settings

PAUSE_S = 5.0


def redis_pool(settings: Settings) -> BlockingConnectionPool:
    """Connections for which a crowd waits its turn, within the time that `ask` leaves."""
    return BlockingConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        max_connections=20,
        timeout=None,
        socket_connect_timeout=settings.redis_s,
        socket_timeout=settings.redis_s,
        # Redis closes what is idle: that is no outage, so once more.
        retry=Retry(NoBackoff(), retries=1),
    )


class Bounded:
    """Asks, gives up soon, and leaves a Redis alone that does not answer."""

    def __init__(
        self,
        wait_s: float,
        failed: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wait_s, self._failed, self._clock = wait_s, failed, clock
        self._answers, self._resume = 0, 0.0

    # --8<-- [start:ask]
    async def ask(self, command: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Its answer, or None."""
        before, now = self._answers, self._clock()
        if now < self._resume:  # it failed a moment ago
            return None
        if self._resume:  # it may be back: one asks, for all
            self._resume = now + PAUSE_S
        try:
            async with asyncio.timeout(self._wait_s):  # in line for a connection, too
                answer = await command(*args)
        except (RedisError, OSError) as error:
            self._failed(type(error).__name__)
            silent = not isinstance(error, ResponseError)
            if silent and self._answers == before:  # to nobody else, either
                self._resume = self._clock() + PAUSE_S
            return None
        self._answers, self._resume = self._answers + 1, 0.0
        return answer

    # --8<-- [end:ask]
