"""Awaiting each attribute sends a statement for each.

Running it reads a hundred orders with their customers, lines and
events, and prints what that took.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.loading import demonstrate
from snippets.batches.orders import Order


# --8<-- [start:page]
async def page(session: AsyncSession) -> Sequence[Order]:
    orders = (await session.scalars(select(Order))).all()
    for order in orders:
        await order.awaitable_attrs.customer  # [!]
        await order.awaitable_attrs.lines
        await order.awaitable_attrs.events
    return orders


# --8<-- [end:page]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, page))


if __name__ == "__main__":
    main()
