"""A test in one transaction: a fixture, a handler, and what is left.

The handler meets an order that is there, and rolls back.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

from snippets.dependencies.orders import Order, prepared

Sessions = async_sessionmaker[AsyncSession]
MakeSessions = Callable[[AsyncConnection], Sessions]
COUNT = select(func.count()).select_from(Order)


# --8<-- [start:rehearse]
async def rehearse(engine: AsyncEngine, make: MakeSessions) -> None:
    async with rolled_back(engine) as connection:
        sessions = make(connection)
        async with sessions.begin() as fixture:
            fixture.add(Order("A-1"))
        async with sessions() as handler:
            handler.add(Order("A-2"))
            await handler.flush()
            await handler.rollback()  # it refused
        async with sessions() as session:
            left = await session.scalar(COUNT)
        print("the fixture's rows:", left)
    async with rolled_back(engine) as connection:
        print("a duplicate:", await duplicate(make(connection)))


async def duplicate(sessions: Sessions) -> str:
    try:
        async with sessions.begin() as handler:
            handler.add_all([Order("A-1"), Order("A-1")])
    except IntegrityError:
        return "refused"
    return "committed"


# --8<-- [end:rehearse]


@asynccontextmanager
async def rolled_back(
    engine: AsyncEngine,
) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        if transaction.is_active:
            await transaction.rollback()


async def try_with(dsn: str, make: MakeSessions) -> None:
    async with prepared(dsn) as engine:
        await rehearse(engine, make)


def demonstrate(make: MakeSessions) -> None:
    import asyncio

    import lab

    with lab.postgres() as dsn:
        asyncio.run(try_with(dsn, make))
