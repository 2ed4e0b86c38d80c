"""Calls that have all begun before any of them is done."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


# --8<-- [start:together]
async def together(
    pool: Any,
    lock: str,
    times: int,
    call: Callable[[], Coroutine[Any, Any, T]],
) -> list[T | BaseException]:
    """What each gives; they go on once all wait, or one is done."""
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(lock)
            calls = [asyncio.create_task(call()) for _ in range(times)]
            waiting = 0
            while waiting < times and not any(c.done() for c in calls):
                await asyncio.sleep(0.02)
                waiting = await connection.fetchval(WAITING)
        return await asyncio.gather(*calls, return_exceptions=True)


# --8<-- [end:together]
