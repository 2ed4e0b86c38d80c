"""A joined collection repeats its parent; say that you know.

Running it reads a hundred orders with their lines, and prints what
comes of it.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from snippets.batches.orders import Order, orders


# --8<-- [start:raises]
async def page(session: AsyncSession) -> Sequence[Order]:
    query = select(Order).options(joinedload(Order.lines))
    return (await session.scalars(query)).all()  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def unique(session: AsyncSession) -> Sequence[Order]:
    query = select(Order).options(joinedload(Order.lines))
    return (await session.scalars(query)).unique().all()


async def separate(session: AsyncSession) -> Sequence[Order]:
    query = select(Order).options(selectinload(Order.lines))
    return (await session.scalars(query)).all()


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with orders(dsn) as engine:
        for read in (page, unique, separate):
            async with AsyncSession(engine) as session:
                try:
                    text = f"{len(await read(session))} orders"
                except InvalidRequestError as error:
                    text = type(error).__name__
            print(f"{read.__name__}: {text}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
