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
    """What each call returns or raises, once all wait for the lock."""
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(lock)
            calls = [asyncio.create_task(call()) for _ in range(times)]
            while True:
                await asyncio.sleep(0.02)
                if await connection.fetchval(WAITING) == times:
                    break
        return await asyncio.gather(*calls, return_exceptions=True)


# --8<-- [end:together]
