"""An object that has outlived its session cannot load anything.

Running it reads three orders after their sessions were closed, and
prints what comes of it.
"""

import asyncio
import re
from textwrap import fill

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import DetachedInstanceError

from snippets.batches.orders import Order, orders

WIDTH = 72  # columns


# --8<-- [start:raises]
async def not_loaded(engine: AsyncEngine) -> Order:
    async with AsyncSession(engine) as session:
        return (await session.scalars(select(Order).limit(1))).one()


async def expired(engine: AsyncEngine) -> Order:
    async with AsyncSession(engine) as session:
        order = (await session.scalars(select(Order).limit(1))).one()
        await session.commit()  # [!]
        return order


# --8<-- [end:raises]


# --8<-- [start:fix]
async def loaded(engine: AsyncEngine) -> Order:
    query = select(Order).limit(1).options(selectinload(Order.lines))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        order = (await session.scalars(query)).one()
        await session.commit()
        return order


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with orders(dsn) as engine:
        for find in (not_loaded, expired, loaded):
            order = await find(engine)
            try:
                text = f"{order.address[:9]}, {len(order.lines)} lines"
            except DetachedInstanceError as error:
                text = re.sub("0x[0-9a-f]+", "0x…", error.args[0])
            print(fill(f"{find.__name__}: {text}", WIDTH))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
