"""Two requests are in the same place, and that is no accident.

After each statement a transaction waits until the other one has come
as far, or is held up by a lock of the first.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

PATIENCE_S = 0.3


# --8<-- [start:step]
@contextmanager
def in_step(engine: AsyncEngine) -> Iterator[None]:
    steps: Counter[Connection] = Counter()
    meetings: dict[int, asyncio.Barrier] = defaultdict(
        lambda: asyncio.Barrier(2)
    )
    locked = asyncio.Event()

    def wait(connection: Connection, *_: object) -> None:
        steps[connection] += 1
        meeting = meetings[steps[connection]]

        async def other(driver: object) -> None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await meeting.wait()
            except TimeoutError:  # one waits for a lock
                locked.set()

        if not locked.is_set():
            dbapi = connection.connection.dbapi_connection
            dbapi.run_async(other)  # type: ignore[union-attr]

    happens = (engine.sync_engine, "after_cursor_execute", wait)
    event.listen(*happens)
    try:
        yield
    finally:
        event.remove(*happens)


# --8<-- [end:step]
