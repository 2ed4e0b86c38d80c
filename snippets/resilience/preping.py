"""Pre-ping replaces connections that died while nobody used them.

Running it kills all idle connections of the pool, twenty times, and
sends five requests after each.
"""

import asyncio
from collections.abc import Callable

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# Every connection to this database but the one that asks; returns when
# they have ended, or after the milliseconds given.
KILL = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


# --8<-- [start:engine]
def create_engine(dsn: str) -> AsyncEngine:
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_pre_ping=True,  # [!]
    )


# --8<-- [end:engine]


async def request(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def fill(engine: AsyncEngine, connections: int) -> None:
    """Open this many connections and leave them idle in the pool."""
    opened = [await engine.connect() for _ in range(connections)]
    for connection in opened:
        await connection.close()


async def failures(engine: AsyncEngine, dsn: str, kills: int) -> int:
    """How many of five requests after each kill fail?"""
    failed = 0
    admin = await asyncpg.connect(dsn)
    for _ in range(kills):
        await fill(engine, 5)
        await admin.execute(KILL)
        for _ in range(5):
            try:
                await request(engine)
            except DBAPIError:
                failed += 1
    await admin.close()
    await engine.dispose()
    return failed


def demonstrate(create_engine: Callable[[str], AsyncEngine]) -> None:
    import lab

    with lab.postgres() as dsn:
        failed = asyncio.run(failures(create_engine(dsn), dsn, 20))
    print(f"20 kills, 100 requests, {failed} failed")


def main() -> None:
    demonstrate(create_engine)


if __name__ == "__main__":
    main()
