"""A connection that ended while it was idle fails the next statement.

Running it ends an idle connection of two engines, and reads.
"""

import asyncio
from collections.abc import Callable

import psycopg
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


# --8<-- [start:raises]
def unchecked(url: URL) -> AsyncEngine:
    return create_async_engine(url)


# --8<-- [end:raises]


# --8<-- [start:fix]
def checked(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_pre_ping=True,  # asks before each use
        pool_recycle=240,  # s, if a proxy forgets after 300
    )


# --8<-- [end:fix]


async def read_after_idling(dsn: str, engine: AsyncEngine) -> int:
    """Read again with a connection that ended meanwhile."""
    try:
        async with engine.connect() as connection:
            query = text("SELECT pg_backend_pid()")
            pid = await connection.scalar(query)
        end(dsn, pid)
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT 42")) or 0
    finally:
        await engine.dispose()


def end(dsn: str, pid: int) -> None:
    """End a server process; the event loop stands still meanwhile."""
    with psycopg.connect(dsn) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


async def demonstrate(
    dsn: str, connect: Callable[[URL], AsyncEngine]
) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    try:
        answer = await read_after_idling(dsn, connect(url))
        print(f"{connect.__name__}: {answer}")
    except DBAPIError as error:
        said = error.args[0].rpartition("Error) ")[2]
        print(f"{connect.__name__}: {said.partition(':')[0]}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for connect in (unchecked, checked):
            asyncio.run(demonstrate(dsn, connect))


if __name__ == "__main__":
    main()
