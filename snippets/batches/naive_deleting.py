"""session.delete() reads all that it is about to delete.

Running it deletes a hundred orders with their lines and events, and
prints what that took.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.deleting import demonstrate
from snippets.batches.orders import Order


# --8<-- [start:remove]
async def remove(session: AsyncSession, ids: Sequence[int]) -> None:
    query = select(Order).where(Order.id.in_(ids))
    for order in await session.scalars(query):
        await session.delete(order)  # [!]
    await session.commit()


# --8<-- [end:remove]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, remove))


if __name__ == "__main__":
    main()
