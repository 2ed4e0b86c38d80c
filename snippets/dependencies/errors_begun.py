"""A session has begun its transaction with its first statement.

Running it reads and then begins, and begins first and then reads.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from snippets.dependencies.orders import Order, prepared, stored

TAKEN = select(Order).where(Order.number == "A-1")


# --8<-- [start:raises]
async def store(session: AsyncSession) -> None:
    async with session.begin():  # [!]
        session.add(Order("A-1"))


async def place(session: AsyncSession) -> None:
    if await session.scalar(TAKEN) is None:  # begins a transaction
        await store(session)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def place_in_one(session: AsyncSession) -> None:
    async with session.begin():  # [!]
        if await session.scalar(TAKEN) is None:
            session.add(Order("A-1"))


async def place_and_commit(session: AsyncSession) -> None:
    if await session.scalar(TAKEN) is None:
        session.add(Order("A-1"))
    await session.commit()  # [!]


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with prepared(dsn) as engine:
        sessions = async_sessionmaker(engine)
        for function in (place, place_in_one, place_and_commit):
            try:
                async with sessions() as session:
                    await function(session)
            except InvalidRequestError as error:
                print(f"{function.__name__}: {error}")
            async with engine.connect() as connection:
                rows = await stored(connection)
            print(f"{function.__name__}: {rows} stored")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
