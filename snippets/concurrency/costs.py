"""What loading a dashboard takes of the pool and of the network."""

import asyncio
from typing import Any, NamedTuple

from sqlalchemy import TextClause, event

from snippets.concurrency.accounts import (
    GRANTS,
    NAME,
    RECENT,
    Load,
    Sessions,
    create_engine,
    create_sessions,
    taken,
)
from snippets.concurrency.states import prepare
from snippets.concurrency.wire import stretched

POOL_SIZE = 3
THREE = NAME, GRANTS, RECENT


class Costs(NamedTuple):
    round_trips: int
    connections: int


async def warm(
    sessions: Sessions,
    size: int,
    statements: tuple[TextClause, ...] = THREE,
) -> None:
    """Let every connection of the pool prepare every statement."""
    prepared = asyncio.Barrier(size)

    async def prepare_all() -> None:
        async with sessions() as session:
            for statement in statements:
                await session.execute(statement, {"id": 1})
            await prepared.wait()

    await asyncio.gather(*(prepare_all() for _ in range(size)))


# --8<-- [start:costs]
async def costs(
    dsn: str,
    load: Load,
    statements: tuple[TextClause, ...] = THREE,
) -> Costs:
    await prepare(dsn)
    async with stretched(dsn) as wire:
        engine = create_engine(wire.dsn, POOL_SIZE)
        sessions = create_sessions(engine)
        await warm(sessions, POOL_SIZE, statements)
        most, before = 0, wire.trips

        @event.listens_for(engine.sync_engine, "checkout")
        def checkout(*connection: Any) -> None:
            nonlocal most
            most = max(most, taken(engine))

        await load(sessions, 1)
        trips = wire.trips - before
        await engine.dispose()
    return Costs(trips, most)


# --8<-- [end:costs]


def demonstrate(load: Load, *statements: TextClause) -> None:
    import lab

    with lab.postgres() as dsn:
        trips, connections = asyncio.run(
            costs(dsn, load, statements or THREE)
        )
    print(f"round trips: {trips}")
    print(f"connections: {connections}")
