"""An object belongs to the session that loaded it.

Running it loads an order in one session and adds it to another.
"""

import asyncio
import re

from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from snippets.dependencies.orders import Order, prepared


# --8<-- [start:raises]
async def rename(
    order: Order, number: str, session: AsyncSession
) -> None:
    order.number = number
    session.add(order)  # it is in the session that loaded it  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def rename_by_id(
    order_id: int, number: str, session: AsyncSession
) -> None:
    order = await session.get_one(Order, order_id)  # [!]
    order.number = number


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with prepared(dsn) as engine:
        sessions = async_sessionmaker(engine, expire_on_commit=False)
        async with sessions() as loading, sessions.begin() as writing:
            loading.add(order := Order("A-1"))
            await loading.commit()
            try:
                await rename(order, "B-1", writing)
            except InvalidRequestError as error:
                print(re.sub(r"0x\w+|'\d+'", "…", str(error)))
            await loading.refresh(order)
            await rename_by_id(order.id, "B-2", writing)
        async with sessions() as session:
            print((await session.get_one(Order, order.id)).number)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
