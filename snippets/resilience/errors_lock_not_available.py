"""Somebody else has the row, and the statement was told not to wait.

Running it holds a row in one transaction, and asks for it in others:
without waiting, with a bounded wait, and for any row that is free.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

TABLE = text("CREATE TABLE seat (id int PRIMARY KEY)")
SEATS = text("INSERT INTO seat SELECT generate_series(1, 3)")

# --8<-- [start:raises]
NOWAIT = text("SELECT id FROM seat WHERE id = 1 FOR UPDATE NOWAIT")


async def take(connection: AsyncConnection) -> object:
    return await connection.scalar(NOWAIT)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
LIMIT = text("SET LOCAL lock_timeout = '100ms'")
WAIT = text("SELECT id FROM seat WHERE id = 1 FOR UPDATE")
FREE = text(
    "SELECT id FROM seat ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
)


async def take_in_line(connection: AsyncConnection) -> object:
    await connection.execute(LIMIT)  # until this transaction ends
    return await connection.scalar(WAIT)  # this one row


async def take_free(connection: AsyncConnection) -> object:
    return await connection.scalar(FREE)  # any row; None without


def is_taken(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "55P03"


# --8<-- [end:fix]

Take = Callable[[AsyncConnection], Awaitable[object]]


async def demonstrate(dsn: str) -> None:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg")
    )
    async with engine.begin() as connection:
        await connection.execute(TABLE)
        await connection.execute(SEATS)
    takes: tuple[Take, ...] = (take, take_in_line, take_free)
    async with engine.begin() as holder:
        await holder.execute(WAIT)
        for work in takes:
            try:
                async with engine.begin() as connection:
                    found = await work(connection)
                print(f"{work.__name__}: seat {found}")
            except DBAPIError as error:
                said = str(error.orig).rpartition(">: ")[2]
                print(f"{work.__name__}: {said}")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
