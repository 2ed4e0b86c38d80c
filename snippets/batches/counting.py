"""A test that counts statements sees N+1 before production does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


# --8<-- [start:counting]
@dataclass
class Traffic:
    statements: int = 0
    rows: int = 0


@contextmanager
def counting(engine: AsyncEngine) -> Iterator[Traffic]:
    """Count what the engine sends, and the rows that come of it."""
    traffic = Traffic()

    def count(_: object, cursor: Any, *__: object) -> None:
        traffic.statements += 1
        traffic.rows += max(cursor.rowcount, 0)  # -1: unknown

    event.listen(engine.sync_engine, "after_cursor_execute", count)
    try:
        yield traffic
    finally:
        event.remove(engine.sync_engine, "after_cursor_execute", count)


# --8<-- [end:counting]
