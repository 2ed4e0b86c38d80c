"""A string is no statement until it says that it is one.

Running it sends a string through a session, a connection and a filter,
and then what SQLAlchemy takes.
"""

import asyncio
from textwrap import fill

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from snippets.dependencies.orders import Order, prepared

WIDTH = 72  # columns


# --8<-- [start:raises]
async def ping(session: AsyncSession) -> None:
    await session.execute("SELECT 1")  # type: ignore[call-overload]


async def ping_connection(connection: AsyncConnection) -> None:
    await connection.execute("SELECT 1")  # type: ignore[call-overload]


# --8<-- [end:raises]


# --8<-- [start:fix]
PING = text("SELECT 1")
BY_NUMBER = text("SELECT id FROM orders WHERE number = :number")


async def find(number: str, session: AsyncSession) -> int | None:
    await session.execute(PING)  # [!]
    rows = await session.execute(BY_NUMBER, {"number": number})  # [!]
    found: int | None = rows.scalar()
    return found


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with prepared(dsn) as engine, AsyncSession(engine) as session:
        connection = await session.connection()
        for pinging in (ping(session), ping_connection(connection)):
            try:
                await pinging
            except ArgumentError as error:
                print(fill(f"{type(error).__name__}: {error}", WIDTH))
        session.add(Order("A-1"))
        await session.flush()
        print(await find("A-1", session))
        print(await find("x' OR 'a' = 'a", session))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
