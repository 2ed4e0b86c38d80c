"""A pool without overflow opens its connections once.

Running it sends ten waves of 15 queries and prints how many
connections were opened.
"""

import asyncio

from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# --8<-- [start:engine]
POOL_SIZE = 15
POOL_TIMEOUT_S = 0.5  # in line for a connection
CONNECT_TIMEOUT_S = 1.0  # opening one, which may follow
COMMAND_TIMEOUT_S = 2.0  # each statement, and giving back; 2 to close


def create_engine(dsn: str) -> AsyncEngine:
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=POOL_SIZE,
        max_overflow=0,  # [!]
        pool_timeout=POOL_TIMEOUT_S,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
        },
    )


# --8<-- [end:engine]


async def opened(engine: AsyncEngine, waves: int, at_once: int) -> int:
    """Send waves of queries: how many connections were opened?"""
    connections = 0

    @event.listens_for(engine.sync_engine, "connect")
    def count(*_: object) -> None:
        nonlocal connections
        connections += 1

    async def query() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    for _ in range(waves):
        await asyncio.gather(*(query() for _ in range(at_once)))
    await engine.dispose()
    return connections


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        connections = asyncio.run(opened(create_engine(dsn), 10, 15))
    print(f"150 queries, {connections} connections opened")


if __name__ == "__main__":
    main()
