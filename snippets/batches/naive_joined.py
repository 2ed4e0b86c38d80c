"""Two collections joined in one query multiply each other.

Running it reads a hundred orders with their customers, lines and
events, and prints what that took.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from snippets.batches.loading import demonstrate
from snippets.batches.orders import Order


# --8<-- [start:page]
async def page(session: AsyncSession) -> Sequence[Order]:
    query = select(Order).options(
        joinedload(Order.customer),
        joinedload(Order.lines),  # [!]
        joinedload(Order.events),  # [!]
    )
    return (await session.scalars(query)).unique().all()


# --8<-- [end:page]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, page))


if __name__ == "__main__":
    main()
