"""Eight rows cost as many statements as two."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.testing.started import started
from snippets.testing.stocked import Create, stocked


# --8<-- [start:count]
@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """All that the engine executes meanwhile."""
    executed: list[str] = []

    def note(
        connection: Connection, cursor: object, sql: str, *_: object
    ) -> None:
        executed.append(sql)

    happens = (engine.sync_engine, "before_cursor_execute", note)
    event.listen(*happens)
    try:
        yield executed
    finally:
        event.remove(*happens)


async def rows_cost_no_statements(create: Create) -> None:
    app, counts = create(), []
    async with started(app) as client:
        for more in (2, 6):
            for _ in range(more):
                await stocked(client, stock=1)
            with statements(app.state.engine) as executed:
                (await client.get("/products")).raise_for_status()
            counts.append(len(executed))
    assert counts[0] == counts[1]  # [!]


# --8<-- [end:count]
