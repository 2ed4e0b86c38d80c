"""A client that knows how many of its commands are under way."""

import asyncio
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis


# --8<-- [start:watched]
class WatchedRedis(Redis):
    """Knows how many of its commands are under way."""

    under_way = 0

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        self.under_way += 1
        try:
            send: Any = super().execute_command
            return await send(*args, **options)
        finally:
            self.under_way -= 1


async def quiet(clients: Iterable[WatchedRedis]) -> None:
    """Return when nobody has anything to do but wait for a load."""
    turns = 0
    while turns < 20:
        await asyncio.sleep(0)
        turns = 0 if any(c.under_way for c in clients) else turns + 1


# --8<-- [end:watched]
