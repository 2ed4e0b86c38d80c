"""Two requests are in the same place, and that is no accident.

After each statement a transaction waits until the other one has come
as far, has ended, or is held up by a lock of the first.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

PATIENCE_S = 10.0  # with one that does not come at all
LOOK_S = 0.005
SOMEBODY = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE NOT granted
        AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
    )
"""


# --8<-- [start:step]
@contextmanager
def in_step(engine: AsyncEngine) -> Iterator[None]:
    steps: Counter[Any] = Counter()  # of a request's task
    patience = PATIENCE_S

    def wait(connection: Connection, *_: object) -> None:
        nonlocal patience
        one: Any = asyncio.current_task()
        steps[one] += 1
        deadline = monotonic() + patience
        while not (has_come(steps, one) or holds_up(connection)):  # [!]
            if monotonic() >= deadline:
                patience = 0  # from now on nobody waits
                break
            dbapi: Any = connection.connection.dbapi_connection
            dbapi.run_async(lambda _: asyncio.sleep(LOOK_S))

    happens = (engine.sync_engine, "after_cursor_execute", wait)
    event.listen(*happens)
    try:
        yield
    finally:
        event.remove(*happens)


# --8<-- [end:step]
# --8<-- [start:whether]
def has_come(steps: Counter[Any], one: Any) -> bool:
    """Whether the other task is as far as this one, or is done."""
    tasks = list(steps)
    pair = tasks.index(one) ^ 1  # the first and the second, and so on
    return any(
        other.done() or steps[other] >= steps[one]
        for other in tasks[pair : pair + 1]
    )


def holds_up(connection: Connection) -> bool:
    """Whether somebody waits for a lock of this transaction.

    Asked past the engine, which would call us for this as well.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(SOMEBODY)
        return (True,) in map(tuple, cursor.fetchall())
    finally:
        cursor.close()


# --8<-- [end:whether]
