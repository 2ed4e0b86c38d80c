"""Single flight: who asks while a load is under way waits for it.

The load belongs to the process and not to the request that began it: otherwise a client that hangs
up takes down all who wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any

LOAD_S = 10.0  # a load that hangs must not hold its key for ever
Call = Callable[[], Coroutine[Any, Any, Any]]


class Flights:
    """At most one call for each key at a time, in this process."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def join(self, key: str, call: Call) -> Awaitable[Any]:
        """The result of this call, or of the one that is under way."""
        if (task := self._tasks.get(key)) is None:
            # Context(): it sees nothing of the request that began it.
            task = asyncio.create_task(self._fly(call), context=Context())
            self._tasks[key] = task
            task.add_done_callback(lambda _: self._tasks.pop(key))
        return asyncio.shield(task)  # a reader who is canceled does not take the others down

    async def _fly(self, call: Call) -> Any:
        async with asyncio.timeout(LOAD_S):
            return await call()

    async def close(self) -> None:
        """End them all; to be called before their connections are closed."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
