"""Say with the query what the page needs: three statements.

Running it reads a hundred orders with their customers, lines and
events, and prints what that took.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, raiseload, selectinload

from snippets.batches.counting import counting
from snippets.batches.orders import Order, orders

Page = Callable[[AsyncSession], Awaitable[Sequence[Order]]]


# --8<-- [start:page]
async def page(session: AsyncSession) -> Sequence[Order]:
    query = select(Order).options(
        joinedload(Order.customer),  # one each: a join adds no rows
        selectinload(Order.lines),  # many each: a statement for all
        selectinload(Order.events),
        raiseload("*"),  # [!]
    )
    return (await session.scalars(query)).all()


# --8<-- [end:page]


async def demonstrate(dsn: str, page: Page) -> None:
    async with orders(dsn) as engine, AsyncSession(engine) as session:
        with counting(engine) as traffic:
            found = await page(session)
        print(
            f"orders: {len(found)}, statements: {traffic.statements},"
            f" rows: {traffic.rows:,}"
        )


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, page))


if __name__ == "__main__":
    main()
