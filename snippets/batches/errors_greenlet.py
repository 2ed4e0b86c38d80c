"""A plain attribute cannot await: SQLAlchemy refuses to do I/O in it.

Running it reads an attribute that is not loaded, in five situations,
and prints what comes of it.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from snippets.batches.orders import Order, orders


# --8<-- [start:raises]
async def not_loaded(session: AsyncSession) -> int:
    order = (await session.scalars(select(Order).limit(1))).one()
    return len(order.lines)  # [!]


async def expired(session: AsyncSession) -> int:
    order = (await session.scalars(select(Order).limit(1))).one()
    await session.commit()
    return len(order.address)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def loaded(session: AsyncSession) -> int:
    query = select(Order).limit(1).options(selectinload(Order.lines))
    order = (await session.scalars(query)).one()
    return len(order.lines)


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with orders(dsn) as engine:
        for read, keep in (
            (not_loaded, False),
            (expired, False),
            (loaded, False),
            (expired, True),
            (not_loaded, True),
        ):
            async with AsyncSession(
                engine, expire_on_commit=not keep
            ) as session:
                try:
                    outcome = str(await read(session))
                except MissingGreenlet as error:
                    outcome = type(error).__name__
            setting = ", expire_on_commit=False" if keep else ""
            print(f"{read.__name__}{setting}: {outcome}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
