"""A deadline that holds although the clean-up takes longer."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

# --8<-- [start:within]
_leaving: set[asyncio.Task[Any]] = set()  # the loop keeps weak ones


def _left(task: asyncio.Task[Any]) -> None:
    _leaving.discard(task)
    if not task.cancelled():
        task.exception()  # of the clean-up: nobody is left to hear it


async def within(
    deadline_s: float, work: Coroutine[Any, Any, Answer]
) -> Answer:
    """The result of `work`, or TimeoutError when time is up.

    `work` is canceled then, and rolls back and closes its connection
    behind the caller's back; so it does when the caller is canceled.
    """
    task = asyncio.create_task(work)
    _leaving.add(task)
    task.add_done_callback(_left)
    try:
        return await asyncio.wait_for(
            asyncio.shield(task),  # [!]
            deadline_s,
        )
    finally:
        task.cancel()


# --8<-- [end:within]
